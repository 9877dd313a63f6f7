"""One direction of a TCP connection, reassembled as its segments arrive (RFC 9293, 3.4)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from overheard_capture.packets import FIN, RST, SYN, URG, payload_origin
from overheard_capture.provenance.origin import Origin
from overheard_capture.provenance.small_queue import Pieces
from overheard_capture.provenance.spans import Span
from overheard_capture.reassembly.history import HISTORY, History
from overheard_capture.reassembly.out_of_order import OutOfOrderSegments
from overheard_capture.reassembly.sequence_space import SequenceSpace
from overheard_capture.reassembly.urgent import UrgentData

if TYPE_CHECKING:
    from overheard_capture.packets import Endpoint, Segment
    from overheard_capture.reassembly.sinks import ByteSink, VariantSink

# Reassembled bytes are delivered in blocks of at least this size.
BLOCK = 1 << 20
# The number of segments that are buffered if no SYN was captured: any of them may be the first.
_SEGMENTS_BEFORE_START = 16
# The number of bytes of keep-alive probes that are kept.
_MAX_PROBED = 4096


class Direction(SequenceSpace):
    """The bytes that one endpoint of a connection sent, at their positions."""

    __slots__ = (
        "_block",
        "_finished",
        "_listener",
        "_lost_bytes",
        "_out_of_order",
        "_spans",
        "_start_known",
        "_variant",
        "conflicts",
        "history",
        "late",
        "predecessor",
        "probed",
        "reset_text",
        "seen",
        "source",
        "target",
        "urgent",
    )

    def __init__(self, source: Endpoint, target: Endpoint, listener: ByteSink, variant: VariantSink) -> None:
        super().__init__()
        self.source = source
        self.target = target
        # Whether a retransmission had different bytes, so that the received ones are unknown.
        self.conflicts = False
        # Whether a segment arrived too late to be reassembled or compared.
        self.late = False
        # The number of reassembled bytes.
        self.seen = 0
        self._lost_bytes = 0
        # The delivered bytes to compare retransmissions with.
        self.history = History()
        # The direction to deliver first: the client's, as the server's bytes may answer them.
        self.predecessor: Direction | None = None
        self._finished = False
        self._listener = listener
        # What to read again, once there was urgent data.
        self.urgent: UrgentData | None = None
        self._variant = variant
        # What keep-alive probes carried that is neither zero nor the last byte sent, and where it was.
        self.probed: Pieces | None = None
        # The number of bytes that resets carried, without zeros around them.
        self.reset_text = 0
        # Whether the position of the first byte is known.
        self._start_known = False
        # Reassembled bytes that are not delivered yet.
        self._block = bytearray()
        self._spans: list[Span] = []
        self._out_of_order = OutOfOrderSegments()

    def __str__(self) -> str:
        return f"{self.source} → {self.target}"

    @property
    def ended(self) -> bool:
        """Whether everything up to its FIN was reassembled."""
        return (
            self._closed_at is not None
            and self._start_known
            and self.next == self._closed_at
            and not self._out_of_order
        )

    @property
    def full(self) -> bool:
        """Whether a block is ready to be delivered."""
        return len(self._block) >= BLOCK

    @property
    def buffered(self) -> int:
        """The number of bytes in memory."""
        return len(self._block) + self.history.size + self._out_of_order.size + (self.urgent.size if self.urgent else 0)

    @property
    def missing(self) -> int:
        """The number of bytes sent but not captured. Valid only after `finish`."""
        return self._lost_bytes + max(self.end - self.next, 0)

    @property
    def in_order(self) -> bool:
        """Whether it is open, its start is known, and no out-of-order segment is buffered."""
        usual = self._start_known and not self._out_of_order and self.urgent is None
        return usual and not self._finished and self._closed_at is None

    def add(self, segment: Segment) -> None:
        """Add a segment of this direction."""
        sequence = segment.sequence
        if segment.flags & SYN:
            sequence = (sequence + 1) % 0x100000000
            if not self.opened and not self._start_known:
                self._open(sequence)
        start = self._position(sequence)
        if segment.length == 1 and self._probes(start, segment.flags):
            self._note_probe(start, segment)
            return
        if segment.flags & URG and self.history.enabled:
            self._note_urgent(start + segment.urgent, segment)
        if segment.flags & FIN:
            self._closed_at = start + segment.length
        # RST may have any sequence number in the window (RFC 9293, 3.10.7.4), which does not depend on the data sent.
        if not segment.flags & RST:
            self._reached = max(self._reached, start + segment.length)
            if segment.payload:
                self._receive(start, segment)
        elif segment.payload:
            # RST may carry a diagnostic text (RFC 9293, 3.5.3), which is not part of the stream.
            self._variant(segment.payload, payload_origin(segment))
            self.reset_text += len(segment.payload.strip(b"\0"))

    def _note_probe(self, start: int, segment: Segment) -> None:
        """Keep the byte of a keep-alive probe, if it says something: nobody reads it, but everybody sees it."""
        payload = segment.payload
        if any(payload) and not self._holds_at(start, payload):
            self.probed = self.probed or Pieces()
            if len(self.probed) < _MAX_PROBED:
                self.probed.add(payload, payload_origin(segment))

    def _note_urgent(self, pointer: int, segment: Segment) -> None:
        if self.urgent is None:
            self.deliver()
            before = self.history.content(self.seen)
            origin = Origin([Span(0, segment.frame, segment.offset, len(segment.payload), exact=False)])
            self.urgent = self._listener = UrgentData(self._listener, before, origin)
        self.urgent.point_at(pointer)

    def trim(self, keep: int) -> None:
        """Keep no more than `keep` of the bytes that were delivered."""
        self.history.trim(keep)
        if self.urgent:
            self.urgent.drop()

    def _open(self, sequence: int) -> None:
        base = self._base
        self.opened, self._base, self._reached, self._start_known, self.next = True, sequence, 0, True, 0
        self._acknowledged = -1
        if base is not None and self._out_of_order:
            # Segments that arrived before SYN have positions relative to another base.
            shift = (base - sequence + 0x80000000) % 0x100000000 - 0x80000000
            self._out_of_order.shift(shift)
            self._reached = max(0, self._out_of_order.end)
            if self._closed_at is not None:
                self._closed_at += shift
            self._drain()

    # ---- reassembly

    def _receive(self, start: int, segment: Segment) -> None:
        if not self._start_known:
            self._out_of_order.add(start, segment)
            if len(self._out_of_order) >= _SEGMENTS_BEFORE_START:
                self._assume_start()
        elif start > self.next:
            self._out_of_order.add(start, segment)
            if self._out_of_order.full:
                self._skip_gap()
        else:
            self._append(start, segment)
            if self._out_of_order:
                self._drain()

    def _assume_start(self) -> None:
        """Take the lowest captured position as the start."""
        self._start_known = True
        if self._out_of_order:
            # Whether any bytes precede it is unknown.
            self._listener.gap(0)
            self.next = self._out_of_order.start
            self._drain()

    def _drain(self) -> None:
        while taken := self._out_of_order.take(self.next):
            self._append(*taken)

    def _skip_gap(self) -> None:
        """Count the missing bytes before the first out-of-order segment as lost."""
        start = self._out_of_order.start
        self.deliver()
        self._lost_bytes += start - self.next
        self._listener.gap(start - self.next)
        self.history.trim(0)
        self.next = start
        self._drain()

    def _append(self, start: int, segment: Segment) -> None:
        """Append the new bytes of a segment that begins at the next position or before it."""
        payload, overlap = segment.payload, self.next - start
        if overlap > 0:
            retransmitted = payload[:overlap]
            if not self._matches_history(start, retransmitted):
                self._variant(payload, payload_origin(segment))
            if overlap >= len(payload):
                return
            payload = payload[overlap:]
        if self._finished:
            # The sink is closed, but every byte must be searched.
            self.late = True
            self._variant(segment.payload, payload_origin(segment))
            return
        at = len(self._block)
        if segment.spans:
            self._spans += payload_origin(segment).sliced(max(overlap, 0), len(segment.payload), at)
        else:
            self._spans.append(Span(at, segment.frame, segment.offset + max(overlap, 0), len(payload)))
        self._block += payload
        self.next += len(payload)
        self.seen += len(payload)

    def _matches_history(self, start: int, retransmitted: bytes) -> bool:
        """Whether retransmitted bytes equal the original ones. False if those are not kept, which also sets `late`."""
        if start < self.next - len(self._block) - self.history.size:
            self.late = True
            return False
        if self.history.matches(start, retransmitted, self._block, self.next):
            return True
        self.conflicts = True
        return False

    def holds(self, sequence: int, payload: bytes) -> bool:
        """Whether the stream has these bytes at this sequence number, as far as they are kept."""
        return self._holds_at(self._position(sequence), payload)

    def _holds_at(self, start: int, payload: bytes) -> bool:
        kept = start >= self.next - len(self._block) - self.history.size and start + len(payload) <= self.next
        return kept and self.history.matches(start, payload, self._block, self.next)

    def deliver(self) -> None:
        """Deliver the reassembled bytes."""
        if self.predecessor is not None:
            self.predecessor.deliver()
        if self._block:
            block, spans = self._block, self._spans
            self._block, self._spans = bytearray(), []
            self._listener.feed(block, Origin(spans))
            self.history.add(block)

    def deliver_block(self, block: memoryview, origin: Origin) -> None:
        """Deliver the next bytes, which an offload reassembled.

        A `block` of HISTORY bytes or more must not change until another one of that size is delivered.
        """
        self.next += len(block)
        self.seen += len(block)
        self._listener.feed(block, origin)
        self.history.add(block if len(block) >= HISTORY else bytes(block))

    def finish(self) -> None:
        """Deliver all buffered bytes. Missing bytes before out-of-order segments count as lost."""
        if not self._start_known:
            self._assume_start()
        while self._out_of_order:
            self._skip_gap()
        self.deliver()
        # Bytes that the peer acknowledged, but that were not captured.
        if self.end > self.next:
            self._listener.gap(self.end - self.next)
        self._finished = True
        self._listener.close()
