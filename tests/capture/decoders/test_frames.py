"""Frames around lines."""

from __future__ import annotations

import pytest

from overheard_capture.decoders.frames import frame_pattern


@pytest.mark.parametrize(
    ("frame", "other", "ends"),
    [
        (b"2026-11-30T10:00:07.1Z ", b"2026-12-01T09:00:00.123Z acorn", 25),
        (b"     9\t", b"    10\tacorn", 7),
        (b"[1]: #011", b"[12]: #0117acorn", 10),
        (b"a.b", b"a.bc", 3),
        (b"", b"acorn", 0),
    ],
)
def test_other_numbers_are_the_same(frame: bytes, other: bytes, ends: int) -> None:
    found = frame_pattern(frame).match(other)
    assert found
    assert found.end() == ends


@pytest.mark.parametrize(
    ("frame", "other"), [(b"a.b", b"acb"), (b"7: ", b"oak: "), (b"#011", b"#01"), (b"web-1 | ", b"db-1 | ")]
)
def test_other_words_are_not(frame: bytes, other: bytes) -> None:
    assert not frame_pattern(frame).match(other)
