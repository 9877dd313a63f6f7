"""All bytes of a capture that are in no stream: headers, padding, and whole frames. They are searched, too."""

from __future__ import annotations

import bisect
from typing import TYPE_CHECKING

from overheard_capture.provenance.origin import PackedSpans, Place, Span

if TYPE_CHECKING:
    from collections.abc import Callable

    from overheard_capture.provenance.origin import Bytes
    from overheard_capture.search import Match, Search

    Tell = Callable[[Match, Place, bytes, bytes, bytes], None]

# How many bytes are put together before they are searched: a search of a few bytes costs as much as one of thousands.
_BLOCK = 256 << 10


class UnclaimedBytes:
    """Pieces of frames, searched many at a time, and each for itself. `tell` is told what is found."""

    def __init__(self, search: Search, tell: Tell) -> None:
        self.searched = 0
        self._search = search
        self._tell = tell
        self._data = bytearray()
        self._pieces: list[Span] = []

    def add(self, frame: int, offset: int, data: bytes | memoryview) -> None:
        """Take in the bytes at `offset` of a frame."""
        if not len(data):
            return
        self._pieces.append(Span(len(self._data), frame, offset, len(data)))
        self._data += data
        if len(self._data) >= _BLOCK:
            self.flush()

    def flush(self) -> None:
        """Search what was taken in."""
        self.search_bytes(self._data, self._pieces)
        self._data, self._pieces = bytearray(), []

    def search_bytes(self, data: Bytes, pieces: list[Span] | PackedSpans) -> None:
        """Search `data`, which is put together of pieces of frames."""
        self.searched += len(data)
        touched = dict.fromkeys(
            index
            for match in self._search.matches(data)
            for index in range(
                bisect.bisect_right(pieces, match.offset, key=_start) - 1,
                bisect.bisect_left(pieces, match.offset + match.length, key=_start),
            )
        )
        for index in touched:
            self._look_at_one(data, pieces[index])

    def _look_at_one(self, data: Bytes, piece: Span) -> None:
        """Search one piece alone: where two meet, nothing was on the wire."""
        alone = bytes(data[piece.start : piece.start + piece.length])
        for match in self._search.matches(alone):
            place = Place(piece.frame, piece.offset + match.offset, match.length, (piece.frame,))
            self._tell(match, place, *match.excerpt(alone))


def _start(piece: Span) -> int:
    return piece.start
