"""A few bytes that wait for more, mostly in vain: most contents are over before more comes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from overheard_capture.provenance.origin import Origin
from overheard_capture.provenance.queue import ByteQueue

if TYPE_CHECKING:
    from overheard_capture.provenance.origin import Bytes

# An origin with more spans is that of a large block, and not kept as a whole for the sake of some of it.
_FEW = 32
_NOWHERE = Origin([])


class SmallByteQueue:
    """What `ByteQueue` is, but quickly made: it does nothing about an origin until there is a second one."""

    __slots__ = ("_data", "_more", "_origin")

    def __init__(self) -> None:
        self._data = b""
        self._origin = _NOWHERE
        self._more: ByteQueue | None = None

    def __len__(self) -> int:
        return len(self._more) if self._more else len(self._data)

    @property
    def data(self) -> bytes | bytearray:
        """What waits; not to be changed or kept."""
        return self._more.data if self._more else self._data

    def add(self, data: Bytes, origin: Origin) -> None:
        """Put more behind what waits."""
        if not len(data):
            return
        if not self._data and not self._more:
            # Spans that are no list are looked up in a memory that is used again.
            kept = isinstance(origin.spans, list) and len(origin.spans) <= _FEW
            self._data, self._origin = bytes(data), origin if kept else Origin(origin.sliced(0, len(data)))
            return
        if not self._more:
            self._more = ByteQueue()
            self._more.add(self._data, self._origin)
            self._data, self._origin = b"", _NOWHERE
        self._more.add(data, origin)

    def take(self) -> tuple[bytes, Origin]:
        """All of it, which waits no longer."""
        if self._more:
            more, self._more = self._more, None
            return more.take(len(more))
        data, origin = self._data, self._origin
        self._data, self._origin = b"", _NOWHERE
        return data, origin
