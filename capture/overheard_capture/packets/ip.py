"""IPv4, IPv6, and extension headers."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

from overheard_capture.packets import assigned
from overheard_capture.packets.numbers import note_addresses, note_number, note_traffic_class, note_unused
from overheard_capture.packets.options import note_check_value, note_ipv4, note_ipv6, note_routing
from overheard_capture.packets.pdu import Family, Pdu

if TYPE_CHECKING:
    from overheard_capture.packets.pdu import Decapsulator, Packets

_HEADER_4, _HEADER_6, _FRAGMENT_HEADER_6 = (
    struct.Struct(">BxHHHxB2x8s"),
    struct.Struct(">BxxxHBx32s"),
    struct.Struct(">BxHI"),
)

_RESERVED = 0x8000


def _ipv4(pdu: Pdu) -> Packets | Pdu:
    """RFC 791, 3.1."""
    first, total, identification, fragment, protocol, addresses = _HEADER_4.unpack_from(pdu.buffer.data, pdu.at)
    begins = pdu.at + (first & 15) * 4
    # The length is 0 if a packet was captured before segmentation offload split it.
    end = pdu.at + total if total else pdu.end
    if first >> 4 != 4 or first & 15 < 5 or end < begins:
        raise ValueError
    pdu.buffer.note_end(end)
    inside = Pdu(Family.IP, protocol, pdu.buffer, begins, end, addresses)
    note_addresses(inside, pdu.at + 12, 4)
    # Most systems count, for each connection or host, in steps of any length.
    note_number(inside, "IP identifications", pdu.at + 4, pdu.at + 6, is_random=False)
    note_number(inside, "IP time to live", pdu.at + 8, pdu.at + 9, is_random=False)
    note_number(inside, "IP type of service", pdu.at + 1, pdu.at + 2, is_random=False)
    if fragment & _RESERVED:
        note_unused(inside, "IP reserved bit", b"\1")
    if first & 15 > 5:
        note_ipv4(inside, pdu.at + 20, begins)
        note_number(inside, "IP options", pdu.at + 20, begins, is_random=False)
    if fragment & 0x3FFF:
        last = not fragment & 0x2000
        return _reassemble(inside, (addresses, protocol, identification), (fragment & 0x1FFF) * 8, last=last)
    return inside


def _ipv6(pdu: Pdu) -> Pdu:
    """RFC 8200, 3."""
    first, length, protocol, addresses = _HEADER_6.unpack_from(pdu.buffer.data, pdu.at)
    begins = pdu.at + 40
    if first >> 4 != 6:
        raise ValueError
    end = begins + length if length else pdu.end
    pdu.buffer.note_end(end)
    inside = Pdu(Family.IP, protocol, pdu.buffer, begins, end, addresses)
    note_addresses(inside, pdu.at + 8, 16)
    note_traffic_class(inside, pdu.at)
    note_number(inside, "IPv6 flow labels", pdu.at + 2, pdu.at + 4)
    note_number(inside, "IP time to live", pdu.at + 7, pdu.at + 8, is_random=False)
    return inside


def _options_header(pdu: Pdu) -> Pdu:
    """Hop-by-hop options and destination options (RFC 8200, 4.3 and 4.6)."""
    inside = _extension(pdu)
    note_ipv6(pdu, pdu.at + 2, inside.at)
    note_number(pdu, "IP options", pdu.at + 2, inside.at, is_random=False)
    return inside


def _routing_header(pdu: Pdu) -> Pdu:
    """A routing header (RFC 8200, 4.4), which has addresses."""
    inside = _extension(pdu)
    note_routing(pdu, inside.at)
    return inside


def _extension(pdu: Pdu) -> Pdu:
    data, at = pdu.buffer.data, pdu.at
    return pdu.inside(Family.IP, data[at], at + 8 + data[at + 1] * 8)


def _authentication_header(pdu: Pdu) -> Pdu:
    """Authentication header (RFC 4302). It does not encrypt."""
    data, at = pdu.buffer.data, pdu.at
    end = at + 8 + data[at + 1] * 4
    note_check_value(pdu, at + 12, end)
    return pdu.inside(Family.IP, data[at], end)


def _fragment_header(pdu: Pdu) -> Packets | Pdu:
    """Fragment header (RFC 8200, 4.5)."""
    protocol, place, identification = _FRAGMENT_HEADER_6.unpack_from(pdu.buffer.data, pdu.at)
    inside = pdu.inside(Family.IP, protocol, pdu.at + 8)
    note_number(pdu, "IP identifications", pdu.at + 4, pdu.at + 8, is_random=False)
    # An atomic fragment is a whole packet (RFC 6946).
    if not place & 0xFFF9:
        return inside
    return _reassemble(inside, (pdu.addresses, -1, identification), place & 0xFFF8, last=not place & 1)


def _reassemble(part: Pdu, key: tuple[bytes, int, int], start: int, *, last: bool) -> Packets | Pdu:
    whole = part.buffer.reassemblers.fragments.add(key, part, start, last=last)
    if whole is None:
        return part.fragment()
    buffer, protocol = whole
    return Pdu(Family.IP, protocol, buffer, 0, len(buffer.data), part.addresses)


NETWORKS: dict[int, Decapsulator] = {assigned.ETHERTYPE_IP: _ipv4, assigned.ETHERTYPE_IPV6: _ipv6}
EXTENSIONS: dict[int, Decapsulator] = {
    assigned.IPPROTO_HOPOPTS: _options_header,
    assigned.IPPROTO_ROUTING: _routing_header,
    assigned.IPPROTO_FRAGMENT: _fragment_header,
    assigned.IPPROTO_AH: _authentication_header,
    assigned.IPPROTO_DSTOPTS: _options_header,
}
