"""IP fragment reassembly (RFC 791, 3.2; RFC 8200, 4.5)."""

from __future__ import annotations

import bisect
from typing import TYPE_CHECKING

from overheard.words.named_tuple import NamedTuple
from overheard_capture.packets.bounded import ReassemblyTable, RecentlySeen
from overheard_capture.packets.pdu import PacketBuffer
from overheard_capture.provenance.origin import Origin, joined

if TYPE_CHECKING:
    from overheard_capture.packets.pdu import Pdu

# In seconds (RFC 8200, 4.5). Identifications are reused later.
_TIMEOUT = 60.0

Key = tuple[bytes, int, int]


class _FragmentBytes(NamedTuple):
    start: int
    data: bytes
    origin: Origin

    @property
    def end(self) -> int:
        return self.start + len(self.data)

    def between(self, start: int, end: int) -> _FragmentBytes:
        """The part from offset `start` to `end` of the packet."""
        skipped = start - self.start
        return _FragmentBytes(start, self.data[skipped : end - self.start], self.origin.after(skipped))


class _FragmentedPacket:
    """The parts of a packet received so far, without overlaps."""

    __slots__ = ("agrees", "began", "parts", "protocol", "received", "seen", "total")

    def __init__(self, began: float) -> None:
        self.began, self.agrees = began, True
        self.protocol, self.total, self.received = -1, -1, 0
        self.parts: list[_FragmentBytes] = []
        self.seen: set[object] = set()

    @property
    def complete(self) -> bool:
        return self.received == self.total and self.parts[-1].end == self.total

    def add(self, part: _FragmentBytes) -> int:
        """Add the new bytes of a part, and return their number. Where parts overlap, the first one is kept."""
        at, new = part.start, list[_FragmentBytes]()
        low = max(bisect.bisect_right(self.parts, part.start, key=_start) - 1, 0)
        high = bisect.bisect_left(self.parts, part.end, key=_start)
        for existing in self.parts[low:high]:
            begins, ends = max(existing.start, part.start), min(existing.end, part.end)
            if begins < ends:
                self.agrees &= existing.between(begins, ends).data == part.between(begins, ends).data
                new += [part.between(at, begins)] if at < begins else []
                at = ends
        new += [part.between(at, part.end)] if at < part.end else []
        for each in new:
            bisect.insort(self.parts, each, key=_start)
        added = sum(len(each.data) for each in new)
        self.received += added
        return added

    def set_total(self, at: int) -> None:
        """Set the length of the packet, which is known from its last fragment."""
        self.agrees &= self.total in {-1, at}
        self.total = at


class IpDefragmenter:
    """Reassembles IP packets. `conflicting` counts packets whose fragments overlap with different bytes."""

    def __init__(self) -> None:
        self.pending = ReassemblyTable[Key, _FragmentedPacket]()
        self.conflicting = 0
        self._completed = RecentlySeen()

    def add(self, key: Key, pdu: Pdu, start: int, *, last: bool) -> tuple[PacketBuffer, int] | None:
        """Add a fragment. Returns the packet and its protocol if it is complete now."""
        buffer = pdu.buffer
        data = buffer.data[pdu.at : pdu.end]
        seen = (key, start, last, hash(data))
        # A duplicate, as in a capture on all interfaces, does not begin another packet.
        if not data or seen in self._completed:
            return None
        packet = self._packet(key, buffer.time)
        agreed = packet.agrees
        added = packet.add(_FragmentBytes(start, data, buffer.origin_of(pdu.at, pdu.end)))
        packet.seen.add(seen)
        if start == 0:
            packet.protocol = pdu.protocol
        # If the last fragment was truncated by the capture, the packet never becomes complete.
        if last and len(data) == pdu.end - pdu.at:
            packet.set_total(start + len(data))
        packet.agrees &= packet.total < 0 or packet.parts[-1].end <= packet.total
        self.conflicting += agreed and not packet.agrees
        if not packet.complete:
            self.pending.keep(key, packet, added)
            return None
        return self._complete_packet(key, packet, buffer), packet.protocol

    def _packet(self, key: Key, now: float) -> _FragmentedPacket:
        packet = self.pending.entries.get(key)
        if packet and abs(now - packet.began) > _TIMEOUT:
            self.pending.discard(key)
            packet = None
        return packet or _FragmentedPacket(now)

    def _complete_packet(self, key: Key, packet: _FragmentedPacket, buffer: PacketBuffer) -> PacketBuffer:
        self.pending.pop(key)
        for seen in packet.seen:
            self._completed.add(seen)
        data = b"".join(part.data for part in packet.parts)
        origin = joined((part.origin, 0, len(part.data)) for part in packet.parts)
        return PacketBuffer(buffer.frame, buffer.time, data, buffer.reassemblers, origin)


def _start(part: _FragmentBytes) -> int:
    return part.start
