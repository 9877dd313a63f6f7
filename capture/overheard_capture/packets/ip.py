"""IP of both versions, and the headers between it and what it carries."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

from overheard_capture.packets import assigned
from overheard_capture.packets.decapsulate import Encapsulated, Family

if TYPE_CHECKING:
    from overheard_capture.packets.decapsulate import Packets, Unwrap

_HEADER_4, _HEADER_6, _PART_6 = struct.Struct(">BxHHHxB2x8s"), struct.Struct(">BxxxHBx32s"), struct.Struct(">BxHI")


def _ipv4(pdu: Encapsulated) -> Packets | Encapsulated:
    """RFC 791, 3.1."""
    first, total, identification, fragment, protocol, ends = _HEADER_4.unpack_from(pdu.buffer.data, pdu.at)
    begins = pdu.at + (first & 15) * 4
    # A length of 0 is what segmentation offload leaves in a packet that was captured before it was cut up.
    end = pdu.at + total if total else pdu.end
    if first >> 4 != 4 or first & 15 < 5 or end < begins:
        raise ValueError
    inside = Encapsulated(Family.IP, protocol, pdu.buffer, begins, end, ends)
    if fragment & 0x3FFF:
        last = not fragment & 0x2000
        return _put_together(inside, (ends, protocol, identification), (fragment & 0x1FFF) * 8, last=last)
    return inside


def _ipv6(pdu: Encapsulated) -> Encapsulated:
    """RFC 8200, 3."""
    first, length, protocol, ends = _HEADER_6.unpack_from(pdu.buffer.data, pdu.at)
    begins = pdu.at + 40
    if first >> 4 != 6:
        raise ValueError
    return Encapsulated(Family.IP, protocol, pdu.buffer, begins, begins + length if length else pdu.end, ends)


def _options(pdu: Encapsulated) -> Encapsulated:
    """Hop-by-hop options, routing, and options for the target (RFC 8200, 4)."""
    data, at = pdu.buffer.data, pdu.at
    return pdu.inside(Family.IP, data[at], at + 8 + data[at + 1] * 8)


def _authenticated(pdu: Encapsulated) -> Encapsulated:
    """RFC 4302: what it proves is not hidden by it."""
    data, at = pdu.buffer.data, pdu.at
    return pdu.inside(Family.IP, data[at], at + 8 + data[at + 1] * 4)


def _part(pdu: Encapsulated) -> Packets | Encapsulated:
    """RFC 8200, 4.5."""
    protocol, place, identification = _PART_6.unpack_from(pdu.buffer.data, pdu.at)
    inside = pdu.inside(Family.IP, protocol, pdu.at + 8)
    # RFC 6946: what is said to be a part, and is all of it, waits for nothing.
    if not place & 0xFFF9:
        return inside
    return _put_together(inside, (pdu.ends, -1, identification), place & 0xFFF8, last=not place & 1)


def _put_together(part: Encapsulated, key: tuple[bytes, int, int], start: int, *, last: bool) -> Packets | Encapsulated:
    whole = part.buffer.reassemblers.fragments.add(key, part, start, last=last)
    if whole is None:
        return part.fragment()
    buffer, protocol = whole
    return Encapsulated(Family.IP, protocol, buffer, 0, len(buffer.data), part.ends)


NETWORKS: dict[int, Unwrap] = {assigned.ETHERTYPE_IP: _ipv4, assigned.ETHERTYPE_IPV6: _ipv6}
EXTENSIONS: dict[int, Unwrap] = {
    assigned.IPPROTO_HOPOPTS: _options,
    assigned.IPPROTO_ROUTING: _options,
    assigned.IPPROTO_FRAGMENT: _part,
    assigned.IPPROTO_AH: _authenticated,
    assigned.IPPROTO_DSTOPTS: _options,
}
