"""Comparison of the reader with tshark."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

import pytest

from overheard_capture.captures.reader import WholeCapture, read

if TYPE_CHECKING:
    from pathlib import Path


def fields(path: Path, *names: str) -> list[list[str]]:
    """The values of these fields in each frame, as tshark reads them."""
    wanted = [word for name in names for word in ("-e", name)]
    command = ["tshark", "-r", str(path), "-n", "-T", "fields", *wanted]
    printed = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    return [line.split("\t") for line in printed.splitlines()]


def assert_as_tshark_reads(path: Path) -> WholeCapture:
    """Assert that each frame has the number, the lengths and the time that tshark gives it."""
    capture = read(path)
    seen = fields(path, "frame.number", "frame.len", "frame.cap_len", "frame.time_epoch")
    assert [[str(frame.number), str(frame.original_length), str(len(frame.data))] for frame in capture.frames] == [
        row[:3] for row in seen
    ]
    assert [frame.time for frame in capture.frames] == pytest.approx([float(row[3] or 0) for row in seen], abs=1e-6)
    return capture
