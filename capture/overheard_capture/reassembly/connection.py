"""One TCP connection: what both sides said, and how it began and ended."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from overheard_capture.packets import ACK, RST, SYN
from overheard_capture.reassembly.direction import Direction

if TYPE_CHECKING:
    from overheard_capture.packets import Endpoint, Segment


class Offload(Protocol):
    """Whoever reads a connection in our place, for as long as nothing happens that is out of the ordinary."""

    def hand_on(self) -> None:
        """Hand on what both sides said so far."""

    def surrender(self) -> None:
        """Hand that on, and leave the rest to us."""


class Connection:
    """One connection. `number` counts from 0 as Wireshark's `tcp.stream` does; times are seconds since the epoch."""

    __slots__ = ("began", "client", "cut_off", "ended", "finished", "handled", "number", "offload", "reset", "server")

    def __init__(self, number: int, client: Direction, server: Direction, now: float) -> None:
        self.number = number
        self.client = client
        self.server = server
        server.first = client
        self.began = self.ended = now
        self.reset = False
        self.finished = False
        # Whether we let go of it while it may have gone on, to make room.
        self.cut_off = False
        # Who reads it in our place; and how many segments we took in ourselves since.
        self.offload: Offload | None = None
        self.handled = 0

    @property
    def directions(self) -> tuple[Direction, Direction]:
        """What the client said, and what the server said."""
        return self.client, self.server

    @property
    def complete(self) -> bool:
        """Whether it was seen from SYN to FIN on both sides, or to RST."""
        opened = self.client.opened and self.server.opened
        return opened and (self.reset or (self.client.closed and self.server.closed))

    def add(self, segment: Segment, now: float) -> None:
        """Take in a segment of either side."""
        if self.offload is not None:
            self.offload.surrender()
        self.handled += 1
        own, other = self._own_and_other(segment)
        own.add(segment)
        if segment.acknowledged >= 0:
            other.acknowledge(segment.acknowledged)
        self.reset = self.reset or bool(segment.flags & RST)
        self.ended = now
        if own.full:
            self.hand_on()
        if not self.finished and own.ended and other.ended:
            self.finish()

    def begins_anew(self, segment: Segment) -> bool:
        """Whether this SYN opens the same pair of ports once more, and is not just sent again."""
        if segment.flags & (SYN | ACK) != SYN:
            return False
        over = self.reset or any(direction.closed for direction in self.directions)
        own, _ = self._own_and_other(segment)
        return over or not self.client.opened or own.begins_elsewhere(segment)

    def _own_and_other(self, segment: Segment) -> tuple[Direction, Direction]:
        return (self.client, self.server) if segment.source == self.client.source else (self.server, self.client)

    def hand_on(self) -> None:
        """Hand on what both sides said so far."""
        if self.offload is not None:
            self.offload.hand_on()
        self.server.hand_on()

    def finish(self) -> None:
        """Hand on all that there is. What comes later is looked at, and not put in any place."""
        if self.offload is not None:
            self.offload.surrender()
        if not self.finished:
            self.finished = True
            self.hand_on()
            self.client.finish()
            self.server.finish()


class _NoSink:
    """Listens to nothing."""

    def feed(self, data: object, origin: object) -> None: ...

    def gap(self, length: int) -> None: ...

    def close(self) -> None: ...


def counted_only(number: int, client: Endpoint, server: Endpoint, now: float) -> Connection:
    """A connection that nobody listens to: it is only counted."""
    nobody = _NoSink()
    directions = [
        Direction(source, target, nobody, lambda _data, _origin: None)
        for source, target in ((client, server), (server, client))
    ]
    for direction in directions:
        direction.heard = False
    return Connection(number, directions[0], directions[1], now)
