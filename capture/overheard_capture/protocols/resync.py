"""Finds the beat again: where frames begin, when some of what was before is missing."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING

from overheard_capture.provenance.queue import ByteQueue

if TYPE_CHECKING:
    import re
    from collections.abc import Callable, Iterable

    from overheard_capture.provenance.origin import Bytes, Origin

    # Where frames begin in some bytes, or -1. The flag says that no more bytes follow.
    Find = Callable[[bytearray, bool], int]

# How much is looked through at a time, and how much of it again together with what follows.
WINDOW = 256 << 10
_AGAIN = 64 << 10
# Where none began in so much, none will.
_LONGEST = 4 << 20
# How many frames are looked at, from all the places together where one may begin.
_MOST_FRAMES = 20_000


class Resynchroniser:
    """Keeps what comes until frames are found in it."""

    def __init__(self, find: Find) -> None:
        self._find = find
        self._kept = ByteQueue()
        # How many bytes no frame was found in.
        self.skipped = 0

    def feed(self, data: Bytes, origin: Origin) -> tuple[int, tuple[bytes, Origin] | None]:
        """Look on. How many bytes were taken; and, once frames are found, all that was kept, from their beginning."""
        taken = min(WINDOW - len(self._kept), len(data))
        self._kept.add(data[:taken], origin)
        # Only full windows are looked through, so that it does not matter in which pieces the bytes come.
        return taken, self._look(False) if len(self._kept) == WINDOW else None

    def close(self) -> tuple[bytes, Origin] | None:
        """No more comes: what was kept, from where frames begin in it."""
        return self._look(True)

    def _look(self, last: bool) -> tuple[bytes, Origin] | None:
        begins = self._find(self._kept.data, last) if self.skipped < _LONGEST else -1
        drop = begins if begins >= 0 else len(self._kept) - (0 if last else _AGAIN)
        self._kept.drop(drop)
        self.skipped += drop
        return self._kept.take(len(self._kept)) if begins >= 0 else None


class FrameWalks(ABC):
    """Walks from frame to frame, from many a place, but not for ever. With `last`, nothing comes behind `data`."""

    def __init__(self, data: bytes | bytearray, last: bool) -> None:
        self._data = data
        self._last = last
        self._passed = 0

    def first(self, places: Iterable[re.Match[bytes]]) -> int:
        """The first of some places from which on there are frames beyond doubt, or -1."""
        return next((at for each in places if self.succeeds(at := each.start())), -1)

    @abstractmethod
    def succeeds(self, begin: int) -> bool:
        """Whether the frames from a place on are frames beyond doubt."""

    def _may_pass(self) -> bool:
        """Whether a further frame may be looked at; it is counted."""
        self._passed += 1
        return self._passed <= _MOST_FRAMES
