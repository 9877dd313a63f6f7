"""Tunnels: IP, Ethernet, PPP or MPLS inside IP or UDP. Over UDP they are known by their content, never by the port.

A datagram is a tunnel if it carries a valid packet of exactly its length. An IPv4 packet is valid if its checksum is
(RFC 791, 3.1). IPv6 has none, so its length and next header decide. Where the header of the tunnel has enough fixed
bits, Ethernet of any known type is enough.
"""

from __future__ import annotations

import struct
from functools import partial
from typing import TYPE_CHECKING

from overheard.words.named_tuple import NamedTuple
from overheard_capture.packets import assigned
from overheard_capture.packets.link_types import ETHERTYPES, WHOLE_PPP, always, mpls
from overheard_capture.packets.options import note_header
from overheard_capture.packets.pdu import Family

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from overheard_capture.packets.pdu import Decapsulator, Packets, Pdu

_IP_VERSIONS = {4: assigned.ETHERTYPE_IP, 6: assigned.ETHERTYPE_IPV6}
_NEXT_HEADERS = {
    assigned.IPPROTO_HOPOPTS,
    assigned.IPPROTO_IPV4,
    assigned.IPPROTO_TCP,
    assigned.IPPROTO_UDP,
    assigned.IPPROTO_IPV6,
    assigned.IPPROTO_ROUTING,
    assigned.IPPROTO_FRAGMENT,
    assigned.IPPROTO_GRE,
    assigned.IPPROTO_ESP,
    assigned.IPPROTO_AH,
    assigned.IPPROTO_ICMPV6,
    assigned.IPPROTO_DSTOPTS,
    assigned.IPPROTO_SCTP,
}
_ARP = bytes.fromhex("0806 0001 0800 06 04")
# An Ethernet frame is padded to this length, without its checksum.
_SHORTEST_FRAME = 60
_MAX_LABELS = 8
# Of the flags of GRE, those that nothing has given a meaning (RFC 2784, 2.3; RFC 2637, 4.1).
_GRE_RESERVED = 0x0F78


class Inside(NamedTuple):
    """What a tunnel carries, and where it begins. If `certain`, the header alone shows that it is a tunnel."""

    family: str
    protocol: int
    at: int
    certain: bool = False


def tunnelled(payload: bytes, length: int | None = None) -> Inside | None:
    """What a datagram carries, if it is a tunnel. `length` is that on the wire, if fewer bytes were captured."""
    for candidates in _BY_FIRST_BYTE.get(payload[0], ()) if len(payload) >= _SHORTEST_HEADER else ():
        for inside in candidates(payload):
            if _is_valid(payload, inside, len(payload) if length is None else length):
                return inside
    return None


def _is_valid(data: bytes, inside: Inside, end: int) -> bool:
    at = inside.at
    if inside.family == Family.PPP:
        at += 2 * (data[at : at + 2] == b"\xff\x03")
        at += 1 if data[at : at + 1] in {b"\x21", b"\x57"} else 2
        protocol = data[at - 1]
        return protocol in {assigned.PPP_IP, assigned.PPP_IPV6} and is_ip(data, at, end)
    if inside.family == Family.LINK:
        at += 12
        while data[at : at + 2] in {b"\x81\0", b"\x88\xa8"}:
            at += 4
        padded = end - inside.at <= _SHORTEST_FRAME
        if data[at : at + 8] == _ARP:
            return end == at + 30 or padded
        ethertype = int.from_bytes(data[at : at + 2])
        if ethertype in _IP_VERSIONS.values():
            return is_ip(data, at + 2, end, padded=padded)
        return inside.certain and (ethertype in ETHERTYPES or ethertype == end - at - 2 or (padded and ethertype < end))
    return is_ip(data, at, end)


def is_ip(data: bytes, at: int, end: int, *, padded: bool = False) -> bool:
    """Whether there is a valid IP packet from `at` to `end`."""
    if end - at < 20:
        return False
    version, header = data[at] >> 4, (data[at] & 15) * 4
    if version == 6 and end - at >= 40:
        length = 40 + int.from_bytes(data[at + 4 : at + 6])
        return data[at + 6] in _NEXT_HEADERS and (length == end - at or (padded and length < end - at))
    length = int.from_bytes(data[at + 2 : at + 4])
    if version != 4 or not 20 <= header <= length or not (length == end - at or (padded and length < end - at)):
        return False
    total: int = sum(struct.unpack_from(f">{header // 2}H", data, at))
    return (total & 0xFFFF) + (total >> 16) == 0xFFFF


# ---- headers


def _vxlan(data: bytes) -> Iterator[Inside]:
    """VXLAN (RFC 7348), with a group policy or the next protocol of VXLAN-GPE (draft-ietf-nvo3-vxlan-gpe)."""
    if data[7] or not data[0] & 8:
        return
    family = {1: assigned.ETHERTYPE_IP, 2: assigned.ETHERTYPE_IPV6}.get(data[3]) if data[0] & 4 else None
    if family:
        yield Inside(Family.ETHERTYPE, family, 8)
    else:
        yield Inside(Family.LINK, assigned.LINKTYPE_ETHERNET, 8, certain=data[:4] == b"\x08\0\0\0")


def _geneve(data: bytes) -> Iterator[Inside]:
    """Geneve (RFC 8926)."""
    protocol, at = int.from_bytes(data[2:4]), 8 + (data[0] & 0x3F) * 4
    if protocol == assigned.ETHERTYPE_TEB:
        yield Inside(Family.LINK, assigned.LINKTYPE_ETHERNET, at, certain=not data[1] & 0x3F and not data[7])
    elif protocol in _IP_VERSIONS.values():
        yield Inside(Family.ETHERTYPE, protocol, at)


def _gtp(data: bytes) -> Iterator[Inside]:
    """A user packet of GTPv1 (3GPP TS 29.281, 5)."""
    if data[1] != 0xFF or int.from_bytes(data[2:4]) != len(data) - 8:
        return
    at, following = 8, 0
    if data[0] & 7:
        at, following = 12, data[11] if data[0] & 4 else 0
    while following and at + 4 <= len(data) and data[at]:
        at += data[at] * 4
        following = data[at - 1]
    yield from _raw(data, at)


def _raw(data: bytes, at: int = 0) -> Iterator[Inside]:
    """IP itself, as in Teredo (RFC 4380, 5.1.1) without indications, and foo over UDP."""
    if at < len(data) and (ethertype := _IP_VERSIONS.get(data[at] >> 4)):
        yield Inside(Family.ETHERTYPE, ethertype, at)


def _teredo(data: bytes) -> Iterator[Inside]:
    """An authentication or an origin indication, or both, before IPv6."""
    at = 0
    if data[:2] == b"\0\1":
        at += 13 + data[2] + data[3]
    if data[at : at + 2] == b"\0\0":
        at += 8
    if at:
        yield from _raw(data, at)


def _gre(data: bytes, start: int = 0) -> Iterator[Inside]:
    """GRE (RFC 2784, RFC 2890), in UDP as well (RFC 8086); version 1 carries PPP (RFC 2637, 4.1)."""
    flags, protocol = data[start] << 8 | data[start + 1], data[start + 2] << 8 | data[start + 3]
    version, at = flags & 7, start + 4 + 4 * (flags & 0xB000).bit_count()
    # There is no routing, and version 1 is for PPP alone.
    if flags & (0x4000 | _GRE_RESERVED) or version > 1 or (version == 1) != (protocol == assigned.ETHERTYPE_PPP):
        return
    if version == 1:
        yield Inside(Family.PPP, WHOLE_PPP, at + (4 if flags & 0x80 else 0))
    elif protocol == assigned.ETHERTYPE_ERSPAN:
        # A mirrored switch port has its own header if there is a sequence number.
        yield Inside(Family.LINK, assigned.LINKTYPE_ETHERNET, at + (8 if flags & 0x1000 else 0))
    elif protocol == assigned.ETHERTYPE_TEB:
        yield Inside(Family.LINK, assigned.LINKTYPE_ETHERNET, at)
    else:
        yield Inside(Family.ETHERTYPE, protocol, at)


def _gre_in_ip(pdu: Pdu) -> Packets | Pdu:
    """GRE as its protocol number says: whatever it carries."""
    inside = next(_gre(pdu.buffer.data, pdu.at), None)
    if inside:
        note_header(pdu, pdu.at, inside.at, "GRE headers")
    return pdu.inside(inside.family, inside.protocol, inside.at) if inside else pdu.other()


def _ethernet_in_ip(pdu: Pdu) -> Packets | Pdu:
    """EtherIP (RFC 3378), whose header is a version and zeros."""
    if pdu.buffer.data[pdu.at : pdu.at + 2] != b"\x30\0":
        return pdu.other()
    return pdu.inside(Family.LINK, assigned.LINKTYPE_ETHERNET, pdu.at + 2)


def _l2tp_in_ip(pdu: Pdu) -> Packets | Pdu:
    """A data message of L2TPv3 (RFC 3931, 4.1.1), whose session is not 0."""
    data = pdu.buffer.data[pdu.at : pdu.end]
    found = (each for each in _pseudowire(data, 4) if any(data[:4]) and _is_valid(data, each, pdu.end - pdu.at))
    inside = next(found, None)
    if inside:
        note_header(pdu, pdu.at, pdu.at + inside.at, "L2TP headers")
    return pdu.inside(inside.family, inside.protocol, pdu.at + inside.at) if inside else pdu.other()


def _pseudowire(data: bytes, at: int) -> Iterator[Inside]:
    """Ethernet after a cookie (RFC 3931, 4.1) and a sublayer (4.6), whose lengths only the two ends know."""
    for more in (0, 4, 8, 12):
        if at + more < len(data):
            yield Inside(Family.LINK, assigned.LINKTYPE_ETHERNET, at + more)


def _l2tp(data: bytes) -> Iterator[Inside]:
    """A data message of L2TP (RFC 2661, 3.1) or of L2TPv3 (RFC 3931, 4.1.2)."""
    flags = data[0]
    if data[:4] == b"\0\3\0\0":
        yield from _pseudowire(data, 8)
    if data[1] != 2 or flags & 0xB4:
        return
    at = 6 + (2 if flags & 0x40 else 0) + (4 if flags & 8 else 0)
    if flags & 2:
        at += 2 + int.from_bytes(data[at : at + 2])
    yield Inside(Family.PPP, WHOLE_PPP, at)


def _mpls(data: bytes) -> Iterator[Inside]:
    """MPLS in UDP (RFC 7510)."""
    for at in range(4, 4 * _MAX_LABELS, 4):
        if at < len(data) and data[at - 2] & 1:
            yield from _raw(data, at)
            return


def _openvpn(data: bytes) -> Iterator[Inside]:
    """OpenVPN without encryption: an opcode, the ID of the peer in newer versions, perhaps an HMAC, and a number."""
    for hmac in (20, 32, 64, 0, 16, 28, 48):
        yield from _raw(data, (4 if data[0] & 0x40 else 1) + hmac + 4)


_SHORTEST_HEADER = 28


def _candidates() -> dict[int, tuple[Callable[[bytes], Iterator[Inside]], ...]]:
    """The headers that may begin with each byte."""
    by_header: dict[Callable[[bytes], Iterator[Inside]], range | set[int]] = {
        _vxlan: {0x08, 0x0C, 0x88, 0x8C},
        _geneve: range(0x40),
        _gtp: range(0x30, 0x40),
        _raw: {*range(0x45, 0x50), *range(0x60, 0x70)},
        _teredo: {0},
        _gre: {0, 0x10, 0x20, 0x30, 0x80, 0x90, 0xA0, 0xB0},
        _l2tp: {0, 2, 8, 10, 0x40, 0x42, 0x48, 0x4A},
        _openvpn: {*range(0x30, 0x38), *range(0x48, 0x50)},
        _mpls: range(0x100),
    }
    return {first: tuple(each for each, bytes_ in by_header.items() if first in bytes_) for first in range(0x100)}


_BY_FIRST_BYTE = _candidates()

IP_TUNNELS: dict[int, Decapsulator] = {
    # RFC 2003.
    assigned.IPPROTO_IPV4: partial(always, Family.ETHERTYPE, assigned.ETHERTYPE_IP, 0),
    # RFC 4213, 3.
    assigned.IPPROTO_IPV6: partial(always, Family.ETHERTYPE, assigned.ETHERTYPE_IPV6, 0),
    assigned.IPPROTO_GRE: _gre_in_ip,
    assigned.IPPROTO_ETHERIP: _ethernet_in_ip,
    assigned.IPPROTO_L2TP: _l2tp_in_ip,
    # RFC 4023.
    assigned.IPPROTO_MPLS: mpls,
}
