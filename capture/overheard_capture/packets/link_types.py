"""Link layers: what is inside of a frame (https://www.tcpdump.org/linktypes.html)."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from overheard_capture.packets import assigned
from overheard_capture.packets.decapsulate import Family

if TYPE_CHECKING:
    from overheard_capture.packets.decapsulate import Encapsulated, Packets, Unwrap

# Where the numbers of protocols are those of Ethernet: where the number stands, and where what is inside begins.
_ETHERNET_TYPE = 12
_COOKED, _COOKED_2, _CISCO = (14, 16), (0, 20), (2, 4)
# The families of addresses that BSD, and its children, have for IPv6.
_FAMILIES = {2: assigned.ETHERTYPE_IP, **dict.fromkeys((10, 24, 28, 30), assigned.ETHERTYPE_IPV6)}
_IP_VERSIONS = {4: assigned.ETHERTYPE_IP, 6: assigned.ETHERTYPE_IPV6}
# Of IEEE 802.2: what is no ethertype but the length of the frame, and the number that Linux puts in its place.
_LONGEST, _LINUX_LLC = 0x05DC, 4


def _ethernet(pdu: Encapsulated) -> Packets | Encapsulated:
    return _typed(pdu, pdu.at, _ETHERNET_TYPE, 14)


def _typed(pdu: Encapsulated, at: int, where: int, begins: int) -> Packets | Encapsulated:
    """What has an ethertype, or in its place the length of what has a header of IEEE 802.2."""
    data = pdu.buffer.data
    if at + begins > len(data):
        raise ValueError
    protocol = data[at + where] << 8 | data[at + where + 1]
    if protocol <= _LONGEST and (where == _ETHERNET_TYPE or protocol == _LINUX_LLC):
        return _llc(pdu, at + begins)
    return pdu.inside(Family.ETHERTYPE, protocol, at + begins)


def _llc(pdu: Encapsulated, at: int) -> Packets | Encapsulated:
    data = pdu.buffer.data
    # RFC 1042: an ethertype behind all of it. Then what names IP itself.
    if data[at : at + 6] == b"\xaa\xaa\x03\0\0\0":
        return pdu.inside(Family.ETHERTYPE, data[at + 6] << 8 | data[at + 7], at + 8)
    if data[at : at + 3] == b"\x06\x06\x03":
        return pdu.inside(Family.ETHERTYPE, assigned.ETHERTYPE_IP, at + 3)
    return pdu.other()


def _at(where: tuple[int, int], pdu: Encapsulated) -> Packets | Encapsulated:
    return _typed(pdu, pdu.at, *where)


def raw_ip(pdu: Encapsulated) -> Packets | Encapsulated:
    """IP of the version that it says."""
    return pdu.inside(Family.ETHERTYPE, _IP_VERSIONS.get(pdu.buffer.data[pdu.at] >> 4, 0), pdu.at)


def _loopback(pdu: Encapsulated) -> Packets | Encapsulated:
    """The family of addresses, in the byte order of whatever machine it was captured on."""
    family = pdu.buffer.data[pdu.at : pdu.at + 4]
    number = min(int.from_bytes(family, "little"), int.from_bytes(family, "big"))
    return pdu.inside(Family.ETHERTYPE, _FAMILIES.get(number, 0), pdu.at + 4)


def ppp(pdu: Encapsulated) -> Packets | Encapsulated:
    """A frame of PPP (RFC 1661), of HDLC (RFC 1662) or not; where Cisco's way of it was used, that."""
    data, at = pdu.buffer.data, pdu.at
    if data[at] in {0x0F, 0x8F}:
        return _typed(pdu, at, *_CISCO)
    if data[at : at + 2] == b"\xff\x03":
        at += 2
    # The number of the protocol may be compressed: only a last byte is odd.
    if data[at] & 1:
        return pdu.inside(Family.PPP, data[at], at + 1)
    return pdu.inside(Family.PPP, data[at] << 8 | data[at + 1], at + 2)


def pppoe(pdu: Encapsulated) -> Packets | Encapsulated:
    """A session of PPP over Ethernet (RFC 2516)."""
    if pdu.buffer.data[pdu.at : pdu.at + 2] != b"\x11\0":
        return pdu.other()
    return ppp(pdu._replace(at=pdu.at + 6))


def _vlan(pdu: Encapsulated) -> Packets | Encapsulated:
    """IEEE 802.1Q. Behind the tag may be a length as well."""
    return _typed(pdu, pdu.at - 10, _ETHERNET_TYPE, 14)


def mpls(pdu: Encapsulated) -> Packets | Encapsulated:
    """RFC 3032. Its labels do not say what is behind them: IP says its version, and all else is Ethernet."""
    data, at = pdu.buffer.data, pdu.at
    while not data[at + 2] & 1:
        at += 4
    at += 4
    first = data[at] >> 4
    # RFC 4385: in front of Ethernet may be a word that begins with four bits of 0.
    bridged = pdu.inside(Family.LINK, assigned.LINKTYPE_ETHERNET, at)
    if first == 0:
        return pdu.inside(Family.LINK, assigned.LINKTYPE_ETHERNET, at + 4, bridged)
    return pdu.inside(Family.ETHERTYPE, _IP_VERSIONS[first], at, bridged) if first in _IP_VERSIONS else bridged


def always(family: str, protocol: int, ahead: int, pdu: Encapsulated) -> Encapsulated:
    """What is always the same, behind a header that says nothing."""
    return pdu.inside(family, protocol, pdu.at + ahead)


def _control(pdu: Encapsulated) -> Packets:
    return pdu.control()


# One row per link type. Some files have 12 or 14 for LINKTYPE_RAW: the numbers that systems use themselves.
LINKS: dict[int, Unwrap] = {
    0: _loopback,  # LINKTYPE_NULL
    assigned.LINKTYPE_ETHERNET: _ethernet,
    9: ppp,  # LINKTYPE_PPP
    12: raw_ip,  # DLT_RAW
    14: raw_ip,  # DLT_RAW on OpenBSD
    50: ppp,  # LINKTYPE_PPP_HDLC
    51: pppoe,  # LINKTYPE_PPP_ETHER
    101: raw_ip,  # LINKTYPE_RAW
    104: partial(_at, _CISCO),  # LINKTYPE_C_HDLC
    108: _loopback,  # LINKTYPE_LOOP
    113: partial(_at, _COOKED),  # LINKTYPE_LINUX_SLL
    228: partial(always, Family.ETHERTYPE, assigned.ETHERTYPE_IP, 0),  # LINKTYPE_IPV4
    229: partial(always, Family.ETHERTYPE, assigned.ETHERTYPE_IPV6, 0),  # LINKTYPE_IPV6
    276: partial(_at, _COOKED_2),  # LINKTYPE_LINUX_SLL2
}

# But for IP itself.
ETHERTYPES: dict[int, Unwrap] = {
    assigned.ETHERTYPE_ARP: _control,
    assigned.ETHERTYPE_REVARP: _control,
    assigned.ETHERTYPE_8021Q: _vlan,
    assigned.ETHERTYPE_8021AD: _vlan,
    assigned.ETHERTYPE_8021Q9100: _vlan,
    assigned.ETHERTYPE_MPLS: mpls,
    assigned.ETHERTYPE_MPLS_MULTI: mpls,
    assigned.ETHERTYPE_PPPOED: _control,
    assigned.ETHERTYPE_PPPOES: pppoe,
    assigned.ETHERTYPE_TEB: partial(always, Family.LINK, assigned.LINKTYPE_ETHERNET, 0),
}

# That of a frame of PPP whose own number is still to be read.
WHOLE_PPP = 0

PPP: dict[int, Unwrap] = {
    WHOLE_PPP: ppp,
    assigned.PPP_IP: partial(always, Family.ETHERTYPE, assigned.ETHERTYPE_IP, 0),
    assigned.PPP_IPV6: partial(always, Family.ETHERTYPE, assigned.ETHERTYPE_IPV6, 0),
    assigned.PPP_MPLS_UCAST: mpls,
    assigned.PPP_MPLS_MCAST: mpls,
    # How the ends agree on addresses. What they prove to each other with is not of the network: it may be a password.
    assigned.PPP_IPCP: _control,
    assigned.PPP_IPV6CP: _control,
    assigned.PPP_LCP: _control,
}
