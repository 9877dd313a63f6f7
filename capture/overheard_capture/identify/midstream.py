"""A connection that was joined in the middle: what it may be, told by frames that follow each other.

That is a guess. So it is read beside whoever reads it as what it is for certain: a wrong guess hides nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from overheard.words.layer import Layers
from overheard_capture.content.nesting import Speculative
from overheard_capture.identify.protocols import OF_MIDSTREAM
from overheard_capture.provenance.queue import ByteQueue

if TYPE_CHECKING:
    from overheard_capture.content.findings import Findings, ReaderFactory
    from overheard_capture.content.readers import Reader
    from overheard_capture.provenance.origin import Bytes, Origin

# So much of the beginning tells enough.
_ENOUGH = 64 << 10


class Guess(NamedTuple):
    """The name of a protocol that a direction may be, and what reads it from its middle on."""

    name: str
    reader: ReaderFactory


def identify_midstream(head: bytes, *, last: bool = False) -> Guess | None:
    """What a direction is that begins like this, and as nothing else that is known. With `last`, that is all of it."""
    data = bytearray(head[:_ENOUGH])
    last = last and len(head) <= _ENOUGH
    for name, midstream in OF_MIDSTREAM:
        if midstream.knows(data, last):
            return Guess(name, midstream.reader)
    return None


class MidstreamReader:
    """Reads a direction as what it may be, once there is enough of it to tell, beside a reader who is `certain`."""

    def __init__(self, findings: Findings, layers: Layers, certain: Reader) -> None:
        self._certain = certain
        # What a wrong guess inflates or takes for a request must not be held against whoever reads it for certain.
        self._findings = Speculative(
            findings.search,
            findings.readers,
            findings.limits,
            opener=findings.opener,
            sightings=findings.sightings,
            parent=findings,
        )
        self._layers = layers
        self._head: ByteQueue | None = ByteQueue()
        self._reader: Reader | None = None

    def feed(self, data: Bytes, origin: Origin) -> None:
        """Read on."""
        self._certain.feed(data, origin)
        if self._head is not None:
            taken = min(_ENOUGH - len(self._head), len(data))
            self._head.add(data[:taken], origin)
            if len(self._head) < _ENOUGH:
                return
            self._decide(last=False)
            data, origin = data[taken:], origin.after(taken)
        if self._reader and len(data):
            self._reader.feed(data, origin)

    def _decide(self, *, last: bool) -> None:
        if self._head is None:
            return
        head, origin = self._head.take(len(self._head))
        self._head = None
        if head and (found := identify_midstream(head, last=last)):
            self._reader = found.reader(self._findings, self._layers)
            self._reader.feed(head, origin)

    def gap(self, length: int) -> None:
        """So many bytes are missing here."""
        self._certain.gap(length)
        self._decide(last=True)
        if self._reader:
            self._reader.gap(length)

    def close(self) -> None:
        """There is no more to come."""
        self._certain.close()
        self._decide(last=True)
        if self._reader:
            self._reader.close()
