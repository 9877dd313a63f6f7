"""What a test, a listening test and a watched command cost is measured side by side."""

from __future__ import annotations

import subprocess
import sys

import pytest

from processes import LONG, PROJECT


@pytest.mark.usefixtures("local_engine")
def test_each_is_measured() -> None:
    command = [sys.executable, str(PROJECT / "bench" / "witness.py"), "--rounds", "1"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=LONG, check=True)
    _, *rows = done.stdout.splitlines()
    assert [row[:28].strip() for row in rows] == [
        *("a test", "a test that listens", "an idle listen", "a command", "a command that is watched")
    ]
    test, listening, idle, command_alone, watched = (float(row[28:].split()[0]) for row in rows)
    assert test < idle
    assert test < listening
    assert command_alone < watched
