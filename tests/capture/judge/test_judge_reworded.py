"""No decision depends on labels for people: with every layer renamed, every verdict is the same."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import capture.reworded

if TYPE_CHECKING:
    from capture.recordings import Recordings

TESTS = Path(capture.reworded.__file__).parents[1]


def decided(recordings: Recordings, scratch: Path, *how: str) -> dict[str, Any]:
    command = [sys.executable, "-m", "capture.reworded", str(recordings.folder), str(scratch), *how]
    environment = {**os.environ, "PYTHONPATH": str(TESTS)}
    said = subprocess.run(command, env=environment, capture_output=True, text=True, check=True).stdout
    found: dict[str, Any] = json.loads(said)
    return found


def test_no_verdict_depends_on_the_name_of_a_layer(recordings: Recordings, tmp_path: Path) -> None:
    usual = decided(recordings, tmp_path)
    assert {outcome for outcome, *_ in usual.values()} == {"OVERHEARD", "PROTECTED"}
    assert decided(recordings, tmp_path, "reworded") == usual
