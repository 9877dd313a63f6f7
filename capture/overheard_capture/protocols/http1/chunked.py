"""Message bodies: with chunked transfer coding (RFC 9112, 7.1), of known length, or until the connection closes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from overheard.words.layer import Layer, Layers
from overheard_capture.content.boundaries import Boundaries
from overheard_capture.content.content import Content, SearchScope
from overheard_capture.content.lazy_pattern import lazy_pattern
from overheard_capture.content.nesting import may_nest
from overheard_capture.decoders.values import read_values
from overheard_capture.provenance.origin import joined

if TYPE_CHECKING:
    from overheard_capture.content.findings import Findings, ReaderFactory
    from overheard_capture.provenance.origin import Origin

LAYER = Layer("chunked")

_SIZE = lazy_pattern(rb"[ \t]*([0-9A-Fa-f]{1,15})[ \t]*(;[^\n]*)?\r?\n")
_NEXT_SIZE = lazy_pattern(rb"\r?\n[ \t]*([0-9A-Fa-f]{1,15})[ \t]*(;[^\n]*)?\r?\n")
_TRAILER = lazy_pattern(rb"(?:[^\r\n][^\n]*\n)*+\r?\n")
# The maximum length of a chunk-size line, and of the trailer section.
_MAX_LINE, _MAX_TRAILER = 16 << 10, 64 << 10


class ChunkedBody:
    """Reads one body with chunked transfer coding. `complete` or `broken` is set at its end."""

    def __init__(self, findings: Findings, layers: Layers, reader: ReaderFactory) -> None:
        self._findings = findings
        self._layers = layers
        self._content = Boundaries(findings, (*layers, LAYER), reader) if may_nest(findings, layers) else None
        self._remaining = 0
        self._first = True
        # Whether some of the chunk was passed to the content.
        self._in_chunk = False
        self._in_trailer = False
        self.complete = self.broken = self.until_close = False

    def read(self, data: bytes | bytearray, origin: Origin, start: int) -> int:
        """Read from `start` on. Returns the offset to continue from: before the end of `data` if more is needed."""
        pieces: list[tuple[int, int]] = []
        # Whether the first piece is the rest of a chunk.
        contiguous = self._in_chunk and self._remaining > 0
        at = start
        while not (self._in_trailer or self.broken):
            if self._remaining:
                end = min(at + self._remaining, len(data))
                if end > at:
                    pieces.append((at, end))
                    self._in_chunk = True
                self._remaining -= end - at
                at = end
                if self._remaining:
                    break
            size = (_SIZE if self._first else _NEXT_SIZE).match(data, at)
            if not size:
                self.broken = self._is_broken(data, at)
                break
            if size[2]:
                # A chunk extension (7.1.1).
                read_values(self._findings, self._layers, size[2], origin.after(size.start(2)))
            self._first, self._in_chunk, self._remaining, at = False, False, int(size[1], 16), size.end()
            self._in_trailer = not self._remaining
        self._deliver(data, origin, pieces, contiguous)
        return self._trailer(data, origin, at) if self._in_trailer else at

    def _is_broken(self, data: bytes | bytearray, at: int) -> bool:
        """Whether no chunk size can follow."""
        lines = data.count(b"\n", at, at + _MAX_LINE)
        return len(data) - at >= _MAX_LINE or lines > (not self._first)

    def _trailer(self, data: bytes | bytearray, origin: Origin, at: int) -> int:
        trailer = _TRAILER.match(data, at, at + _MAX_TRAILER)
        if trailer:
            read_values(self._findings, self._layers, trailer[0], origin.after(at))
            self.complete = True
            return trailer.end()
        self.broken = len(data) - at >= _MAX_TRAILER
        return at

    def _deliver(
        self, data: bytes | bytearray, origin: Origin, pieces: list[tuple[int, int]], contiguous: bool
    ) -> None:
        if not pieces or not self._content:
            return
        start, end = pieces[0]
        if len(pieces) == 1:
            self._content.feed(memoryview(data)[start:end], origin.after(start), () if contiguous else (0,))
            return
        boundaries, at = [], 0
        for start, end in pieces:
            boundaries.append(at)
            at += end - start
        whole = memoryview(data)
        joined_data = b"".join([whole[start:end] for start, end in pieces])
        joined_origin = joined((origin, start, end) for start, end in pieces)
        self._content.feed(joined_data, joined_origin, boundaries[1:] if contiguous else boundaries)

    def gap(self, length: int) -> bool:
        """`length` bytes are missing. Returns whether they are inside one chunk, so that the next one can be found."""
        if not 0 < length <= self._remaining:
            return False
        self._remaining -= length
        if self._content:
            self._content.gap(length)
        self._in_chunk = True
        return True

    def close(self) -> None:
        """The body has ended, complete or not."""
        if self._content:
            self._content.close()


class IdentityBody:
    """Reads a body without transfer coding, of a known length or until the end; same interface as ChunkedBody."""

    def __init__(self, findings: Findings, layers: Layers, reader: ReaderFactory, length: int | None) -> None:
        self._content = Content(findings, layers, reader, SearchScope.NONE)
        # The number of remaining bytes; None if the body lasts until the connection closes.
        self._remaining = length
        self.complete = length == 0
        self.broken = False
        # Whether the body lasts until the connection closes.
        self.until_close = length is None

    def read(self, data: bytes | bytearray, origin: Origin, start: int) -> int:
        """Read from `start` on. Returns the offset after the last byte that was read."""
        end = len(data) if self._remaining is None else min(start + self._remaining, len(data))
        self._content.feed(data if end - start == len(data) else memoryview(data)[start:end], origin.after(start))
        if self._remaining is not None:
            self._remaining -= end - start
            self.complete = not self._remaining
        return end

    def gap(self, length: int) -> bool:
        """`length` bytes are missing. Returns whether the end of the body is still known."""
        if self._remaining is not None:
            if length > self._remaining:
                return False
            self._remaining -= length
            self.complete = not self._remaining
        self._content.gap(length)
        return True

    def close(self) -> None:
        """The body has ended."""
        self._content.close()
