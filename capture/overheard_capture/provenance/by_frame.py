"""Bytes that become readable frame by frame: handed on in parts of which each was brought by one frame."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from overheard_capture.provenance.small_queue import SmallByteQueue

if TYPE_CHECKING:
    from collections.abc import Callable

    from overheard_capture.provenance.origin import Bytes, Origin, Source

Part: TypeAlias = tuple[int, int]

# No frame is larger, but what was unwrapped out of one may be.
_MOST = 1 << 20


def parts(origin: Origin, start: int, end: int) -> list[Part]:
    """The bytes from `start` to `end`, cut where another frame begins."""
    begins = [start + at for at, _ in origin.after(start).sources(end - start)]
    return list(zip(begins, [*begins[1:], end], strict=True))


class FrameAligner:
    """Holds back what the last frame brought until all of it has come, so that it does not matter how it was cut."""

    def __init__(self, take: Callable[[Bytes, Origin, list[Part]], None]) -> None:
        self._take = take
        self._held = SmallByteQueue()
        self._source: Source | None = None

    def feed(self, data: Bytes, origin: Origin) -> None:
        """Hand on what is complete."""
        found = origin.sources(len(data))
        first = 0
        if len(self._held):
            if found[0][1] == self._source:
                first = found[1][0] if len(found) > 1 else len(data)
                self._held.add(data[:first], origin)
                if first == len(data) and len(self._held) < _MOST:
                    return
            self.flush()
        # What was unwrapped says in each of its bytes what it came out of: there is nothing to wait for.
        keep = found[-1][0] if isinstance(found[-1][1], int) else len(data)
        if keep > first:
            begins = [at - first for at, _ in found if first <= at < keep]
            ends = [*begins[1:], keep - first]
            whole = first == 0 and keep == len(data)
            self._take(data if whole else data[first:keep], origin.after(first), list(zip(begins, ends, strict=True)))
        if max(keep, first) < len(data):
            self._source = found[-1][1]
            self._held.add(data[max(keep, first) :], origin.after(max(keep, first)))

    def flush(self) -> None:
        """Hand on what was held back."""
        if len(self._held):
            data, origin = self._held.take()
            self._take(data, origin, [(0, len(data))])
