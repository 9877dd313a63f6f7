"""Unclaimed bytes: everything outside flows, such as headers, padding and whole frames, which is also searched."""

from __future__ import annotations

import bisect
from typing import TYPE_CHECKING

from overheard_capture.decoders.armour.runs import coding_runs
from overheard_capture.decoders.magic import CARVED
from overheard_capture.provenance.origin import Origin, Place
from overheard_capture.provenance.spans import PackedSpans, Span

if TYPE_CHECKING:
    from collections.abc import Callable

    from overheard_capture.provenance.origin import Bytes
    from overheard_capture.search import Match, Search

    ReportMatch = Callable[[Match, Place, bytes, bytes, bytes], None]
    Read = Callable[[bytes, Origin], None]

# Pieces are collected up to this size, as each search has a fixed cost.
_BLOCK = 256 << 10


class UnclaimedBytes:
    """Collects pieces of frames, and searches many at a time.

    Calls `report` for each match, `carve` with each piece from the signature of a known format on, and `unwrap` with
    each in which something may be encoded.
    """

    def __init__(self, search: Search, report: ReportMatch, carve: Read, unwrap: Read) -> None:
        self.searched = 0
        self._search = search
        self._report = report
        self._carve = carve
        self._unwrap = unwrap
        self._data = bytearray()
        self._pieces: list[Span] = []

    def add(self, frame: int, offset: int, data: bytes | memoryview) -> None:
        """Add the bytes at `offset` of a frame."""
        if not len(data):
            return
        self._pieces.append(Span(len(self._data), frame, offset, len(data)))
        self._data += data
        if len(self._data) >= _BLOCK:
            self.flush()

    def flush(self) -> None:
        """Search the collected bytes."""
        self.search(self._data, self._pieces)
        self._data, self._pieces = bytearray(), []

    def search(self, data: Bytes, pieces: list[Span] | PackedSpans) -> None:
        """Search `data`, a concatenation of pieces of frames."""
        self.searched += len(data)
        matching = dict.fromkeys(
            index
            for match in self._search.matches(data)
            for index in range(
                bisect.bisect_right(pieces, match.offset, key=_start) - 1,
                bisect.bisect_left(pieces, match.offset + match.length, key=_start),
            )
        )
        for index in matching:
            self._search_piece(data, pieces[index])
        self._carve_pieces(bytes(data), pieces)

    def _carve_pieces(self, data: bytes, pieces: list[Span] | PackedSpans) -> None:
        at = CARVED.first(data)
        while at >= 0:
            piece = pieces[bisect.bisect_right(pieces, at, key=_start) - 1]
            end = piece.start + piece.length
            self._carve(data[at:end], Origin.of_frame(piece.frame, piece.offset + at - piece.start, end - at))
            at = CARVED.first(data, end)
        encoded = {bisect.bisect_right(pieces, start, key=_start) - 1 for start, _ in coding_runs(data)}
        for piece in map(pieces.__getitem__, sorted(encoded)):
            read = data[piece.start : piece.start + piece.length]
            self._unwrap(read, Origin.of_frame(piece.frame, piece.offset, piece.length))

    def _search_piece(self, data: Bytes, piece: Span) -> None:
        """Search one piece alone: matches across two pieces are artefacts."""
        alone = bytes(data[piece.start : piece.start + piece.length])
        for match in self._search.matches(alone):
            offset, length = match.sighted
            place = Place(piece.frame, piece.offset + offset, length, (piece.frame,))
            self._report(match, place, *match.excerpt(alone))


def _start(piece: Span) -> int:
    return piece.start
