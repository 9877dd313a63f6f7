"""The watch over secrets in all tests of a run, in test runs of their own."""

from __future__ import annotations

import pytest

pytestmark = pytest.mark.usefixtures("local_engine")

HIDDEN = """
import os, pytest, socket

def show():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
        sender.sendto(os.environ["LOGIN"].encode(), ("127.0.0.1", 9))

@pytest.fixture
def set_up():
    show()

@pytest.fixture
def torn_down():
    yield
    show()
    raise ZeroDivisionError

def test_set_up(set_up):
    pass

def test_torn_down(torn_down):
    pass

@pytest.mark.xfail
def test_expected_to_fail(torn_down):
    show()
    assert False

def test_skipped_late():
    show()
    pytest.skip("too late")

def test_that_ends_the_recorder():
    from overheard_capture.recorder.dumpcap import stop_all
    stop_all()

@pytest.mark.skip
def test_skipped():
    pass
"""


def test_nothing_hides_what_was_overheard(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither that a fixture sent it, nor that the test fails, is skipped, or ends the recording."""
    monkeypatch.setenv("LOGIN", "correct horse battery")
    pytester.makepyfile(test_hidden=HIDDEN)
    result = pytester.runpytest_subprocess("--overheard-secret", "LOGIN")
    result.assert_outcomes(passed=3, skipped=2, xfailed=1, errors=5)
    result.stdout.fnmatch_lines(
        [
            "*dumpcap*",
            *(
                f"test_hidden.py::test_{name}: LOGIN could be overheard"
                for name in ("set_up", "torn_down", "expected_to_fail", "skipped_late")
            ),
        ]
    )
    assert "correct horse battery" not in result.stdout.str()


def test_a_watch_that_records_nothing_fails(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LOGIN", "correct horse battery")
    pytester.makeini("[pytest]\noverheard_interface = nothing0\n")
    pytester.makepyfile("def test_it(): pass")
    result = pytester.runpytest_subprocess("--overheard-secret", "password=LOGIN")
    result.assert_outcomes(passed=1, errors=1)
    result.stdout.fnmatch_lines(["not all of this test was recorded*", "*There is no device named*"])
