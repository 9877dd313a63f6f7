"""Puts IP packets together that were sent in parts (RFC 791, 3.2; RFC 8200, 4.5)."""

from __future__ import annotations

import bisect
from typing import TYPE_CHECKING, NamedTuple

from overheard_capture.packets.bounded import ReassemblyTable, RecentlySeen
from overheard_capture.packets.decapsulate import PacketBuffer
from overheard_capture.provenance.origin import Origin, joined

if TYPE_CHECKING:
    from overheard_capture.packets.decapsulate import Encapsulated

# RFC 8200, 4.5: who waits longer has lost a part. The numbers of packets come again after a while.
_PATIENCE = 60.0

Key = tuple[bytes, int, int]


class _FragmentData(NamedTuple):
    start: int
    data: bytes
    origin: Origin

    @property
    def end(self) -> int:
        return self.start + len(self.data)

    def between(self, start: int, end: int) -> _FragmentData:
        """Only what stands from `start` to `end` of the packet."""
        ahead = start - self.start
        return _FragmentData(start, self.data[ahead : end - self.start], self.origin.after(ahead))


class _FragmentedPacket:
    """The parts of a packet that have come so far: none overlaps another."""

    __slots__ = ("agrees", "began", "parts", "protocol", "received", "seen", "total")

    def __init__(self, began: float) -> None:
        self.began, self.agrees = began, True
        self.protocol, self.total, self.received = -1, -1, 0
        self.parts: list[_FragmentData] = []
        self.seen: set[object] = set()

    @property
    def complete(self) -> bool:
        return self.received == self.total and self.parts[-1].end == self.total

    def add(self, part: _FragmentData) -> int:
        """Take in what is new of a part: how many bytes that is. Those that came first stay."""
        at, new = part.start, list[_FragmentData]()
        low = max(bisect.bisect_right(self.parts, part.start, key=_start) - 1, 0)
        high = bisect.bisect_left(self.parts, part.end, key=_start)
        for known in self.parts[low:high]:
            begins, ends = max(known.start, part.start), min(known.end, part.end)
            if begins < ends:
                self.agrees &= known.between(begins, ends).data == part.between(begins, ends).data
                new += [part.between(at, begins)] if at < begins else []
                at = ends
        new += [part.between(at, part.end)] if at < part.end else []
        for each in new:
            bisect.insort(self.parts, each, key=_start)
        added = sum(len(each.data) for each in new)
        self.received += added
        return added

    def ends(self, at: int) -> None:
        """Its last part was seen."""
        self.agrees &= self.total in {-1, at}
        self.total = at


class IpDefragmenter:
    """Packets of which a part is missing. `disputed` counts those whose parts overlap, and disagree."""

    def __init__(self) -> None:
        self.waiting = ReassemblyTable[Key, _FragmentedPacket]()
        self.disputed = 0
        self._done = RecentlySeen()

    def add(self, key: Key, pdu: Encapsulated, start: int, *, last: bool) -> tuple[PacketBuffer, int] | None:
        """Take in a part: the whole packet and its protocol, if it is complete now."""
        buffer = pdu.buffer
        data = buffer.data[pdu.at : pdu.end]
        seen = (key, start, last, hash(data))
        # A part that comes twice, as in a capture of all interfaces, does not begin another packet.
        if not data or seen in self._done:
            return None
        packet = self._packet(key, buffer.time)
        agreed = packet.agrees
        added = packet.add(_FragmentData(start, data, buffer.origin_of(pdu.at, pdu.end)))
        packet.seen.add(seen)
        if start == 0:
            packet.protocol = pdu.protocol
        # Where the capture has only the beginning of the last part, it is never complete.
        if last and len(data) == pdu.end - pdu.at:
            packet.ends(start + len(data))
        packet.agrees &= packet.total < 0 or packet.parts[-1].end <= packet.total
        self.disputed += agreed and not packet.agrees
        if not packet.complete:
            self.waiting.keep(key, packet, added)
            return None
        return self._whole(key, packet, buffer), packet.protocol

    def _packet(self, key: Key, now: float) -> _FragmentedPacket:
        packet = self.waiting.entries.get(key)
        if packet and abs(now - packet.began) > _PATIENCE:
            self.waiting.give_up(key)
            packet = None
        return packet or _FragmentedPacket(now)

    def _whole(self, key: Key, packet: _FragmentedPacket, buffer: PacketBuffer) -> PacketBuffer:
        self.waiting.pop(key)
        for seen in packet.seen:
            self._done.add(seen)
        data = b"".join(part.data for part in packet.parts)
        origin = joined((part.origin, 0, len(part.data)) for part in packet.parts)
        return PacketBuffer(buffer.frame, buffer.time, data, buffer.reassemblers, origin)


def _start(part: _FragmentData) -> int:
    return part.start
