"""One direction of a TCP connection, put together again as its segments come (RFC 9293, 3.4)."""

from __future__ import annotations

import bisect
from collections import deque
from typing import TYPE_CHECKING, Protocol

from overheard_capture.packets import FIN, RST, SYN, payload_origin
from overheard_capture.provenance.origin import Origin, Span

if TYPE_CHECKING:
    from overheard_capture.packets import Endpoint, Segment

# How many bytes are put together before they are handed on.
BLOCK = 1 << 20
# How much of what was handed on is kept, at the least, to hold what is sent again against.
KEPT = 256 << 10
# How much is held of what came too early, until what is missing before it counts as lost.
_HELD, _HELD_SEGMENTS = 4 << 20, 4096
# How many segments are waited for where the first byte was not seen: any of them may be the first.
_AT_FIRST = 16


class ByteSink(Protocol):
    """Whoever is told what one side said."""

    def feed(self, data: bytes | bytearray | memoryview, origin: Origin) -> None:
        """The next bytes."""

    def gap(self, length: int) -> None:
        """So many bytes are missing here; none at the beginning, where nobody knows whether any are."""

    def close(self) -> None:
        """There is no more to come."""


class VariantSink(Protocol):
    """Whoever is told what came besides: bytes that were sent again, and cannot be held against what came first."""

    def __call__(self, data: bytes, origin: Origin) -> None:
        """Look at these bytes, too."""


class Direction:
    """What one end of a connection said. Positions count from 0 at the first byte after SYN."""

    __slots__ = (
        "_base",
        "_block",
        "_closed_at",
        "_done",
        "_early",
        "_early_bytes",
        "_listener",
        "_missed",
        "_older",
        "_older_bytes",
        "_reached",
        "_settled",
        "_spans",
        "_variant",
        "conflicts",
        "first",
        "heard",
        "late",
        "next",
        "opened",
        "seen",
        "source",
        "target",
    )

    def __init__(self, source: Endpoint, target: Endpoint, listener: ByteSink, variant: VariantSink) -> None:
        self.source = source
        self.target = target
        self.opened = False
        # Whether two segments disagree on a byte, so that nobody can say which of them was received.
        self.conflicts = False
        # Whether a segment came so late that it could not be put in its place, or held against what was there.
        self.late = False
        # How many different bytes were put in their place, and the position behind the last.
        self.seen = 0
        self.next = 0
        self._missed = 0
        # Whether anybody listens, so that what was handed on is kept to hold what is sent again against.
        self.heard = True
        # Who is to hand on first: the client, for the server's words may be the answer to its.
        self.first: Direction | None = None
        self._done = False
        self._listener = listener
        self._variant = variant
        self._base: int | None = None
        # Where FIN stands, once it was seen: it takes a sequence number of its own, which is no byte of the stream.
        self._closed_at: int | None = None
        # One past the highest position that this side is known to have reached: sent, or acknowledged by the other.
        self._reached = 0
        # Whether it is known where the first byte is.
        self._settled = False
        # What was put together and not handed on yet; and what was, to hold what is sent again against.
        self._block = bytearray()
        self._older: deque[bytes | bytearray | memoryview] = deque()
        self._older_bytes = 0
        self._spans: list[Span] = []
        # What came too early, in order, and how much it is.
        self._early: list[tuple[int, Segment]] = []
        self._early_bytes = 0

    def __str__(self) -> str:
        return f"{self.source} → {self.target}"

    @property
    def closed(self) -> bool:
        """Whether its FIN was seen."""
        return self._closed_at is not None

    @property
    def ended(self) -> bool:
        """Whether all up to its FIN was seen and put together."""
        return self._closed_at is not None and self._settled and self.next == self._closed_at and not self._early

    @property
    def full(self) -> bool:
        """Whether it is time to hand on what was put together."""
        return len(self._block) >= BLOCK

    @property
    def waiting(self) -> int:
        """How many bytes are kept at the moment."""
        return len(self._block) + self._older_bytes + self._early_bytes

    @property
    def end(self) -> int:
        """One past the last byte that is known to have been sent."""
        # Once acknowledged, FIN counts as reached. Where more than that was reached, FIN was not the end.
        return self._reached - (self._closed_at is not None and self._reached == self._closed_at + 1)

    @property
    def missing(self) -> int:
        """How many bytes were sent and not seen. Ask only when it is finished."""
        return self._missed + max(self.end - self.next, 0)

    @property
    def steady(self) -> bool:
        """Whether nothing of it waits for what came before, so that only the next bytes are of interest."""
        return self._settled and not self._early and not self._done and self._closed_at is None

    @property
    def numbers(self) -> tuple[int, int]:
        """The sequence numbers that come next, and that it is known to have reached."""
        base = self._base or 0
        return (base + self.next) % 0x100000000, (base + self._reached) % 0x100000000

    def begins_elsewhere(self, syn: Segment) -> bool:
        """Whether it began with another sequence number than `syn` has."""
        return self.opened and self._base != (syn.sequence + 1) % 0x100000000

    def _position(self, sequence: int) -> int:
        """A 32-bit sequence number as a position, counted on over the wrap at 2^32."""
        if self._base is None:
            self._base = sequence
        ahead = (sequence - self._base - self._reached + 0x80000000) % 0x100000000 - 0x80000000
        return self._reached + ahead

    def add(self, segment: Segment) -> None:
        """Take in a segment that this side sent."""
        sequence = segment.sequence
        if segment.flags & SYN:
            sequence = (sequence + 1) % 0x100000000
            if not self.opened and not self._settled:
                self._open(sequence)
        start = self._position(sequence)
        if segment.flags & FIN:
            self._closed_at = start + segment.length
        # The sequence number of a reset may be any in the window (RFC 9293, 3.10.7.4), and proves nothing.
        if not segment.flags & RST:
            self._reached = max(self._reached, start + segment.length)
            if segment.payload:
                self._take(start, segment)
        elif segment.payload:
            # What a reset says of itself (RFC 9293, 3.5.3) is no part of the stream.
            self._variant(segment.payload, payload_origin(segment))

    def _open(self, sequence: int) -> None:
        base = self._base
        self.opened, self._base, self._reached, self._settled, self.next = True, sequence, 0, True, 0
        if base is not None and self._early:
            # What came before its SYN did was counted from elsewhere.
            shift = (base - sequence + 0x80000000) % 0x100000000 - 0x80000000
            self._early = [(position + shift, segment) for position, segment in self._early]
            self._reached = max(0, *(position + segment.length for position, segment in self._early))
            if self._closed_at is not None:
                self._closed_at += shift
            self._drain()

    def acknowledge(self, number: int) -> None:
        """Take in that the other side has all up to the sequence number `number`."""
        if self._base is not None:
            self._reached = max(self._reached, self._position(number))

    # ---- putting together

    def _take(self, start: int, segment: Segment) -> None:
        if not self._settled:
            self._hold(start, segment)
            if len(self._early) >= _AT_FIRST:
                self._settle()
        elif start > self.next:
            self._hold(start, segment)
            if self._early_bytes > _HELD or len(self._early) > _HELD_SEGMENTS:
                self._skip()
        else:
            self._append(start, segment)
            if self._early:
                self._drain()

    def _hold(self, start: int, segment: Segment) -> None:
        bisect.insort(self._early, (start, segment), key=_position_of)
        self._early_bytes += len(segment.payload)

    def _settle(self) -> None:
        """Take the first byte that was seen for the first."""
        self._settled = True
        if self._early:
            # What is before it was not seen, and nobody knows whether there was anything.
            self._listener.gap(0)
            self.next = self._early[0][0]
            self._drain()

    def _drain(self) -> None:
        while self._early and self._early[0][0] <= self.next:
            start, segment = self._early.pop(0)
            self._early_bytes -= len(segment.payload)
            self._append(start, segment)

    def _skip(self) -> None:
        """Give up waiting for what is missing before the first of what came early."""
        start = self._early[0][0]
        self.hand_on()
        self._missed += start - self.next
        self._listener.gap(start - self.next)
        self.forget(0)
        self.next = start
        self._drain()

    def _append(self, start: int, segment: Segment) -> None:
        """Add what a segment, which begins where we are or before, brings anew."""
        payload, known = segment.payload, self.next - start
        if known > 0:
            again = payload[:known]
            if not self._agrees(start, again):
                self._variant(payload, payload_origin(segment))
            if known >= len(payload):
                return
            payload = payload[known:]
        if self._done:
            # Whoever listened has gone; but nothing goes unsearched.
            self.late = True
            self._variant(segment.payload, payload_origin(segment))
            return
        at = len(self._block)
        if segment.parts:
            self._spans += payload_origin(segment).sliced(max(known, 0), len(segment.payload), at)
        else:
            self._spans.append(Span(at, segment.frame, segment.offset + max(known, 0), len(payload)))
        self._block += payload
        self.next += len(payload)
        self.seen += len(payload)

    def _agrees(self, start: int, again: bytes) -> bool:
        """Whether bytes that are sent again are what they were. Where nobody can say, it counts as late."""
        if start < self.next - len(self._block) - self._older_bytes:
            self.late = True
            return False
        end = self.next
        for block in (self._block, *reversed(self._older)):
            begins = end - len(block)
            low, high = max(start, begins), min(start + len(again), end)
            if low < high and block[low - begins : high - begins] != again[low - start : high - start]:
                self.conflicts = True
                return False
            if begins <= start:
                break
            end = begins
        return True

    def hand_on(self) -> None:
        """Hand on what was put together so far."""
        if self.first is not None:
            self.first.hand_on()
        if self._block:
            block, spans = self._block, self._spans
            self._block, self._spans = bytearray(), []
            self._listener.feed(block, Origin(spans))
            self._remember(block)

    def _remember(self, block: bytes | bytearray | memoryview) -> None:
        if not self.heard:
            return
        self._older.append(block)
        self._older_bytes += len(block)
        while self._older_bytes - len(self._older[0]) >= KEPT:
            self._older_bytes -= len(self._older.popleft())

    def hand_on_block(self, block: memoryview, origin: Origin) -> None:
        """Hand on the next bytes, which others put together.

        Where `block` has KEPT bytes or more, it must stay as it is until another that long is handed on.
        """
        self.next += len(block)
        self.seen += len(block)
        self._listener.feed(block, origin)
        self._remember(block if len(block) >= KEPT else bytes(block))

    def reach(self, number: int) -> None:
        """Take in how far others saw it come, as a sequence number."""
        self._reached = max(self._reached, self._position(number))

    def keep_own(self) -> None:
        """Keep a copy of what was handed on, for its memory is another's from now on."""
        self._older = deque(map(bytes, self._older))

    def finish(self) -> None:
        """Hand on all that there is. What is missing before what came early counts as lost."""
        if not self._settled:
            self._settle()
        while self._early:
            self._skip()
        self.hand_on()
        # What the other side acknowledged, and we never saw.
        if self.end > self.next:
            self._listener.gap(self.end - self.next)
        self._done = True
        self._listener.close()

    def forget(self, keep: int) -> None:
        """Let go of all but the last bytes that were handed on: the others can no longer be compared to anything."""
        while self._older_bytes > keep:
            block = self._older.popleft()
            self._older_bytes -= len(block)
            if self._older_bytes < keep:
                kept = bytes(block[len(block) - (keep - self._older_bytes) :])
                self._older.appendleft(kept)
                self._older_bytes += len(kept)
                break


def _position_of(held: tuple[int, Segment]) -> int:
    return held[0]
