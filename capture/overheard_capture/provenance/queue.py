"""A byte queue with provenance, in which a reader collects bytes until it has enough of them."""

from __future__ import annotations

from overheard_capture.provenance.origin import Origin
from overheard_capture.provenance.spans import Span


class ByteQueue:
    """A queue of bytes. Bytes taken from its front are a copy."""

    def __init__(self) -> None:
        self._data = bytearray()
        self._spans: list[Span] = []
        self._dropped = 0

    def __len__(self) -> int:
        return len(self._data)

    @property
    def data(self) -> bytearray:
        """The queued bytes; neither change nor keep this object."""
        return self._data

    @property
    def origin(self) -> Origin:
        """The origin of `data`."""
        return Origin(self._spans, self._dropped)

    def add(self, data: bytes | bytearray | memoryview, origin: Origin) -> None:
        """Append bytes."""
        if len(data):
            extend(self._spans, origin.sliced(0, len(data), self._dropped + len(self._data)))
            self._data += data

    def take(self, count: int) -> tuple[bytes, Origin]:
        """Remove and return the first `count` bytes."""
        # A slice is one copy more.
        taken = bytes(self._data if count >= len(self._data) else self._data[:count])
        origin = Origin(self._spans, self._dropped)
        self.drop(count)
        return taken, origin

    def drop(self, count: int) -> None:
        """Remove the first `count` bytes."""
        count = min(count, len(self._data))
        del self._data[:count]
        self._dropped += count
        if not self._data:
            self._spans, self._dropped = [], 0
        elif len(self._spans) > 64:
            # Origins handed out earlier keep the old list.
            self._spans = Origin(self._spans, self._dropped).sliced(0, len(self._data), self._dropped)


def extend(spans: list[Span], more: list[Span]) -> None:
    """Add spans. Bytes that continue the last one need no span of their own."""
    spans += more[bool(spans) and _is_contiguous(spans[-1], more[0]) :]


def _is_contiguous(span: Span, other: Span) -> bool:
    both = span.exact and other.exact and span.frame == other.frame
    return both and other.start - span.start == other.offset - span.offset
