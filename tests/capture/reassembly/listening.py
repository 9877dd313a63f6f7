"""Listeners that record what they receive."""

from __future__ import annotations

from typing import TYPE_CHECKING

from overheard_capture.reassembly.connection import Connection
from overheard_capture.reassembly.connections import ConnectionTable
from overheard_capture.reassembly.direction import Direction

if TYPE_CHECKING:
    from collections.abc import Iterable

    from overheard_capture.packets import Endpoint, Segment
    from overheard_capture.provenance.origin import Bytes, Origin


class Heard:
    """The bytes of one side without gaps, with their offsets; and the place of each byte on the wire."""

    def __init__(self) -> None:
        self.runs: list[tuple[int, bytes]] = []
        self.places: list[tuple[int, int]] = []
        self.variants: list[bytes] = []
        self.closed = False
        self._position = 0
        self._anew = True

    def feed(self, data: Bytes, origin: Origin) -> None:
        """Record the bytes."""
        assert not self.closed
        if self._anew:
            self.runs.append((self._position, b""))
            self._anew = False
        start, before = self.runs[-1]
        self.runs[-1] = start, before + bytes(data)
        self._position += len(data)
        places = (origin.place(at, 1) for at in range(len(data)))
        self.places += [(place.frame, place.offset) for place in places]

    def gap(self, length: int) -> None:
        """Record a gap."""
        self._position += length
        self._anew = True

    def close(self) -> None:
        """Record the end."""
        assert not self.closed
        self.closed = True

    def vary(self, data: bytes, origin: Origin) -> None:
        """Record a conflicting retransmission."""
        assert origin.spans
        self.variants.append(data)


_HEARD: dict[int, tuple[Direction, Heard]] = {}


def received(side: Direction) -> Heard:
    """The bytes of this side."""
    return _HEARD[id(side)][1]


def _side(source: Endpoint, target: Endpoint) -> Direction:
    heard = Heard()
    side = Direction(source, target, heard, heard.vary)
    _HEARD[id(side)] = side, heard
    return side


def assemble(segments: Iterable[Segment]) -> list[Connection]:
    """The streams of these segments, in the order of their first frames."""
    _HEARD.clear()
    found: list[Connection] = []
    streams = ConnectionTable(
        lambda number, client, server, now: Connection(number, _side(client, server), _side(server, client), now),
        found.append,
    )
    for segment in segments:
        streams.add(segment, 0.0)
    streams.finish()
    return sorted(found, key=lambda stream: stream.number)
