"""Bodies in chunks (RFC 9112, 7.1)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from overheard.words.layer import Layer, Layers
from overheard_capture.content.boundaries import Boundaries
from overheard_capture.content.content import Content, SearchScope
from overheard_capture.content.nesting import may_go_deeper
from overheard_capture.provenance.origin import joined

if TYPE_CHECKING:
    from overheard_capture.content.findings import Findings, ReaderFactory
    from overheard_capture.provenance.origin import Origin

LAYER = Layer("chunked")

_SIZE = re.compile(rb"[ \t]*([0-9A-Fa-f]{1,15})[ \t]*(?:;[^\n]*)?\r?\n")
_NEXT_SIZE = re.compile(rb"\r?\n[ \t]*([0-9A-Fa-f]{1,15})[ \t]*(?:;[^\n]*)?\r?\n")
_TRAILER = re.compile(rb"(?:[^\r\n][^\n]*\n)*+\r?\n")
# How long the line of a size may be, and a trailer.
_LONGEST_LINE, _LONGEST_TRAILER = 16 << 10, 64 << 10


class ChunkedBody:
    """Reads one body, which is in the midst of a direction: `over` and `broken` say how it ended."""

    def __init__(self, findings: Findings, layers: Layers, reader: ReaderFactory) -> None:
        self._content = Boundaries(findings, (*layers, LAYER), reader) if may_go_deeper(findings, layers) else None
        self._left = 0
        self._first = True
        # Whether some of the chunk has been handed on.
        self._in_chunk = False
        self._in_trailer = False
        self.over = self.broken = self.endless = False

    def read(self, data: bytes | bytearray, origin: Origin, start: int) -> int:
        """Read from `start` on. Where to go on: with what is waited for, where that is not the end."""
        pieces: list[tuple[int, int]] = []
        # Whether the first piece is the rest of a chunk.
        contiguous = self._in_chunk and self._left > 0
        at = start
        while not (self._in_trailer or self.broken):
            if self._left:
                end = min(at + self._left, len(data))
                if end > at:
                    pieces.append((at, end))
                    self._in_chunk = True
                self._left -= end - at
                at = end
                if self._left:
                    break
            size = (_SIZE if self._first else _NEXT_SIZE).match(data, at)
            if not size:
                self.broken = self._is_broken(data, at)
                break
            self._first, self._in_chunk, self._left, at = False, False, int(size[1], 16), size.end()
            self._in_trailer = not self._left
        self._deliver(data, origin, pieces, contiguous)
        return self._trailer(data, at) if self._in_trailer else at

    def _is_broken(self, data: bytes | bytearray, at: int) -> bool:
        """Whether no size can come of this any more."""
        lines = data.count(b"\n", at, at + _LONGEST_LINE)
        return len(data) - at >= _LONGEST_LINE or lines > (not self._first)

    def _trailer(self, data: bytes | bytearray, at: int) -> int:
        trailer = _TRAILER.match(data, at, at + _LONGEST_TRAILER)
        if trailer:
            self.over = True
            return trailer.end()
        self.broken = len(data) - at >= _LONGEST_TRAILER
        return at

    def _deliver(
        self, data: bytes | bytearray, origin: Origin, pieces: list[tuple[int, int]], contiguous: bool
    ) -> None:
        if not pieces or not self._content:
            return
        begin, end = pieces[0]
        if len(pieces) == 1:
            self._content.feed(memoryview(data)[begin:end], origin.after(begin), () if contiguous else (0,))
            return
        seams, at = [], 0
        for begins, ends in pieces:
            seams.append(at)
            at += ends - begins
        whole = memoryview(data)
        out = b"".join([whole[begins:ends] for begins, ends in pieces])
        made_of = joined((origin, begins, ends) for begins, ends in pieces)
        self._content.feed(out, made_of, seams[1:] if contiguous else seams)

    def gap(self, length: int) -> bool:
        """So many bytes are missing. Whether they are all of one chunk, and it is known where the next one begins."""
        if not 0 < length <= self._left:
            return False
        self._left -= length
        if self._content:
            self._content.gap(length)
        self._in_chunk = True
        return True

    def close(self) -> None:
        """The body has ended, one way or another."""
        if self._content:
            self._content.close()


class IdentityBody:
    """Reads a body as it is, of a length that is known or up to the end of all: it has the same few words."""

    def __init__(self, findings: Findings, layers: Layers, reader: ReaderFactory, length: int | None) -> None:
        self._content = Content(findings, layers, reader, SearchScope.NONE)
        # How much is still to come; None where that is all there is.
        self._left = length
        self.over = length == 0
        self.broken = False
        # Whether it goes on up to the end of all.
        self.endless = length is None

    def read(self, data: bytes | bytearray, origin: Origin, start: int) -> int:
        """Read from `start` on, and say up to where."""
        end = len(data) if self._left is None else min(start + self._left, len(data))
        self._content.feed(data if end - start == len(data) else memoryview(data)[start:end], origin.after(start))
        if self._left is not None:
            self._left -= end - start
            self.over = not self._left
        return end

    def gap(self, length: int) -> bool:
        """So many bytes are missing. Whether it is known how much is still to come."""
        if self._left is not None:
            if length > self._left:
                return False
            self._left -= length
            self.over = not self._left
        self._content.gap(length)
        return True

    def close(self) -> None:
        """The body has ended."""
        self._content.close()
