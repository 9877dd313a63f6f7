"""IP payloads: TCP, UDP, SCTP, ICMP, and tunnels."""

from __future__ import annotations

import struct
from functools import partial
from typing import TYPE_CHECKING

from overheard_capture.packets import assigned
from overheard_capture.packets.decapsulate import Family
from overheard_capture.packets.link_types import WHOLE_PPP, always, mpls
from overheard_capture.packets.types import ACK, Datagram, Segment

if TYPE_CHECKING:
    from collections.abc import Callable

    from overheard_capture.packets.decapsulate import Decapsulator, Encapsulated, Packets

_TCP = struct.Struct(">4xIIBB")
# Echo messages carry arbitrary data: ICMP (RFC 792) and ICMPv6 (RFC 4443, 4).
_ECHO, _ECHO_6 = {0, 8}, {128, 129}


def _tcp(pdu: Encapsulated) -> Packets:
    buffer, at, end = pdu.buffer, pdu.at, pdu.end
    source, target = pdu.ports()
    sequence, acknowledged, header, flags = _TCP.unpack_from(buffer.data, at)
    offset = at + (header >> 4) * 4
    if header < 0x50 or offset > end:
        raise ValueError
    number = acknowledged if flags & ACK else -1
    payload, spans = buffer.data[offset:end], buffer.spans(offset, end)
    place = pdu.offset(offset)
    return (Segment(buffer.frame, source, target, sequence, number, flags, place, end - offset, payload, spans),)


def _udp(pdu: Encapsulated) -> Packets | Encapsulated:
    """UDP (RFC 768), and UDP-Lite (RFC 3828), which has its checksum coverage in place of the length."""
    buffer, begins, end = pdu.buffer, pdu.at + 8, pdu.end
    source, target = pdu.ports()
    if begins > min(end, len(buffer.data)):
        raise ValueError
    payload, spans = buffer.data[begins:end], buffer.spans(begins, end)
    datagram = Datagram(buffer.frame, source, target, pdu.offset(begins), payload, spans)
    if target.port in _OVER_UDP and len(payload) > 8:
        return _OVER_UDP[target.port](pdu, begins, payload, (datagram,))
    return (datagram,)


def _vxlan(pdu: Encapsulated, at: int, payload: bytes, datagram: Packets) -> Packets | Encapsulated:
    """VXLAN (RFC 7348); flag 0x80 is a group policy."""
    if payload[0] not in {0x08, 0x88} or payload[7]:
        return datagram
    return pdu.inside(Family.LINK, assigned.LINKTYPE_ETHERNET, at + 8, datagram)


def _geneve(pdu: Encapsulated, at: int, payload: bytes, datagram: Packets) -> Packets | Encapsulated:
    """Geneve (RFC 8926)."""
    if payload[0] >> 6 or payload[1] & 0x3F or payload[7]:
        return datagram
    protocol = payload[2] << 8 | payload[3]
    return pdu.inside(Family.ETHERTYPE, protocol, at + 8 + (payload[0] & 0x3F) * 4, datagram)


def _sctp(pdu: Encapsulated) -> Packets:
    pdu.ports()
    return pdu.buffer.reassemblers.messages.packets(pdu)


def _control(echo: set[int], pdu: Encapsulated) -> Packets:
    return pdu.other() if pdu.buffer.data[pdu.at] in echo else pdu.control()


def _gre(pdu: Encapsulated) -> Packets | Encapsulated:
    """GRE (RFC 2784 and RFC 2890); version 1 carries PPP (RFC 2637, 4.1)."""
    data, at = pdu.buffer.data, pdu.at
    flags, protocol = data[at] << 8 | data[at + 1], data[at + 2] << 8 | data[at + 3]
    version, checked, routed, keyed, numbered = (
        flags & 7,
        flags & 0x8000,
        flags & 0x4000,
        flags & 0x2000,
        flags & 0x1000,
    )
    begins = at + 4 + sum(4 for each in (checked, keyed, numbered, version == 1 and flags & 0x80) if each)
    if routed or version > 1 or (version == 1) != (protocol == assigned.ETHERTYPE_PPP):
        return pdu.other()
    if version == 1:
        return pdu.inside(Family.PPP, WHOLE_PPP, begins)
    # ERSPAN, a mirrored switch port, has a header of its own if there is a sequence number.
    if protocol == assigned.ETHERTYPE_ERSPAN:
        return pdu.inside(Family.LINK, assigned.LINKTYPE_ETHERNET, begins + (8 if numbered else 0))
    return pdu.inside(Family.ETHERTYPE, protocol, begins)


_OVER_UDP: dict[int, Callable[[Encapsulated, int, bytes, Packets], Packets | Encapsulated]] = {
    4789: _vxlan,
    # The default port of Linux.
    8472: _vxlan,
    6081: _geneve,
}

IP_PROTOCOLS: dict[int, Decapsulator] = {
    assigned.IPPROTO_ICMP: partial(_control, _ECHO),
    assigned.IPPROTO_IGMP: partial(_control, set[int]()),
    assigned.IPPROTO_IPV4: partial(always, Family.ETHERTYPE, assigned.ETHERTYPE_IP, 0),
    assigned.IPPROTO_TCP: _tcp,
    assigned.IPPROTO_UDP: _udp,
    assigned.IPPROTO_IPV6: partial(always, Family.ETHERTYPE, assigned.ETHERTYPE_IPV6, 0),
    assigned.IPPROTO_GRE: _gre,
    assigned.IPPROTO_ICMPV6: partial(_control, _ECHO_6),
    # RFC 3378.
    assigned.IPPROTO_ETHERIP: partial(always, Family.ETHERTYPE, assigned.ETHERTYPE_TEB, 2),
    assigned.IPPROTO_SCTP: _sctp,
    assigned.IPPROTO_UDPLITE: _udp,
    # RFC 4023.
    assigned.IPPROTO_MPLS: mpls,
}
