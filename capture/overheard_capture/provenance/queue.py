"""Bytes that wait for more to come: a reader's own, with their origin."""

from __future__ import annotations

from overheard_capture.provenance.origin import Origin, Span


class ByteQueue:
    """A queue of bytes. What is taken from its front is an object of its own, and stays as it is."""

    def __init__(self) -> None:
        self._data = bytearray()
        self._spans: list[Span] = []
        self._gone = 0

    def __len__(self) -> int:
        return len(self._data)

    @property
    def data(self) -> bytearray:
        """What waits; not to be changed or kept."""
        return self._data

    @property
    def origin(self) -> Origin:
        """That of `data`."""
        return Origin(self._spans, self._gone)

    def add(self, data: bytes | bytearray | memoryview, origin: Origin) -> None:
        """Put more behind what waits."""
        if len(data):
            spans = origin.sliced(0, len(data), self._gone + len(self._data))
            # What goes on in the same frame where it was cut needs no span of its own.
            self._spans += spans[bool(self._spans) and _goes_on(self._spans[-1], spans[0]) :]
            self._data += data

    def take(self, count: int) -> tuple[bytes, Origin]:
        """The first `count` bytes, which wait no longer."""
        taken, origin = bytes(self._data[:count]), Origin(self._spans, self._gone)
        self.drop(count)
        return taken, origin

    def drop(self, count: int) -> None:
        """Forget the first `count` bytes."""
        count = min(count, len(self._data))
        del self._data[:count]
        self._gone += count
        if not self._data:
            self._spans, self._gone = [], 0
        elif len(self._spans) > 64:
            # An origin that was given away keeps the old list.
            self._spans = Origin(self._spans, self._gone).sliced(0, len(self._data), self._gone)


def _goes_on(span: Span, other: Span) -> bool:
    both = span.exact and other.exact and span.frame == other.frame
    return both and other.start - span.start == other.offset - span.offset
