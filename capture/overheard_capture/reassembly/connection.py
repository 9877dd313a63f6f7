"""One TCP connection: its two directions, its beginning and its end."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from overheard_capture.packets import ACK, RST, SYN
from overheard_capture.reassembly.direction import Direction
from overheard_capture.reassembly.multipath import Subflow, may_have, options_of

if TYPE_CHECKING:
    from overheard_capture.packets import Endpoint, Quoted, Segment


# After this time without an answer a SYN is sent again, or its sender has given up (RFC 6298, 2.1), in seconds.
_RETRANSMISSION_TIMEOUT = 1.0


class Offload(Protocol):
    """A faster reader of a connection, used while its segments arrive in order and without special flags."""

    def deliver(self) -> None:
        """Deliver the data of both directions so far."""

    def release(self) -> None:
        """Deliver that data, and leave all further segments to the connection's `add`."""


class Connection:
    """One connection. `number` counts from 0, as Wireshark's `tcp.stream`; times are in seconds since the epoch."""

    __slots__ = (
        "_abandoned",
        "_established",
        "began",
        "client",
        "ended",
        "evicted",
        "finished",
        "handled",
        "links",
        "number",
        "offload",
        "released",
        "reset",
        "server",
        "subflow",
    )

    def __init__(self, number: int, client: Direction, server: Direction, now: float) -> None:
        self.number = number
        self.client = client
        self.server = server
        server.predecessor = client
        self.began = self.ended = now
        self.reset = False
        self.finished = False
        # Whether any segment was more than an attempt to open it; and whether an attempt had to be repeated.
        self._established = False
        self._abandoned = False
        # Its place in a multipath connection, if it is in one.
        self.subflow: Subflow | None = None
        # Whether it was evicted while it may still have been open.
        self.evicted = False
        # The offload that currently reads it; whether one has released it; and how many segments `add` has processed
        # since then.
        self.offload: Offload | None = None
        self.released = False
        self.handled = 0
        # To and from which hardware addresses the last frame of each side was that `add` has processed.
        self.links: dict[Endpoint, bytes] = {}

    @property
    def directions(self) -> tuple[Direction, Direction]:
        """The client's direction, and the server's."""
        return self.client, self.server

    @property
    def complete(self) -> bool:
        """Whether it was captured from SYN to FIN in both directions, or to RST."""
        opened = self.client.opened and self.server.opened
        return opened and (self.reset or (self.client.closed and self.server.closed))

    def failed(self, now: float) -> bool:
        """Whether it was never established: refused, or given up by `now`. It has no other end than that."""
        if self._established or not self.client.opened:
            return False
        return self.reset or self._abandoned or now - self.ended >= _RETRANSMISSION_TIMEOUT

    def add(self, segment: Segment, now: float) -> None:
        """Add a segment of either direction, received at `now`."""
        if self.offload is not None:
            self.offload.release()
        self.handled += 1
        own, other = self._own_and_other(segment)
        if segment.options and may_have(segment.options):
            self._add_options(segment, from_client=own is self.client)
        if segment.flags & SYN:
            self._abandoned = self._abandoned or own.opened
        elif not segment.flags & RST:
            self._established = True
        own.add(segment)
        if segment.acknowledged >= 0:
            other.acknowledge(segment.acknowledged)
        self.reset = self.reset or bool(segment.flags & RST)
        self.ended = now
        if own.full:
            self.deliver()
        if not self.finished and own.ended and other.ended:
            self.finish()

    def starts_new_connection(self, segment: Segment) -> bool:
        """Whether this SYN opens a new connection between the same endpoints, and is not a retransmission."""
        if segment.flags & (SYN | ACK) != SYN:
            return False
        if self.offload is not None:
            # It may have seen a FIN.
            self.offload.deliver()
        has_ended = self.reset or any(direction.closed for direction in self.directions)
        own, _ = self._own_and_other(segment)
        return has_ended or not self.client.opened or own.has_other_isn(segment)

    def _own_and_other(self, segment: Segment) -> tuple[Direction, Direction]:
        return (self.client, self.server) if segment.source == self.client.source else (self.server, self.client)

    def has_read(self, quoted: Quoted, payload: bytes) -> bool:
        """Whether these bytes, which an ICMP error quotes, were reassembled."""
        if self.offload is not None:
            self.offload.deliver()
        return next(each for each in self.directions if each.source == quoted.source).holds(quoted.sequence, payload)

    def deliver(self) -> None:
        """Deliver the data of both directions so far."""
        if self.offload is not None:
            self.offload.deliver()
        self.server.deliver()

    def note_segments(self, now: float) -> None:
        """Note that the offload read segments, the last of them received at `now`."""
        self._established = True
        self.ended = max(self.ended, now)

    def _add_options(self, segment: Segment, *, from_client: bool) -> None:
        # A client may ask for what the server does not know: that is no subflow.
        if self.subflow is None and segment.flags & (SYN | ACK) != SYN and any(options_of(segment.options)):
            self.subflow = Subflow()
        if self.subflow is not None:
            self.subflow.add(segment, from_client=from_client)

    def give_up(self) -> None:
        """The attempt to open it is over: an ICMP error refused it, or another one between its endpoints begins."""
        self._abandoned = True

    def finish(self) -> None:
        """Deliver all buffered data. Later segments are searched, but not reassembled."""
        if self.offload is not None:
            self.offload.release()
        if not self.finished:
            self.finished = True
            self.deliver()
            self.client.finish()
            self.server.finish()


class _NullSink:
    """A sink that discards everything."""

    def feed(self, data: object, origin: object) -> None: ...

    def gap(self, length: int) -> None: ...

    def close(self) -> None: ...


def counted_only(number: int, client: Endpoint, server: Endpoint, now: float) -> Connection:
    """A connection whose data is discarded: it is only counted."""
    sink = _NullSink()
    directions = [
        Direction(source, target, sink, lambda _data, _origin: None)
        for source, target in ((client, server), (server, client))
    ]
    for direction in directions:
        direction.history.enabled = False
    return Connection(number, directions[0], directions[1], now)
