"""Byte queues for common cases: only one piece is ever added; or many small ones, which are taken all at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from overheard_capture.provenance.origin import Origin, followed
from overheard_capture.provenance.queue import ByteQueue, extend
from overheard_capture.provenance.spans import LazySpans, Span, coarsened

if TYPE_CHECKING:
    from overheard_capture.provenance.origin import Bytes

_NO_ORIGIN = Origin([])


class SmallByteQueue:
    """A `ByteQueue` that is cheap to create: it merges no origins until a second piece is added."""

    __slots__ = ("_data", "_origin", "_queue")

    def __init__(self) -> None:
        self._data = b""
        self._origin = _NO_ORIGIN
        self._queue: ByteQueue | None = None

    def __len__(self) -> int:
        return len(self._queue) if self._queue else len(self._data)

    @property
    def data(self) -> bytes | bytearray:
        """The queued bytes; neither change nor keep this object."""
        return self._queue.data if self._queue else self._data

    def add(self, data: Bytes, origin: Origin) -> None:
        """Append bytes."""
        if not len(data):
            return
        if not self._data and not self._queue:
            self._data, self._origin = bytes(data), origin.lasting(0, len(data))
            return
        if not self._queue:
            self._queue = ByteQueue()
            self._queue.add(self._data, self._origin)
            self._data, self._origin = b"", _NO_ORIGIN
        self._queue.add(data, origin)

    def take(self) -> tuple[bytes, Origin]:
        """Remove and return all bytes."""
        if self._queue:
            queue, self._queue = self._queue, None
            return queue.take(len(queue))
        data, origin = self._data, self._origin
        self._data, self._origin = b"", _NO_ORIGIN
        return data, origin

    def take_with(self, data: Bytes, origin: Origin) -> tuple[bytes, Origin]:
        """Remove and return all bytes, and these behind them. That is cheap even if they are a large block."""
        before, earlier = self.take()
        return before + data, followed(earlier, len(before), origin, len(data))


class Pieces:
    """Small pieces. They are joined when they are taken, and their origins only if anybody asks for them."""

    __slots__ = ("_data", "_origins")

    def __init__(self) -> None:
        self._data = bytearray()
        self._origins: list[tuple[Origin, int]] = []

    def __len__(self) -> int:
        return len(self._data)

    def add(self, data: Bytes, origin: Origin) -> None:
        """Append bytes."""
        if size := len(data):
            self._data += data
            self._origins.append((origin.lasting(0, size), size))

    def take(self) -> tuple[bytes, Origin]:
        """Remove and return all bytes."""
        data, origins = bytes(self._data), self._origins
        self._data, self._origins = bytearray(), []
        if len(origins) == 1:
            return data, origins[0][0]
        return data, Origin(LazySpans(lambda: _spans(origins)))


def _spans(origins: list[tuple[Origin, int]]) -> list[Span]:
    """The spans of pieces of these lengths."""
    spans: list[Span] = []
    at = 0
    for origin, size in origins:
        extend(spans, origin.sliced(0, size, at))
        at += size
    return coarsened(spans, at)
