"""A connection whose beginning was not captured: its protocol, identified by consecutive frames.

The result is uncertain, so the connection is also read without it: a wrong identification hides nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from overheard.words.layer import Layers
from overheard.words.named_tuple import NamedTuple
from overheard_capture.content.nesting import Speculative
from overheard_capture.identify.protocols import OF_MIDSTREAM
from overheard_capture.provenance.queue import ByteQueue

if TYPE_CHECKING:
    from overheard_capture.content.findings import Findings, ReaderFactory
    from overheard_capture.content.readers import Reader
    from overheard_capture.provenance.origin import Bytes, Origin

# This many bytes are enough to identify the protocol.
_HEAD_LENGTH = 64 << 10


class MidstreamCandidate(NamedTuple):
    """A candidate: the name of a protocol, and the reader that starts in the middle of a direction."""

    name: str
    reader: ReaderFactory


def identify_midstream(head: bytes, *, last: bool = False) -> MidstreamCandidate | None:
    """Identify a direction from bytes in its middle; None if unknown. With `last`, `head` is all of it."""
    data = bytearray(head[:_HEAD_LENGTH])
    last = last and len(head) <= _HEAD_LENGTH
    for name, midstream in OF_MIDSTREAM:
        if midstream.matches(data, last):
            return MidstreamCandidate(name, midstream.reader)
    return None


class MidstreamReader:
    """Reads a direction with `fallback`, and also as the protocol that is identified from its first captured bytes."""

    def __init__(self, findings: Findings, layers: Layers, fallback: Reader) -> None:
        self._fallback = fallback
        # Faults that the candidate's reader reports do not count, as the identification may be wrong.
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
        """Read `data`, which comes from `origin`."""
        self._fallback.feed(data, origin)
        if self._head is not None:
            taken = min(_HEAD_LENGTH - len(self._head), len(data))
            self._head.add(data[:taken], origin)
            if len(self._head) < _HEAD_LENGTH:
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
        if head and (candidate := identify_midstream(head, last=last)):
            self._reader = candidate.reader(self._findings, self._layers)
            self._reader.feed(head, origin)

    def gap(self, length: int) -> None:
        """`length` bytes are missing here."""
        self._fallback.gap(length)
        self._decide(last=True)
        if self._reader:
            self._reader.gap(length)

    def close(self) -> None:
        """The direction has ended."""
        self._fallback.close()
        self._decide(last=True)
        if self._reader:
            self._reader.close()
