"""Link layers, by link type (https://www.tcpdump.org/linktypes.html)."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from overheard_capture.packets import assigned
from overheard_capture.packets.bridging import SPANNING_TREE, lldp, spanning_tree
from overheard_capture.packets.control import arp, ppp_control, pppoe_discovery
from overheard_capture.packets.numbers import note_link, note_number, note_unused
from overheard_capture.packets.pdu import Family

if TYPE_CHECKING:
    from overheard_capture.packets.pdu import Decapsulator, Packets, Pdu

# Headers with an ethertype: the offset of the ethertype, and the length of the header.
_ETHERNET_TYPE = 12
_COOKED, _COOKED_2, _CISCO = (14, 16), (0, 20), (2, 4)
# Address families. Those of IPv6 differ between the BSDs.
# Of the address in a cooked header, up to so many bytes are kept. A packet is for this host, for all or some, for
# another one, or from this one.
_COOKED_ADDRESS, _LAST_PACKET_TYPE = 8, 4
_FAMILIES = {2: assigned.ETHERTYPE_IP, **dict.fromkeys((10, 24, 28, 30), assigned.ETHERTYPE_IPV6)}
_IP_VERSIONS = {4: assigned.ETHERTYPE_IP, 6: assigned.ETHERTYPE_IPV6}
# IEEE 802.3: up to this, an ethertype field is a length; Linux cooked capture has this number instead.
_MAX_802_3_LENGTH, _LINUX_LLC = 0x05DC, 4


def _ethernet(pdu: Pdu) -> Packets | Pdu:
    note_link(pdu)
    return _typed(pdu, pdu.at, _ETHERNET_TYPE, 14)


def _cooked(version: int, pdu: Pdu) -> Packets | Pdu:
    """Linux cooked capture: the kinds of packet and device, an address with zeros behind it, and an ethertype.

    Version 2 has the ethertype first, and reserved bytes behind it.
    """
    data, at = pdu.buffer.data, pdu.at
    kind, device, length, begins = (
        (data[at + 10], 8, data[at + 11], 12) if version == 2 else (data[at + 1], 2, data[at + 5], 6)
    )
    unused = data[at + 2 : at + 4] if version == 2 else data[at : at + 1] + data[at + 4 : at + 5]
    address = data[at + begins + length : at + begins + _COOKED_ADDRESS]
    if kind > _LAST_PACKET_TYPE or any(unused) or any(address):
        note_unused(pdu, "unused bytes of the cooked header", bytes([kind]) + unused + address)
    note_number(pdu, "hardware addresses", at + begins, at + begins + length, is_random=False)
    note_number(pdu, "devices", at + (4 if version == 2 else device), at + device + 2, is_random=False)
    return _typed(pdu, at, *(_COOKED_2 if version == 2 else _COOKED))


def _typed(pdu: Pdu, at: int, where: int, begins: int) -> Packets | Pdu:
    """A header with an ethertype, or a length in its place, which an IEEE 802.2 header follows."""
    data = pdu.buffer.data
    if at + begins > len(data):
        raise ValueError
    protocol = data[at + where] << 8 | data[at + where + 1]
    if protocol <= _MAX_802_3_LENGTH and (where == _ETHERNET_TYPE or protocol == _LINUX_LLC):
        return _llc(pdu, at + begins)
    return pdu.inside(Family.ETHERTYPE, protocol, at + begins)


def _llc(pdu: Pdu, at: int) -> Packets | Pdu:
    data = pdu.buffer.data
    # SNAP, with an ethertype at its end (RFC 1042); then the SAP of IP.
    if data[at : at + 6] == b"\xaa\xaa\x03\0\0\0":
        return pdu.inside(Family.ETHERTYPE, data[at + 6] << 8 | data[at + 7], at + 8)
    if data[at : at + 3] == b"\x06\x06\x03":
        return pdu.inside(Family.ETHERTYPE, assigned.ETHERTYPE_IP, at + 3)
    if data[at : at + 5] == SPANNING_TREE:
        return spanning_tree(pdu, at + 3)
    return pdu.other()


def _at(where: tuple[int, int], pdu: Pdu) -> Packets | Pdu:
    return _typed(pdu, pdu.at, *where)


def raw_ip(pdu: Pdu) -> Packets | Pdu:
    """IP, of the version in its first four bits."""
    return pdu.inside(Family.ETHERTYPE, _IP_VERSIONS.get(pdu.buffer.data[pdu.at] >> 4, 0), pdu.at)


def _loopback(pdu: Pdu) -> Packets | Pdu:
    """An address family in the byte order of the capturing machine."""
    family = pdu.buffer.data[pdu.at : pdu.at + 4]
    number = min(int.from_bytes(family, "little"), int.from_bytes(family, "big"))
    if number not in _FAMILIES:
        note_number(pdu, "address families", pdu.at, pdu.at + 4, is_random=False)
    return pdu.inside(Family.ETHERTYPE, _FAMILIES.get(number, 0), pdu.at + 4)


def ppp(pdu: Pdu) -> Packets | Pdu:
    """PPP (RFC 1661), with or without HDLC-like framing (RFC 1662), or Cisco HDLC."""
    data, at = pdu.buffer.data, pdu.at
    if data[at] in {0x0F, 0x8F}:
        return _typed(pdu, at, *_CISCO)
    if data[at : at + 2] == b"\xff\x03":
        at += 2
    # A compressed protocol field has one byte, which is odd.
    if data[at] & 1:
        return pdu.inside(Family.PPP, data[at], at + 1)
    return pdu.inside(Family.PPP, data[at] << 8 | data[at + 1], at + 2)


def pppoe(pdu: Pdu) -> Packets | Pdu:
    """The session stage of PPP over Ethernet (RFC 2516)."""
    if pdu.buffer.data[pdu.at : pdu.at + 2] != b"\x11\0":
        return pdu.other()
    note_number(pdu, "PPPoE sessions", pdu.at + 2, pdu.at + 4, is_random=False)
    return ppp(pdu._replace(at=pdu.at + 6))


def _vlan(pdu: Pdu) -> Packets | Pdu:
    """IEEE 802.1Q. A length may follow the tag instead of an ethertype."""
    note_number(pdu, "VLAN tags", pdu.at, pdu.at + 2, is_random=False)
    return _typed(pdu, pdu.at - 10, _ETHERNET_TYPE, 14)


def mpls(pdu: Pdu) -> Packets | Pdu:
    """MPLS (RFC 3032). Labels do not name the payload: it is IP if it begins with an IP version, otherwise Ethernet."""
    data, at = pdu.buffer.data, pdu.at
    while not data[at + 2] & 1:
        at += 4
    at += 4
    note_number(pdu, "MPLS labels", pdu.at, at, is_random=False)
    first = data[at] >> 4
    # A control word, which begins with four zero bits, may precede Ethernet (RFC 4385).
    bridged = pdu.inside(Family.LINK, assigned.LINKTYPE_ETHERNET, at)
    if first == 0:
        return pdu.inside(Family.LINK, assigned.LINKTYPE_ETHERNET, at + 4, bridged)
    return pdu.inside(Family.ETHERTYPE, _IP_VERSIONS[first], at, bridged) if first in _IP_VERSIONS else bridged


def always(family: str, protocol: int, header: int, pdu: Pdu) -> Pdu:
    """A fixed protocol, after a header of `header` bytes."""
    return pdu.inside(family, protocol, pdu.at + header)


# One row per link type. Some files have 12 or 14 for LINKTYPE_RAW: the values of DLT_RAW on some systems.
LINK_TYPES: dict[int, Decapsulator] = {
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
    113: partial(_cooked, 1),  # LINKTYPE_LINUX_SLL
    228: partial(always, Family.ETHERTYPE, assigned.ETHERTYPE_IP, 0),  # LINKTYPE_IPV4
    229: partial(always, Family.ETHERTYPE, assigned.ETHERTYPE_IPV6, 0),  # LINKTYPE_IPV6
    276: partial(_cooked, 2),  # LINKTYPE_LINUX_SLL2
}

# All but IP, which is in `ip.py`.
ETHERTYPES: dict[int, Decapsulator] = {
    assigned.ETHERTYPE_ARP: arp,
    assigned.ETHERTYPE_REVARP: arp,
    assigned.ETHERTYPE_8021Q: _vlan,
    assigned.ETHERTYPE_8021AD: _vlan,
    assigned.ETHERTYPE_8021Q9100: _vlan,
    assigned.ETHERTYPE_MPLS: mpls,
    assigned.ETHERTYPE_MPLS_MULTI: mpls,
    assigned.ETHERTYPE_PPPOED: pppoe_discovery,
    assigned.ETHERTYPE_PPPOES: pppoe,
    assigned.ETHERTYPE_LLDP: lldp,
    assigned.ETHERTYPE_TEB: partial(always, Family.LINK, assigned.LINKTYPE_ETHERNET, 0),
}

# A pseudo protocol number: a PPP frame whose protocol field is still to be parsed.
WHOLE_PPP = 0

PPP: dict[int, Decapsulator] = {
    WHOLE_PPP: ppp,
    assigned.PPP_IP: partial(always, Family.ETHERTYPE, assigned.ETHERTYPE_IP, 0),
    assigned.PPP_IPV6: partial(always, Family.ETHERTYPE, assigned.ETHERTYPE_IPV6, 0),
    assigned.PPP_MPLS_UCAST: mpls,
    assigned.PPP_MPLS_MCAST: mpls,
    # Negotiation of addresses and link options. Authentication is not in this list: it may carry a password.
    assigned.PPP_IPCP: ppp_control,
    assigned.PPP_IPV6CP: ppp_control,
    assigned.PPP_LCP: ppp_control,
}
