"""Which flows are still open when a window ends: TCP connections, datagrams between two ports, fragments."""

from __future__ import annotations

from array import array
from collections import Counter
from typing import TYPE_CHECKING

from overheard.words.recording import MARK_GROUP, MARK_PORT
from overheard_capture.packets import Datagram, Dissector, Fragment, IcmpData, SctpMessage, Segment
from overheard_capture.reassembly.connection import counted_only
from overheard_capture.reassembly.connections import ConnectionTable

if TYPE_CHECKING:
    from overheard_capture.captures.frame import Frame
    from overheard_capture.packets import Endpoint, Packet
    from overheard_capture.reassembly.connection import Connection

# How long after its end, or an attempt to open it, a connection may still have stragglers, in seconds: the last
# acknowledgement, or a late answer.
_LINGER = 3.0
# After so many seconds of silence no further datagram is expected (the usual idle timeout of QUIC), and no fragment.
_IDLE = 30.0
# The owner of frames of no flow: control, marks, protocols without any; and of fragments of a packet that is
# incomplete.
_NONE, _FRAGMENTS = -1, -2


class WindowFlows:
    """The flows of a window. Each of its frames is added once, in order."""

    def __init__(self) -> None:
        self._dissector = Dissector()
        self._connections = ConnectionTable(counted_only, self._retire)
        self._retired: list[Connection] | None = None
        self._names: list[str] = []
        self._last: list[float] = []
        # By the number of a TCP connection, or by the ends of another flow.
        self._numbers: dict[object, int] = {}
        # Of each frame.
        self._owners, self._times, self._sizes = array("i"), array("d"), array("I")

    def add(self, frame: Frame) -> None:
        """Add the next frame."""
        frame = frame._replace(number=len(self._owners) + 1)
        self._owners.append(_NONE)
        self._times.append(frame.time)
        self._sizes.append(len(frame.data))
        for packet in self._dissector.packets(frame):
            number = self._number(packet, frame.time)
            if number != _NONE and self._owners[-1] == _NONE:
                self._owners[-1] = number
                # A packet that was reassembled is that of all its fragments.
                for span in getattr(packet, "spans", ()):
                    self._owners[span.frame - 1] = number

    def carried(self, now: float, at_most: int) -> tuple[dict[int, str], list[str]]:
        """Those that are open at `now` and have at most so many bytes, by number, and those that do not fit, in words.

        No frame may be added after this.
        """
        found, sizes, outgrown = self._open(now), self._sizes_of(now), list[str]()
        while found and sum(sizes[number] for number in found) > at_most:
            largest = max(found, key=sizes.__getitem__)
            outgrown.append(f"{found.pop(largest)} ({sizes[largest]} bytes)")
        return found, outgrown

    def owner(self, frame: int, now: float) -> int:
        """The number of the flow to which a frame belongs; frames count from 0."""
        owner = self._owners[frame]
        return _NONE if owner == _FRAGMENTS and now - self._times[frame] >= _IDLE else owner

    def _open(self, now: float) -> dict[int, str]:
        self._retired = []
        self._connections.finish()
        found = {self._numbers[each.number] for each in self._retired if _is_open(each, now)}
        for key, number in self._numbers.items():
            if not isinstance(key, int) and now - self._last[number] < _IDLE:
                found.add(number)
        named = {number: self._names[number] for number in sorted(found)}
        return {**named, _FRAGMENTS: "fragments of incomplete packets"} if self._sizes_of(now)[_FRAGMENTS] else named

    def _sizes_of(self, now: float) -> Counter[int]:
        sizes: Counter[int] = Counter()
        for frame, size in enumerate(self._sizes):
            sizes[self.owner(frame, now)] += size
        return sizes

    def _number(self, packet: Packet, time: float) -> int:
        if isinstance(packet, Segment):
            connection = self._connections.add(packet, time)
            return self._numbered(connection.number, "TCP", packet.source, packet.target, time)
        if isinstance(packet, Datagram | SctpMessage):
            if (packet.target.address, packet.target.port) == (MARK_GROUP, MARK_PORT):
                return _NONE
            kind = packet.transport if isinstance(packet, Datagram) else "SCTP"
            ends = (kind, *sorted((packet.source, packet.target)))
            return self._numbered(ends, kind, packet.source, packet.target, time)
        if isinstance(packet, IcmpData) and packet.quoted:
            return self._quoted(packet.quoted.source, packet.quoted.target, packet.quoted.sequence)
        return _FRAGMENTS if isinstance(packet, Fragment) else _NONE

    def _quoted(self, source: Endpoint, target: Endpoint, sequence: int) -> int:
        """The flow that an ICMP error is about, if it is known."""
        if sequence < 0:
            return self._numbers.get(("UDP", *sorted((source, target))), _NONE)
        connection = self._connections.between(source, target)
        return self._numbers.get(connection.number, _NONE) if connection else _NONE

    def _numbered(self, key: object, kind: str, source: Endpoint, target: Endpoint, time: float) -> int:
        number = self._numbers.setdefault(key, len(self._names))
        if number == len(self._names):
            self._names.append(f"{kind} {source} ↔ {target}")
            self._last.append(time)
        self._last[number] = time
        return number

    def _retire(self, connection: Connection) -> None:
        if self._retired is not None:
            self._retired.append(connection)


def _is_open(connection: Connection, now: float) -> bool:
    """Whether more of it may follow. One whose beginning is missing is none to wait for."""
    if connection.complete or connection.failed(now):
        return now - connection.ended < _LINGER
    return connection.client.opened
