"""Frame alignment: bytes are delivered in parts, each carried by a single frame."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from overheard_capture.provenance.small_queue import SmallByteQueue

if TYPE_CHECKING:
    from collections.abc import Callable

    from overheard_capture.provenance.origin import Bytes, Origin, Source

Part: TypeAlias = tuple[int, int]

# No frame is larger; data that was decoded from one may be.
_MAX_BUFFERED = 1 << 20


def frame_parts(origin: Origin, start: int, end: int) -> list[Part]:
    """The bytes from `start` to `end`, as (start, end) of each part that one frame carried."""
    begins = [start + at for at, _ in origin.after(start).sources(end - start)]
    return list(zip(begins, [*begins[1:], end], strict=True))


class FrameAligner:
    """Buffers the bytes of the last frame until they are complete, so that the output does not depend on piece sizes.

    `deliver` is called with bytes, their origin, and the (start, end) of each frame's part in them.
    """

    def __init__(self, deliver: Callable[[Bytes, Origin, list[Part]], None]) -> None:
        self._deliver = deliver
        self._buffer = SmallByteQueue()
        self._source: Source | None = None

    def feed(self, data: Bytes, origin: Origin) -> None:
        """Add bytes, and deliver the parts that are complete."""
        sources = origin.sources(len(data))
        first = 0
        if len(self._buffer):
            if sources[0][1] == self._source:
                first = sources[1][0] if len(sources) > 1 else len(data)
                self._buffer.add(data[:first], origin)
                if first == len(data) and len(self._buffer) < _MAX_BUFFERED:
                    return
            self.flush()
        # The parts of decoded data are complete when they arrive, the last one included.
        keep = sources[-1][0] if isinstance(sources[-1][1], int) else len(data)
        if keep > first:
            begins = [at - first for at, _ in sources if first <= at < keep]
            ends = [*begins[1:], keep - first]
            whole = first == 0 and keep == len(data)
            self._deliver(
                data if whole else data[first:keep], origin.after(first), list(zip(begins, ends, strict=True))
            )
        if max(keep, first) < len(data):
            self._source = sources[-1][1]
            self._buffer.add(data[max(keep, first) :], origin.after(max(keep, first)))

    def flush(self) -> None:
        """Deliver the buffered bytes."""
        if len(self._buffer):
            data, origin = self._buffer.take()
            self._deliver(data, origin, [(0, len(data))])
