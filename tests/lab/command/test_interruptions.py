"""Ctrl-C in a pipeline: the capture is read to its end, unless it is pressed twice."""

from __future__ import annotations

import fcntl
import os
import signal
import struct
import subprocess
import sys
import termios
from typing import TYPE_CHECKING

import pytest

from capture.frames import exchange, rewritten
from lab.command.judge_stub import VALUE
from overheard.engines.base import clean_environment
from processes import LONG, eventually

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.slow


class Pipeline:
    """A scan of standard input that was interrupted once: `writes` is what it reads from."""

    def __init__(self, capture: bytes, *arguments: str) -> None:
        reads, self.writes = os.pipe()
        self.process = subprocess.Popen(
            [sys.executable, "-m", "overheard", "scan", "-", "--secret", f"x={VALUE}", *arguments],
            env=clean_environment(),
            stdin=reads,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        os.write(self.writes, capture)
        # Once it was read, all is imported, and it waits for more.
        assert eventually(lambda: waiting(reads) == 0)
        os.close(reads)
        self.process.send_signal(signal.SIGINT)
        assert self.process.stderr
        assert self.process.stderr.readline().startswith("overheard: reading what is left of standard input")

    def end(self) -> tuple[int, str, str]:
        """The exit code, and what is said and complained about."""
        out, err = self.process.communicate(timeout=LONG)
        return self.process.returncode, out, err


def waiting(pipe: int) -> int:
    """The number of unread bytes in a pipe."""
    (count,) = struct.unpack("i", fcntl.ioctl(pipe, termios.FIONREAD, bytes(4)))
    return int(count)


@pytest.fixture
def capture(tmp_path: Path) -> bytes:
    return rewritten(tmp_path / "a.pcapng", exchange([b"hello"], [VALUE.encode()])).read_bytes()


def test_what_was_recorded_until_ctrl_c_is_judged(capture: bytes) -> None:
    pipeline = Pipeline(capture[:100])
    os.write(pipeline.writes, capture[100:])
    os.close(pipeline.writes)
    code, said, _ = pipeline.end()
    assert code == 1
    assert said.startswith("OVERHEARD     x")


def test_a_second_one_stops_it_and_leaves_no_report(capture: bytes, tmp_path: Path) -> None:
    report = tmp_path / "a.sarif"
    pipeline = Pipeline(capture[:100], "--report", str(report))
    pipeline.process.send_signal(signal.SIGINT)
    code, said, complained = pipeline.end()
    os.close(pipeline.writes)
    assert (code, said) == (130, "")
    assert complained.startswith("overheard: interrupted")
    assert "Traceback" not in complained
    assert not report.exists()
