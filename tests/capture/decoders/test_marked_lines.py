"""Lines from a mark on, in any cut."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from capture.played import origin_of, some_findings
from overheard_capture.content.byte_scan import LiteralSet
from overheard_capture.decoders.marked_lines import MarkedLines
from overheard_capture.decoders.untyped import untyped

if TYPE_CHECKING:
    from overheard_capture.provenance.origin import Origin


class Two(MarkedLines):
    """Keeps each marked line, the one after it, and where they begin."""

    marks, longest = LiteralSet(b"##"), 40

    def __init__(self) -> None:
        super().__init__(some_findings(), (), untyped)
        self.lines: list[tuple[bytes, int]] = []
        self.left = 0

    @property
    def goes_on(self) -> bool:
        return self.left > 0

    def read_line(self, line: bytes, origin: Origin) -> None:
        self.lines.append((line, origin.place(0, 1).offset))
        self.left = 1 - self.left

    def end(self) -> None:
        self.left = 0


TEXT = b"one\ntwo ## two\nthree\nfour\n" + b"x" * 50 + b"##\nfive\n##\n" + b"y" * 60 + b"\nsix\n##\nseven"


@pytest.mark.parametrize("size", [1, 2, 3, 7, 30, 500])
def test_marked_lines_and_those_after_them_are_read(size: int) -> None:
    reader = Two()
    for at in range(0, len(TEXT), size):
        piece = TEXT[at : at + size]
        reader.feed(piece, origin_of(len(TEXT)).after(at), max(piece.find(b"##"), 0))
    reader.close()
    assert [line for line, _ in reader.lines] == [b"two ## two\n", b"three\n", b"##\n", b"##\n", b"seven"]
    assert reader.lines[0][1] == 54 + 4


def test_a_gap_ends_the_lines() -> None:
    reader = Two()
    reader.feed(b"##\n", origin_of(3))
    reader.gap(4)
    reader.feed(b"more\nlines\n", origin_of(11))
    reader.close()
    assert [line for line, _ in reader.lines] == [b"##\n"]
