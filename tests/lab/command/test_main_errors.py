"""Exit codes of `overheard` for what nobody expected: none is that of a verdict."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from typing import TYPE_CHECKING

import pytest

from capture.frames import exchange, rewritten
from overheard.engines.base import clean_environment
from processes import LONG

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

VALUE = "correct horse battery"
# The command, with a fault in the judge.
_FAULTY = """
import sys
import overheard_capture.judge.api as api
from overheard.command import main
def judge(*_, **__):
    {fault}
api.judge = judge
main()
"""
_SCAN = ("scan", "a.pcap", "--secret", f"x={VALUE}")
# The command, which says when it handles Ctrl-C: first of all. Before that, Python itself is interrupted.
_STARTED = """
import signal, sys
from overheard.command import main
handle = signal.signal
def begin(*which):
    handle(*which)
    signal.signal = handle
    print("started", file=sys.stderr, flush=True)
signal.signal = begin
main()
"""


def faulty(fault: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", _FAULTY.format(fault=fault), *_SCAN, *arguments],
        env=clean_environment(),
        capture_output=True,
        text=True,
        timeout=LONG,
        check=False,
    )


@pytest.mark.parametrize("error", ["KeyError", "MemoryError", "RecursionError", "ValueError"])
def test_an_internal_error_is_one_line_without_what_was_read(error: str) -> None:
    """The message of an exception may contain anything: a secret, or what a terminal obeys."""
    done = faulty(f"raise {error}('\\x1b {VALUE}')")
    assert (done.returncode, done.stdout) == (70, "")
    said, hint = done.stderr.splitlines()
    assert said.startswith(f"overheard: internal error: {error} in overheard.command.scanning, line ")
    assert hint == "  please report it, with --traceback"


def test_traceback_shows_all_of_an_internal_error() -> None:
    done = faulty("raise KeyError('x')", "--traceback")
    assert (done.returncode, done.stdout) == (70, "")
    assert done.stderr.startswith("Traceback")
    assert done.stderr.endswith("KeyError: 'x'\n")


def test_an_error_of_the_system_says_what_it_is() -> None:
    done = faulty("raise OSError(28, 'No space left on device', '/tmp/\\x1bx')")
    assert (done.returncode, done.stdout) == (74, "")
    assert done.stderr == "overheard: No space left on device: /tmp/\\x1bx\n"


def test_an_interruption_that_something_turned_into_an_error_is_one() -> None:
    """As `enum` in Python 3.11 does with what is raised while a class is made."""
    done = faulty("raise RuntimeError from KeyboardInterrupt()")
    assert (done.returncode, done.stdout) == (130, "")
    assert done.stderr == "overheard: interrupted; everything that was running is stopped\n"


def test_wrong_arguments_are_shown_escaped() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "overheard", "list", "\x1b[31m\n::error::x"],
        env=clean_environment(),
        capture_output=True,
        text=True,
        timeout=LONG,
        check=False,
    )
    assert done.returncode == 64
    assert done.stderr.endswith("overheard: error: unrecognized arguments: \\x1b[31m\\n\\x3a:error\\x3a:x\n")


@pytest.mark.slow
@pytest.mark.parametrize("send", [os.kill, os.killpg], ids=["the command", "its process group"])
def test_an_interruption_at_any_moment_is_one_line(send: Callable[[int, int], None], tmp_path: Path) -> None:
    clean = rewritten(tmp_path / "clean.pcapng", exchange([b"nothing"], [b"thanks"]))
    interrupted = 0
    for moment in range(1, 240, 6):
        process = subprocess.Popen(
            [sys.executable, "-c", _STARTED, "scan", str(clean), "--secret", f"x={VALUE}", "--quiet"],
            env=clean_environment(),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        assert process.stderr
        assert process.stderr.readline() == "started\n"
        time.sleep(moment / 1000)
        send(process.pid, signal.SIGINT)
        _, said = process.communicate(timeout=LONG)
        if process.returncode == 130:
            interrupted += 1
            assert said.startswith("overheard: interrupted")
            assert len(said.splitlines()) == 1
        else:
            # It had ended, or was about to.
            assert (process.returncode, said) == (2, "")
    assert interrupted
