"""Resynchronisation: finds where frames begin again after a gap."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING

from overheard_capture.provenance.queue import ByteQueue

if TYPE_CHECKING:
    import re
    from collections.abc import Callable, Iterable

    from overheard_capture.provenance.origin import Bytes, Origin

    # Returns the offset at which frames begin, or -1. The flag is set if no more bytes follow.
    FindFrames = Callable[[bytearray, bool], int]

# The number of bytes searched at a time, and how many of them overlap with the next search.
WINDOW = 256 << 10
_OVERLAP = 64 << 10
# The search gives up after this many bytes.
_SEARCH_LIMIT = 4 << 20
# The maximum number of frames to examine, over all candidate positions.
_MAX_FRAMES = 20_000


class Resynchroniser:
    """Buffers bytes until frames are found in them."""

    def __init__(self, find: FindFrames) -> None:
        self._find = find
        self._buffer = ByteQueue()
        # The number of bytes in which no frame was found.
        self.skipped = 0

    def feed(self, data: Bytes, origin: Origin) -> tuple[int, tuple[bytes, Origin] | None]:
        """Continue the search. Returns the number of bytes taken and, once frames are found, the bytes from there."""
        consumed = min(WINDOW - len(self._buffer), len(data))
        self._buffer.add(data[:consumed], origin)
        # Only full windows are searched, so that the result does not depend on how the bytes are split.
        return consumed, self._search(False) if len(self._buffer) == WINDOW else None

    def close(self) -> tuple[bytes, Origin] | None:
        """The direction has ended: the buffered bytes from where frames begin, or None."""
        return self._search(True)

    def _search(self, last: bool) -> tuple[bytes, Origin] | None:
        start = self._find(self._buffer.data, last) if self.skipped < _SEARCH_LIMIT else -1
        drop = start if start >= 0 else len(self._buffer) - (0 if last else _OVERLAP)
        self._buffer.drop(drop)
        self.skipped += drop
        return self._buffer.take(len(self._buffer)) if start >= 0 else None


class FrameWalk(ABC):
    """Follows frames from many candidate positions, within a limit. With `last`, nothing follows `data`."""

    def __init__(self, data: bytes | bytearray, last: bool) -> None:
        self._data = data
        self._last = last
        self._frames_seen = 0

    def first(self, places: Iterable[re.Match[bytes]]) -> int:
        """The first of some candidate positions at which frames certainly begin, or -1."""
        return next((at for each in places if self.is_start(at := each.start())), -1)

    @abstractmethod
    def is_start(self, begin: int) -> bool:
        """Whether frames certainly begin at a position."""

    def _within_limit(self) -> bool:
        """Whether one more frame may be examined; counts it."""
        self._frames_seen += 1
        return self._frames_seen <= _MAX_FRAMES
