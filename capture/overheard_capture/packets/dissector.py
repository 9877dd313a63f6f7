"""Unwraps frames, and puts together what came in several of them."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

from overheard_capture.packets.addresses import ends_of
from overheard_capture.packets.assigned import ETHERTYPE_IP, IPPROTO_TCP, LINKTYPE_ETHERNET
from overheard_capture.packets.decapsulate import Encapsulated, Family, PacketBuffer, Reassemblers
from overheard_capture.packets.defragment import IpDefragmenter
from overheard_capture.packets.ip import EXTENSIONS, NETWORKS
from overheard_capture.packets.link_types import ETHERTYPES, LINKS, PPP
from overheard_capture.packets.sctp import SctpReassembler
from overheard_capture.packets.transport import TRANSPORTS
from overheard_capture.packets.types import ACK, Other, Packet, Segment

if TYPE_CHECKING:
    from overheard_capture.captures.frame import Frame
    from overheard_capture.packets.decapsulate import Packets, Unwrap

# How many headers and tunnels, one in the other, are looked into.
_DEPTH = 40

_PROTOCOLS: dict[str, dict[int, Unwrap]] = {
    Family.LINK: LINKS,
    Family.ETHERTYPE: {**ETHERTYPES, **NETWORKS},
    Family.PPP: PPP,
    Family.IP: {**TRANSPORTS, **EXTENSIONS},
}

# What most frames are: an ethertype, IPv4 without options, and TCP up to its flags.
_ORDINARY = struct.Struct(">12xHBxHxxHxBxx12sIIBB")


class Dissector:
    """Says what frames carry. It remembers the parts of what was sent in parts, a bounded number of them."""

    def __init__(self) -> None:
        self._reassemblers = Reassemblers(IpDefragmenter(), SctpReassembler())

    @property
    def waiting(self) -> int:
        """How many IP packets, and messages of SCTP, wait for a part."""
        return sum(len(reassemblers.waiting) for reassemblers in self._reassemblers)

    @property
    def given_up(self) -> int:
        """How many had waited for too long, or were too many."""
        return sum(reassemblers.waiting.given_up for reassemblers in self._reassemblers)

    @property
    def disputed(self) -> int:
        """How many came in parts that disagree on the same bytes: nobody knows what the receiver took."""
        return sum(reassemblers.disputed for reassemblers in self._reassemblers)

    def packets(self, frame: Frame) -> tuple[Packet, ...]:
        """Say what `frame` carries, which is nearly always one packet; never raises, whatever the bytes."""
        number, time, link_type, original, data = frame
        if link_type == LINKTYPE_ETHERNET and len(data) >= 54:
            kind, version, total, part, protocol, ends, sequence, acknowledged, header, flags = _ORDINARY.unpack_from(
                data
            )
            # The same as below, for the ordinary case, in a quarter of the time.
            ordinary = kind == ETHERTYPE_IP and version == 0x45 and protocol == IPPROTO_TCP
            if ordinary and not part & 0x3FFF and header >= 0x50:
                offset = 34 + (header >> 4) * 4
                end = 14 + total if total else original
                if offset <= end:
                    source, target = ends_of(ends)
                    if not flags & ACK:
                        acknowledged = -1
                    payload, length = data[offset:end], end - offset
                    return (Segment(number, source, target, sequence, acknowledged, flags, offset, length, payload),)
        return _followed(
            Encapsulated(Family.LINK, link_type, PacketBuffer(number, time, data, self._reassemblers), 0, original)
        )


def _followed(pdu: Encapsulated) -> Packets:
    """Go from wrapping to wrapping, down to what is none."""
    others: list[Encapsulated | Packets] = []
    for _ in range(_DEPTH):
        unwrap = _PROTOCOLS[pdu.family].get(pdu.protocol, Encapsulated.other)
        try:
            inside = unwrap(pdu)
        except (struct.error, IndexError, ValueError):
            inside = pdu.other()
        if not isinstance(inside, Encapsulated) and others and isinstance(inside[0], Other):
            inside = others.pop()
        if not isinstance(inside, Encapsulated):
            return inside
        if inside.otherwise is not None:
            others.append(inside.otherwise)
        pdu = inside
    return next((other for other in others if not isinstance(other, Encapsulated)), pdu.other())
