"""Urgent data (RFC 9293, 3.8.5): the receiver may have read the stream with the urgent byte or without it.

Most systems take the byte before the urgent pointer out of the stream, some the one at it, and an application may ask
for it to be left in (RFC 6093, 3).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from overheard_capture.provenance.queue import ByteQueue

if TYPE_CHECKING:
    from collections.abc import Iterator

    from overheard_capture.provenance.origin import Bytes, Origin
    from overheard_capture.reassembly.sinks import ByteSink

# The maximum number of bytes of a direction that are kept, to be read again.
_MAX_KEPT = 4 << 20


class UrgentData:
    """The bytes of a direction with urgent data, on the way to their `sink`, and where in them urgent bytes are.

    `before` are the bytes that were delivered earlier, and `origin` is taken for theirs; None if they are not kept.
    """

    def __init__(self, sink: ByteSink, before: bytes | None, origin: Origin) -> None:
        self._sink = sink
        self._pointers: set[int] = set()
        self._kept: ByteQueue | None = None
        if before is not None:
            self._kept = ByteQueue()
            self._kept.add(before, origin)

    def point_at(self, position: int) -> None:
        """Add an urgent pointer: the position after the urgent byte, or the one of this byte."""
        self._pointers.add(position)

    @property
    def size(self) -> int:
        """The number of bytes kept."""
        return len(self._kept) if self._kept else 0

    @property
    def ambiguous(self) -> bool:
        """Whether there are readings other than `readings`: not all is kept, or there are several urgent bytes."""
        return self._kept is None or len(self._pointers) > 1

    def readings(self) -> Iterator[tuple[bytes, Origin]]:
        """The bytes without the urgent ones, under both meanings of the pointer, if they are kept."""
        if self._kept is None:
            return
        whole, origin = bytes(self._kept.data), self._kept.origin
        for distance in (1, 0):
            kept = ByteQueue()
            at = 0
            for pointer in (*sorted(self._pointers), len(whole) + distance):
                urgent = max(pointer - distance, 0)
                if at <= urgent <= len(whole):
                    kept.add(whole[at:urgent], origin.after(at))
                    at = urgent + 1
            if len(kept) < len(whole):
                yield kept.take(len(kept))

    def drop(self) -> None:
        """Keep nothing: memory is short."""
        self._kept = None

    def feed(self, data: Bytes, origin: Origin) -> None:
        """Pass on bytes, and keep them."""
        self._sink.feed(data, origin)
        if self._kept is not None:
            self._kept.add(data, origin)
            if len(self._kept) > _MAX_KEPT:
                self.drop()

    def gap(self, length: int) -> None:
        """Pass on a gap. Nothing is read again: it is known that the stream is not whole."""
        self._sink.gap(length)
        self.drop()

    def close(self) -> None:
        """Pass on the end."""
        self._sink.close()
