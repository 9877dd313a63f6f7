"""Tunnels over UDP on any port, recognised by content: only if they carry a valid packet of exactly that length.

An IPv4 packet is valid if its checksum is (RFC 791, 3.1). IPv6 has none, so its length and next header decide.
"""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, NamedTuple

from overheard_capture.packets import assigned
from overheard_capture.packets.link_types import WHOLE_PPP
from overheard_capture.packets.pdu import Family

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_IP_VERSIONS = {4: assigned.ETHERTYPE_IP, 6: assigned.ETHERTYPE_IPV6}
_NEXT_HEADERS = {
    assigned.IPPROTO_HOPOPTS,
    assigned.IPPROTO_TCP,
    assigned.IPPROTO_UDP,
    assigned.IPPROTO_FRAGMENT,
    assigned.IPPROTO_ICMPV6,
}
_ARP = bytes.fromhex("0806 0001 0800 06 04")
# An Ethernet frame is padded to this length, without its checksum.
_SHORTEST_FRAME = 60
_MAX_LABELS = 8


class Inside(NamedTuple):
    """What a datagram carries, and where it begins."""

    family: str
    protocol: int
    at: int


def tunnelled(payload: bytes) -> Inside | None:
    """What a datagram carries, if it is a tunnel."""
    for candidates in _BY_FIRST_BYTE.get(payload[0], ()) if len(payload) >= _SHORTEST_HEADER else ():
        for inside in candidates(payload):
            if _is_valid(payload, inside):
                return inside
    return None


def _is_valid(data: bytes, inside: Inside) -> bool:
    at = inside.at
    if inside.family == Family.PPP:
        at += 2 * (data[at : at + 2] == b"\xff\x03")
        at += 1 if data[at : at + 1] in {b"\x21", b"\x57"} else 2
        protocol = data[at - 1]
        return protocol in {assigned.PPP_IP, assigned.PPP_IPV6} and is_ip(data, at, len(data))
    if inside.family == Family.LINK:
        at += 12
        while data[at : at + 2] in {b"\x81\0", b"\x88\xa8"}:
            at += 4
        padded = len(data) - inside.at <= _SHORTEST_FRAME
        if data[at : at + 8] == _ARP:
            return len(data) == at + 30 or padded
        ethertype = int.from_bytes(data[at : at + 2])
        return ethertype in _IP_VERSIONS.values() and is_ip(data, at + 2, len(data), padded=padded)
    return is_ip(data, at, len(data))


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
    if not data[7] and data[0] & 8:
        family = {1: assigned.ETHERTYPE_IP, 2: assigned.ETHERTYPE_IPV6}.get(data[3]) if data[0] & 4 else None
        yield Inside(Family.ETHERTYPE, family, 8) if family else Inside(Family.LINK, assigned.LINKTYPE_ETHERNET, 8)


def _geneve(data: bytes) -> Iterator[Inside]:
    """Geneve (RFC 8926)."""
    protocol, at = int.from_bytes(data[2:4]), 8 + (data[0] & 0x3F) * 4
    if protocol == assigned.ETHERTYPE_TEB:
        yield Inside(Family.LINK, assigned.LINKTYPE_ETHERNET, at)
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


def _gre(data: bytes) -> Iterator[Inside]:
    """GRE in UDP (RFC 8086)."""
    protocol, at = int.from_bytes(data[2:4]), 4 + 4 * (data[0] & 0xB0).bit_count()
    if protocol == assigned.ETHERTYPE_TEB:
        yield Inside(Family.LINK, assigned.LINKTYPE_ETHERNET, at)
    elif protocol in _IP_VERSIONS.values() and not data[1]:
        yield Inside(Family.ETHERTYPE, protocol, at)


def _l2tp(data: bytes) -> Iterator[Inside]:
    """A data message of L2TP (RFC 2661, 3.1)."""
    flags = data[0]
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
