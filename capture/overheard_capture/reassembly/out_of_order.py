"""Segments that came too early, kept until the bytes before them arrive."""

from __future__ import annotations

import bisect
from operator import itemgetter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from overheard_capture.packets import Segment

# The amount of out-of-order data that is buffered before the missing bytes count as lost.
_MAX_BYTES, _MAX_SEGMENTS = 4 << 20, 4096


class OutOfOrderSegments:
    """Segments by position. `size` is the number of bytes of their payloads."""

    __slots__ = ("_segments", "size")

    def __init__(self) -> None:
        self._segments: list[tuple[int, Segment]] = []
        self.size = 0

    def __len__(self) -> int:
        return len(self._segments)

    @property
    def full(self) -> bool:
        """Whether so much is buffered that what is missing counts as lost."""
        return self.size > _MAX_BYTES or len(self._segments) > _MAX_SEGMENTS

    @property
    def start(self) -> int:
        """The position of the first one."""
        return self._segments[0][0]

    @property
    def end(self) -> int:
        """The position after the last byte of any."""
        return max(position + segment.length for position, segment in self._segments)

    def add(self, position: int, segment: Segment) -> None:
        """Add a segment that begins at this position."""
        bisect.insort(self._segments, (position, segment), key=itemgetter(0))
        self.size += len(segment.payload)

    def take(self, position: int) -> tuple[int, Segment] | None:
        """Remove the first one, with its position, if it begins at this position or before it."""
        if not self._segments or self._segments[0][0] > position:
            return None
        taken = self._segments.pop(0)
        self.size -= len(taken[1].payload)
        return taken

    def shift(self, distance: int) -> None:
        """Move all by this distance: positions count from elsewhere now."""
        self._segments = [(position + distance, segment) for position, segment in self._segments]
