"""Puts TCP streams together again, each direction on its own (RFC 9293, 3.4), and says what is missing of them."""

from __future__ import annotations

import bisect
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

from overheard_capture.packets import ACK, FIN, RST, SYN, Endpoint, Packet, Segment

if TYPE_CHECKING:
    from collections.abc import Iterable


@dataclass(frozen=True)
class Piece:
    """Bytes of a direction that one frame brought: `start` in the direction, `offset` in the frame."""

    start: int
    frame: int
    offset: int


@dataclass
class Run:
    """Bytes of a direction without a gap: where they start, and which frames brought them."""

    start: int
    data: bytearray
    pieces: list[Piece]

    @property
    def end(self) -> int:
        """One past its last byte."""
        return self.start + len(self.data)

    def extend(self, position: int, segment: Segment) -> bool:
        """Add what `segment`, which begins in this run or right behind it, brings anew.

        False when it disagrees with a byte that is already there.
        """
        at, end = position - self.start, self.end
        known = min(end - position, len(segment.payload))
        agrees = self.data[at : at + known] == segment.payload[:known]
        if known < len(segment.payload):
            self.pieces.append(Piece(end, segment.frame, segment.offset + known))
            self.data += segment.payload[known:]
        return agrees

    def locate(self, offset: int) -> tuple[int, int]:
        """The frame that brought the byte at `offset` of `data`, and where in that frame it stands."""
        at = self.start + offset
        piece = self.pieces[bisect.bisect_right(self.pieces, at, key=lambda piece: piece.start) - 1]
        return piece.frame, piece.offset + at - piece.start

    def frames(self, offset: int, length: int) -> tuple[int, ...]:
        """The frames that brought the `length` bytes at `offset` of `data`, in the order of the stream."""
        first, last = self.start + offset, self.start + offset + length
        low = bisect.bisect_right(self.pieces, first, key=lambda piece: piece.start) - 1
        high = bisect.bisect_left(self.pieces, last, key=lambda piece: piece.start)
        return tuple(piece.frame for piece in self.pieces[low:high])


@dataclass
class Direction:
    """One half of a stream. Positions count from 0 at the first byte after SYN."""

    source: Endpoint
    target: Endpoint
    opened: bool = False
    # Where FIN stands, once it was seen: it takes a sequence number of its own, which is no byte of the stream.
    _closed_at: int | None = None
    # One past the highest position that this side is known to have reached: sent, or acknowledged by the other side.
    _reached: int = 0
    _base: int | None = None
    _segments: list[tuple[int, Segment]] = field(default_factory=list)

    def __str__(self) -> str:
        return f"{self.source} → {self.target}"

    @property
    def closed(self) -> bool:
        """Whether its FIN was seen."""
        return self._closed_at is not None

    @property
    def end(self) -> int:
        """One past the last byte that is known to have been sent."""
        # Once acknowledged, FIN counts as reached. Where more than that was reached, FIN was not the end.
        return self._reached - (self._closed_at is not None and self._reached == self._closed_at + 1)

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
            if not self.opened:
                self.opened, self._base, self._reached = True, sequence, 0
        start = self._position(sequence)
        if segment.payload:
            self._segments.append((start, segment))
        if segment.flags & FIN:
            self._closed_at = start + segment.length
        # The sequence number of a reset may be any in the window (RFC 9293, 3.10.7.4), and proves nothing.
        if not segment.flags & RST:
            self._reached = max(self._reached, start + segment.length)

    def begins_elsewhere(self, syn: Segment) -> bool:
        """Whether it began with another sequence number than `syn` has."""
        return self.opened and self._base != (syn.sequence + 1) % 0x100000000

    def acknowledge(self, number: int) -> None:
        """Take in that the other side has all up to the sequence number `number`."""
        if self._base is not None:
            self._reached = max(self._reached, self._position(number))

    @property
    def runs(self) -> list[Run]:
        """All bytes that were seen, put together. Ask only when every segment has been added."""
        return self._merged[0]

    @property
    def conflicts(self) -> bool:
        """Whether two segments disagree on a byte, so that nobody can say which of them was received."""
        return self._merged[1]

    @property
    def missing(self) -> int:
        """How many bytes were sent and not seen."""
        # Only what lies between the ends: bytes beyond them must not make up for others that are not there.
        return self.end - sum(max(min(run.end, self.end) - max(run.start, 0), 0) for run in self.runs)

    @cached_property
    def _merged(self) -> tuple[list[Run], bool]:
        runs: list[Run] = []
        conflicts = False
        for position, segment in sorted(self._segments, key=lambda item: item[0]):
            if not runs or position > runs[-1].end:
                runs.append(Run(position, bytearray(), []))
            conflicts |= not runs[-1].extend(position, segment)
        return runs, conflicts


@dataclass
class Stream:
    """One TCP connection. `number` counts from 0 as Wireshark's `tcp.stream` does."""

    number: int
    client: Direction
    server: Direction
    reset: bool = False

    @property
    def directions(self) -> tuple[Direction, Direction]:
        """What the client sent, and what the server sent."""
        return self.client, self.server

    @property
    def complete(self) -> bool:
        """Whether it was seen from SYN to FIN on both sides, or to RST."""
        opened = self.client.opened and self.server.opened
        return opened and (self.reset or (self.client.closed and self.server.closed))


def assemble(packets: Iterable[Packet]) -> list[Stream]:
    """The streams that the segments among `packets` are of, in the order of their first frames."""
    streams: list[Stream] = []
    current: dict[frozenset[Endpoint], Stream] = {}
    for segment in packets:
        if not isinstance(segment, Segment):
            continue
        ends = frozenset((segment.source, segment.target))
        stream = current.get(ends)
        if stream is None or _begins_anew(stream, segment):
            stream = _stream(len(streams), segment)
            streams.append(stream)
            current[ends] = stream
        own, other = _own_and_other(stream, segment)
        own.add(segment)
        if segment.acknowledged >= 0:
            other.acknowledge(segment.acknowledged)
        stream.reset = stream.reset or bool(segment.flags & RST)
    return streams


def _begins_anew(stream: Stream, segment: Segment) -> bool:
    """Whether this SYN opens the same pair of ports once more, and is not just sent again."""
    if segment.flags & (SYN | ACK) != SYN:
        return False
    over = stream.reset or any(side.closed for side in stream.directions)
    own, _ = _own_and_other(stream, segment)
    return over or not stream.client.opened or own.begins_elsewhere(segment)


def _own_and_other(stream: Stream, segment: Segment) -> tuple[Direction, Direction]:
    """The direction that a segment is of, and the other one."""
    client, server = stream.directions
    return (client, server) if segment.source == client.source else (server, client)


def _stream(number: int, segment: Segment) -> Stream:
    answers = segment.flags & SYN and segment.acknowledged >= 0
    client, server = (segment.target, segment.source) if answers else (segment.source, segment.target)
    return Stream(number, Direction(client, server), Direction(server, client))
