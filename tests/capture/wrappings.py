"""The same TCP segment in every encapsulation, handmade, as the kernel supports few of them."""

from __future__ import annotations

import struct

from capture.frames import ETHERNET, RAW, SLL, SLL2, ethernet, ipv4, ipv6, sll, sll2, tcp, udp

PAYLOAD = b"fluffy tail"
PORTS = (40000, 45683)

SEGMENT = tcp(PAYLOAD, source=PORTS[0], target=PORTS[1])
IPV4, IPV6 = ipv4(SEGMENT, source="10.1.1.1", target="10.1.1.2"), ipv6(SEGMENT)
# Not even the beginning of an address can be taken for IP.
FRAME = b"\x02" * 12 + ethernet(IPV4)[12:]
FRAME_6 = b"\x02" * 12 + ethernet(IPV6, 0x86DD)[12:]


def gre(payload: bytes, protocol: int = 0x0800, flags: int = 0, words: int = 0) -> bytes:
    """RFC 2784, with some words of options."""
    return struct.pack(">HH", flags, protocol) + bytes(4 * words) + payload


def vxlan(payload: bytes, flags: int = 0x08) -> bytes:
    """RFC 7348."""
    return struct.pack(">BxxxI", flags, 42 << 8) + payload


def geneve(payload: bytes, protocol: int = 0x6558, options: bytes = b"") -> bytes:
    """RFC 8926."""
    return struct.pack(">BBHI", len(options) // 4, 0, protocol, 42 << 8) + options + payload


def mpls(payload: bytes, *labels: int) -> bytes:
    """RFC 3032; the last label is the bottom of the stack."""
    stack = [label << 12 | (number == len(labels)) << 8 | 64 for number, label in enumerate(labels, start=1)]
    return b"".join(struct.pack(">I", word) for word in stack) + payload


def pppoe(payload: bytes, protocol: bytes = b"\0\x21") -> bytes:
    """RFC 2516."""
    return struct.pack(">BBHH", 0x11, 0, 1, len(payload) + len(protocol)) + protocol + payload


def llc(payload: bytes, protocol: int = 0x0800) -> bytes:
    """IEEE 802.2, followed by the ethertype (RFC 1042)."""
    return b"\xaa\xaa\x03\0\0\0" + struct.pack(">H", protocol) + payload


def sized(payload: bytes) -> bytes:
    """An IEEE 802.3 frame, with its length."""
    return b"\x02" * 12 + struct.pack(">H", len(payload)) + payload


def over_udp(payload: bytes, port: int) -> bytes:
    """In a datagram to a port."""
    return ethernet(ipv4(udp(payload, target=port), 17))


def authenticated(payload: bytes, protocol: int = 6) -> bytes:
    """RFC 4302."""
    return struct.pack(">BBHII12s", protocol, 4, 0, 1, 1, bytes(12)) + payload


# The name of each, its link type, and its bytes.
WRAPPINGS: dict[str, tuple[int, bytes]] = {
    "Ethernet, IPv4": (ETHERNET, FRAME),
    "Ethernet, IPv6": (ETHERNET, FRAME_6),
    "IEEE 802.3": (ETHERNET, sized(llc(IPV4))),
    "802.1Q": (ETHERNET, ethernet(IPV4, tags=[0x8100])),
    "QinQ": (ETHERNET, ethernet(IPV6, 0x86DD, tags=[0x88A8, 0x8100])),
    "QinQ of old": (ETHERNET, ethernet(IPV4, tags=[0x9100, 0x8100])),
    "cooked": (SLL, sll(IPV4)),
    "cooked, IPv6": (SLL, sll(IPV6, 0x86DD)),
    "cooked, tagged": (SLL, sll(struct.pack(">HH", 7, 0x0800) + IPV4, 0x8100)),
    "cooked, LLC": (SLL, sll(llc(IPV4), 4)),
    "cooked 2": (SLL2, sll2(IPV4)),
    "cooked 2, IPv6": (SLL2, sll2(IPV6, 0x86DD)),
    "raw IPv4": (RAW, IPV4),
    "raw IPv6": (RAW, IPV6),
    "raw, of IPv4 alone": (228, IPV4),
    "raw, of IPv6 alone": (229, IPV6),
    "loopback of BSD": (0, struct.pack("<I", 2) + IPV4),
    "loopback of BSD, big endian": (0, struct.pack(">I", 2) + IPV4),
    "loopback of macOS, IPv6": (0, struct.pack("<I", 30) + IPV6),
    "loopback of FreeBSD, IPv6": (0, struct.pack(">I", 28) + IPV6),
    "loopback of OpenBSD": (108, struct.pack(">I", 2) + IPV4),
    "loopback of OpenBSD, IPv6": (108, struct.pack(">I", 24) + IPV6),
    "PPP": (9, b"\xff\x03\0\x21" + IPV4),
    "PPP, IPv6": (9, b"\xff\x03\0\x57" + IPV6),
    "PPP, compressed": (9, b"\x21" + IPV4),
    "PPP in HDLC": (50, b"\xff\x03\0\x21" + IPV4),
    "HDLC of Cisco": (104, b"\x0f\0\x08\0" + IPV4),
    "HDLC of Cisco, where PPP was expected": (50, b"\x0f\0\x86\xdd" + IPV6),
    "PPPoE": (ETHERNET, ethernet(pppoe(IPV4), 0x8864)),
    "PPPoE, IPv6": (ETHERNET, ethernet(pppoe(IPV6, b"\0\x57"), 0x8864)),
    "PPPoE alone": (51, pppoe(IPV4)),
    "GRE": (RAW, ipv4(gre(IPV4), 47)),
    "GRE, IPv6 in IPv6": (RAW, ipv6(gre(IPV6, 0x86DD), 47)),
    "GRE with a key": (RAW, ipv4(gre(IPV4, flags=0x2000, words=1), 47)),
    "GRE with everything": (RAW, ipv4(gre(IPV4, flags=0xB000, words=3), 47)),
    "GRE, bridged": (RAW, ipv4(gre(FRAME, 0x6558), 47)),
    "GRE of PPTP": (RAW, ipv4(gre(b"\xff\x03\0\x21" + IPV4, 0x880B, 0x3081, 3), 47)),
    "ERSPAN": (RAW, ipv4(gre(struct.pack(">HHI", 0x1007, 1, 0) + FRAME, 0x88BE, 0x1000, 1), 47)),
    "VXLAN": (ETHERNET, over_udp(vxlan(FRAME), 4789)),
    "VXLAN, tagged inside": (ETHERNET, over_udp(vxlan(ethernet(IPV6, 0x86DD, tags=[0x8100])), 4789)),
    "VXLAN to the port of Linux": (ETHERNET, over_udp(vxlan(FRAME), 8472)),
    "Geneve": (ETHERNET, over_udp(geneve(FRAME), 6081)),
    "Geneve with options": (ETHERNET, over_udp(geneve(IPV4, 0x0800, bytes(12)), 6081)),
    "MPLS": (ETHERNET, ethernet(mpls(IPV4, 100), 0x8847)),
    "MPLS of three labels": (ETHERNET, ethernet(mpls(IPV6, 100, 101, 102), 0x8847)),
    "MPLS, Ethernet": (ETHERNET, ethernet(mpls(bytes(4) + FRAME, 100), 0x8847)),
    "MPLS in IP": (RAW, ipv4(mpls(IPV4, 100), 137)),
    "IPv4 in IPv4": (RAW, ipv4(IPV4, 4)),
    "IPv6 in IPv4": (RAW, ipv4(IPV6, 41)),
    "IPv4 in IPv6": (RAW, ipv6(IPV4, 4)),
    "IPv6 in IPv6": (RAW, ipv6(IPV6, 41)),
    "Ethernet in IP": (RAW, ipv4(b"\x30\0" + FRAME, 97)),
    "authenticated": (RAW, ipv4(authenticated(SEGMENT), 51)),
    "authenticated, IPv6": (RAW, ipv6(authenticated(SEGMENT), 51)),
    "extension headers": (
        RAW,
        ipv6(bytes([60, 0]) + bytes(6) + bytes([43, 1]) + bytes(14) + b"\x06" + bytes(7) + SEGMENT, 0),
    ),
    "VXLAN in GRE in VLAN": (
        ETHERNET,
        ethernet(ipv4(gre(over_udp(vxlan(FRAME), 4789), 0x6558), 47), tags=[0x8100]),
    ),
}
