"""Comparison of the reader with tshark."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

import pytest

from overheard.words.errors import UnreadableError
from overheard_capture.captures.reader import WholeCapture, read

if TYPE_CHECKING:
    from collections.abc import Iterator
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


def prefixes(content: bytes, path: Path) -> Iterator[tuple[int, WholeCapture]]:
    """Each beginning of a file with this content, by its length, as it is read; the shortest are no captures."""
    for size in range(len(content)):
        path.write_bytes(content[:size])
        if size < 4:
            with pytest.raises(UnreadableError):
                read(path)
        else:
            yield size, read(path)
