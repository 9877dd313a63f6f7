"""The pytest plugin, in test runs of its own."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from lab.pki import Files

pytestmark = pytest.mark.usefixtures("local_engine")

TESTS = """
import pytest, requests, sys
sys.path.insert(0, {helpers!r})
from lab.pki import Files
from lab.servers import Answers, serving
from pathlib import Path

FILES = Files(*map(Path, {files!r}))
PASSWORD = "correct horse battery"

@pytest.fixture(params=[None, FILES], ids=["http", "https"])
def url(request):
    with serving(Answers(), request.param) as url:
        yield url

def log_in(url):
    requests.post(url, json={{"password": PASSWORD}}, verify=str(FILES.root), timeout=10)

def test_listening(overheard, url):
    scheme, _, port = url.rpartition(":")
    with overheard.listen(port=int(port), secret=PASSWORD) as wire:
        log_in(f"{{scheme}}:{{wire.port}}")
    assert wire.verdict.protected, wire.verdict

def test_not_listening(url):
    log_in(url)

def test_without_traffic():
    pass

def test_that_fails_by_itself(overheard):
    with overheard.listen(port=1, secret=PASSWORD):
        raise ZeroDivisionError
"""


@pytest.fixture
def run(pytester: pytest.Pytester, files: Files, request: pytest.FixtureRequest) -> pytest.Pytester:
    """A folder with tests that send a password in clear, and over TLS."""
    paths = [str(path) for path in (files.root, files.certificate, files.key)]
    helpers = str(request.config.rootpath / "tests")
    pytester.makepyfile(test_login=TESTS.format(helpers=helpers, files=paths))
    return pytester


@pytest.mark.parametrize(
    ("tap", "workers"), [("dumpcap", ()), ("dumpcap", ("-n2",)), ("relay", ())], ids=["alone", "workers", "relay"]
)
def test_a_test_fails_if_its_password_is_overheard(run: pytest.Pytester, tap: str, workers: tuple[str, ...]) -> None:
    run.makeini(f"[pytest]\noverheard_tap = {tap}\n")
    result = run.runpytest_subprocess("-k", "test_listening or fails", *workers)
    result.assert_outcomes(passed=1, failed=2)
    result.stdout.fnmatch_lines(
        [
            "*OVERHEARD     secret  seen in frame*",
            "*= overheard =*",
            "*test_listening[[]http[]]: recorded in *-1.pcapng",
        ]
    )
    assert "correct horse battery" not in result.stdout.str().replace('PASSWORD = "correct horse battery"', "")
    kept = sorted(path.name for path in (run.path / "overheard-recordings").iterdir())
    assert [name for name in kept if name.endswith(".pcapng")] == [
        "test_login.py-test_listening-http-1.pcapng",
        "test_login.py-test_that_fails_by_itself-1.pcapng",
    ]
    notes = next(run.path.joinpath("overheard-recordings").glob("*-1.recording.json")).read_text()
    assert json.loads(notes)["tap"] == tap
    result.stdout.fnmatch_lines(["*ZeroDivisionError*"])


def test_a_secret_is_watched_in_all_tests(run: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LOGIN", "correct horse battery")
    run.makeini("[pytest]\noverheard_secrets = password=LOGIN\noverheard_keep = never\n")
    result = run.runpytest_subprocess("-k", "not_listening or without")
    result.assert_outcomes(passed=3, errors=1)
    result.stdout.fnmatch_lines(
        [
            "overheard: watching password on lo",
            "password could be overheard during this test",
            "test_login.py::test_not_listening[[]http[]]: password could be overheard",
        ]
    )
    assert not (run.path / "overheard-recordings").exists()


WRONG = """
import os, pytest

@pytest.mark.parametrize("wrong", [{"port": 0}, {"keys": ["/nowhere"]}, {"unknown": 1}, {"secret": 5}])
def test_it(overheard, wrong):
    with overheard.listen(**{"port": 1, "secret": os.environ["LOGIN"], **wrong}):
        pass
"""


def test_a_traceback_shows_no_secret(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of the arguments of frames and of local variables. Those of the test itself are up to the test."""
    monkeypatch.setenv("LOGIN", "correct horse battery")
    pytester.makepyfile(test_wrong=WRONG)
    result = pytester.runpytest_subprocess("--showlocals", "--tb=long")
    result.assert_outcomes(failed=4)
    result.stdout.fnmatch_lines(
        ["*0 is no port", "*/nowhere cannot be read*", "*unexpected keyword*", "*neither text*"]
    )
    assert "correct horse battery" not in result.stdout.str()


NAMES = """
import pytest

@pytest.mark.parametrize("path", ["a/b", "a-b", "a" * 200 + "/b"], ids=str)
def test_it(overheard, path):
    with overheard.listen(port=1):
        assert not path
"""


def test_recordings_of_two_tests_never_have_the_same_name(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(test_names=NAMES)
    pytester.runpytest_subprocess().assert_outcomes(failed=3)
    kept = sorted(path.name for path in (pytester.path / "overheard-recordings").glob("*.pcapng"))
    assert len(kept) == 3
    assert max(map(len, kept)) < 150
    assert "test_names.py-test_it-a-b-1.pcapng" in kept


def test_a_folder_that_cannot_be_written_is_a_warning(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(test_names=NAMES)
    pytester.path.joinpath("overheard-recordings").touch()
    result = pytester.runpytest_subprocess("-k", "a-b")
    result.assert_outcomes(failed=1, warnings=1)
    result.stdout.fnmatch_lines(
        ["*recordings cannot be kept in *: File exists", "*recorded in */overheard0/test_names*"]
    )


def test_a_wrong_setting_is_an_error_in_one_line(run: pytest.Pytester) -> None:
    result = run.runpytest_subprocess("--overheard-secret", "NOT_SET_ANYWHERE")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["*environment variable NOT_SET_ANYWHERE of a secret is not set"])
    result = run.runpytest_subprocess("--overheard-secret", "PATH", "--overheard-secret", "PATH=HOME")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["*two secrets with the name PATH"])
    run.makeini("[pytest]\noverheard_keep = sometimes\n")
    result = run.runpytest_subprocess()
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["*overheard_keep is 'sometimes': choose from failed, always, never"])


def test_nothing_heavy_is_imported_until_a_test_listens(run: pytest.Pytester) -> None:
    run.makepyfile(
        test_cheap="""
        import sys

        def test_it():
            assert not [name for name in sys.modules if name.startswith(("rich", "overheard_capture"))]
    """
    )
    run.runpytest_subprocess("test_cheap.py").assert_outcomes(passed=1)
