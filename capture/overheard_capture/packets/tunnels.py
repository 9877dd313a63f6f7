"""Tunnels: IP, Ethernet, PPP or MPLS inside IP or UDP."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from overheard_capture.packets import assigned
from overheard_capture.packets.link_types import WHOLE_PPP, always, mpls
from overheard_capture.packets.pdu import Family

if TYPE_CHECKING:
    from collections.abc import Callable

    from overheard_capture.packets.pdu import Decapsulator, Packets, Pdu


def _vxlan(pdu: Pdu, at: int, payload: bytes, datagram: Packets) -> Packets | Pdu:
    """VXLAN (RFC 7348); flag 0x80 is a group policy."""
    if payload[0] not in {0x08, 0x88} or payload[7]:
        return datagram
    return pdu.inside(Family.LINK, assigned.LINKTYPE_ETHERNET, at + 8, datagram)


def _geneve(pdu: Pdu, at: int, payload: bytes, datagram: Packets) -> Packets | Pdu:
    """Geneve (RFC 8926)."""
    if payload[0] >> 6 or payload[1] & 0x3F or payload[7]:
        return datagram
    protocol = payload[2] << 8 | payload[3]
    return pdu.inside(Family.ETHERTYPE, protocol, at + 8 + (payload[0] & 0x3F) * 4, datagram)


def _gre(pdu: Pdu) -> Packets | Pdu:
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
    # ERSPAN, a mirrored switch port, has its own header if there is a sequence number.
    if protocol == assigned.ETHERTYPE_ERSPAN:
        return pdu.inside(Family.LINK, assigned.LINKTYPE_ETHERNET, begins + (8 if numbered else 0))
    return pdu.inside(Family.ETHERTYPE, protocol, begins)


# By the default port of the tunnel's endpoint. If a datagram to that port has no such header, it remains a datagram.
UDP_TUNNELS: dict[int, Callable[[Pdu, int, bytes, Packets], Packets | Pdu]] = {
    4789: _vxlan,
    # The default port of Linux.
    8472: _vxlan,
    6081: _geneve,
}

IP_TUNNELS: dict[int, Decapsulator] = {
    # RFC 2003.
    assigned.IPPROTO_IPV4: partial(always, Family.ETHERTYPE, assigned.ETHERTYPE_IP, 0),
    # RFC 4213, 3.
    assigned.IPPROTO_IPV6: partial(always, Family.ETHERTYPE, assigned.ETHERTYPE_IPV6, 0),
    assigned.IPPROTO_GRE: _gre,
    # RFC 3378.
    assigned.IPPROTO_ETHERIP: partial(always, Family.ETHERTYPE, assigned.ETHERTYPE_TEB, 2),
    # RFC 4023.
    assigned.IPPROTO_MPLS: mpls,
}
