"""How a role ends: its message and its exit code."""

from __future__ import annotations

import subprocess
import sys

import pytest

from overheard.engines.base import clean_environment
from overheard.words.errors import INTERRUPTED, EngineError, NotReadyError, OverheardError, SettingsError

_BEFORE = """
import os, signal, sys, time
from overheard.role.run import run
from overheard.words.errors import *
def main(arguments):
    {body}
run("server", main)
"""

_IN_A_CALLBACK = """
import os, signal, time, weakref
from overheard.role.run import run
class Thing: pass
def main(arguments):
    thing = Thing()
    gone = weakref.ref(thing, lambda _: os.kill(os.getpid(), signal.SIGINT))
    del thing
    time.sleep(30)
    return 0
run("role", main, when_interrupted="stopped")
"""


def ended(body: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", _BEFORE.format(body=body), *arguments],
        env=clean_environment(),
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize("code", [0, 1, 2])
def test_the_exit_code_is_what_main_returns(code: int) -> None:
    assert ended(f"return {code}").returncode == code


def test_main_gets_the_command_line() -> None:
    assert ended("print(arguments); return 0", "health", "now").stdout == "['health', 'now']\n"


def test_a_failure_is_a_message_and_ends_as_inconclusive() -> None:
    done = ended("raise EngineError('Docker was not found', hint='install it')")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "server: Docker was not found\n  install it\n"


def test_an_internal_error_keeps_its_traceback() -> None:
    """It is not a result: the exit code is neither that of a verdict nor that of an error for users."""
    done = ended("raise KeyError('x')")
    assert done.returncode == 70
    assert "Traceback" in done.stderr


def test_a_missing_package_is_reported_with_the_command_that_installs_it() -> None:
    """As after `pip install overheard` alone. The exit code is not a verdict."""
    done = ended("import sys; sys.modules['flask'] = None; import flask.cli")
    assert (done.returncode, done.stdout) == (3, "")
    assert (
        done.stderr
        == "server: the lab's Python packages are not installed (flask); run: pip install 'overheard[lab]'\n"
    )


def test_a_module_that_no_extra_includes_is_named() -> None:
    done = ended("import no_such_module")
    assert done.returncode == 3
    assert done.stderr == "server: this Python does not have the module no_such_module, which is needed here\n"


def test_a_missing_module_of_this_project_is_an_internal_error() -> None:
    done = ended("import overheard.no_such_module")
    assert done.returncode == 70
    assert "Traceback" in done.stderr


@pytest.mark.parametrize("how", ["SIGINT", "SIGTERM"])
def test_an_interrupt_ends_with_130_and_no_message(how: str) -> None:
    done = ended(f"os.kill(os.getpid(), signal.{how}); time.sleep(60)")
    assert (done.returncode, done.stderr) == (130, "")


def test_an_error_says_what_happened_and_what_to_do() -> None:
    assert str(SettingsError("OVERHEARD_X is not set")) == "OVERHEARD_X is not set"
    assert str(EngineError("no engine", hint="start one")) == "no engine\n  start one"
    waited = NotReadyError("the CA", seen="it gave no HTTP response", hint="see its log")
    assert str(waited) == "waited for the CA, but it gave no HTTP response\n  see its log"
    assert all(isinstance(error, OverheardError) for error in (waited, EngineError("")))


def test_an_interruption_that_python_ignores_comes_again() -> None:
    """In a callback, such as one of an import, nothing can be raised."""
    done = subprocess.run(
        [sys.executable, "-c", _IN_A_CALLBACK], capture_output=True, text=True, timeout=20, check=False
    )
    assert (done.returncode, done.stderr) == (INTERRUPTED, "role: stopped\n")


def test_other_errors_that_python_ignores_are_printed() -> None:
    script = _IN_A_CALLBACK.replace("os.kill(os.getpid(), signal.SIGINT)", "1 / 0").replace("time.sleep(30)", "pass")
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert done.returncode == 0
    assert "ZeroDivisionError" in done.stderr
