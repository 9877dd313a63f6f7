"""Tunnels over UDP are known by what they carry, on any port."""

from __future__ import annotations

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from capture.frames import ethernet, frame, ipv4, ipv6, tcp, udp, unwrap
from overheard_capture.packets import Control, Datagram, Segment
from overheard_capture.packets.udp_tunnels import tunnelled

PAYLOAD = b"fluffy tail, fluffy tail, fluffy tail"
PACKET = ipv4(tcp(PAYLOAD))
PACKET_6 = ipv6(tcp(PAYLOAD))
FRAME = ethernet(PACKET)
VXLAN = struct.pack(">B3xI", 8, 77 << 8)


def gtp(payload: bytes, flags: int = 0x30, more: bytes = b"") -> bytes:
    return struct.pack(">BBHI", flags, 0xFF, len(payload) + len(more), 1) + more + payload


TUNNELS = {
    "VXLAN": VXLAN + FRAME,
    "VXLAN with a tag": VXLAN + ethernet(PACKET, tags=[0x8100]),
    "VXLAN of a short frame": VXLAN + ethernet(ipv4(tcp(b"x"))).ljust(60, b"\0"),
    "VXLAN with a group policy": b"\x88\0\0\7" + bytes(4) + FRAME,
    "VXLAN-GPE of IP": b"\x0c\0\0\1" + bytes(4) + PACKET,
    "VXLAN-GPE of IPv6": b"\x0c\0\0\2" + bytes(4) + PACKET_6,
    "VXLAN-GPE of Ethernet": b"\x0c\0\0\3" + bytes(4) + FRAME,
    "Geneve": struct.pack(">BBHI", 0, 0, 0x6558, 1 << 8) + FRAME,
    "Geneve with options": struct.pack(">BBHI", 2, 0, 0x6558, 1 << 8) + bytes(8) + FRAME,
    "Geneve of IP": struct.pack(">BBHI", 0, 0, 0x0800, 1 << 8) + PACKET,
    "GTP-U": gtp(PACKET),
    "GTP-U with a number": gtp(PACKET, 0x32, b"\0\1\0\0"),
    "GTP-U with an extension": gtp(PACKET, 0x34, b"\0\0\0\x85" + b"\1\0\1\0"),
    "GTP-U of IPv6": gtp(PACKET_6),
    "IP": PACKET,
    "Teredo": PACKET_6,
    "Teredo with an origin": b"\0\0" + bytes(6) + PACKET_6,
    "Teredo with authentication": b"\0\1\0\0" + bytes(9) + PACKET_6,
    "GRE": b"\0\0\x08\0" + PACKET,
    "GRE with a key": b"\x20\0\x08\0" + bytes(4) + PACKET,
    "GRE of Ethernet": b"\0\0\x65\x58" + FRAME,
    "L2TP": b"\0\2\0\1\0\1\xff\3\0\x21" + PACKET,
    "L2TP with a length and numbers": b"\x48\2\0\0\0\1\0\1\0\1\0\1\0\x21" + PACKET,
    "L2TP with an offset": b"\2\2\0\1\0\1\0\2\0\0\x21" + PACKET,
    "MPLS": b"\0\1\1\x40" + PACKET,
    "two labels of MPLS": b"\0\1\0\x40\0\2\1\x40" + PACKET_6,
}


@pytest.mark.parametrize("name", TUNNELS)
def test_a_tunnel_is_known_on_any_port(name: str) -> None:
    packet = unwrap(frame(ethernet(ipv4(udp(TUNNELS[name], target=6784), 17))))
    assert isinstance(packet, Segment)
    assert packet.payload in {PAYLOAD, b"x"}


def test_arp_in_a_tunnel_is_known() -> None:
    arp = ethernet(bytes.fromhex("0001080006040001") + bytes(20), 0x0806)
    assert isinstance(unwrap(frame(ethernet(ipv4(udp(VXLAN + arp, target=6784), 17)))), Control)


@pytest.mark.parametrize("name", [each for each in TUNNELS if "short" not in each])
def test_what_carries_no_valid_packet_is_a_datagram(name: str) -> None:
    whole = TUNNELS[name]
    without_checksum = whole.replace(PACKET[:12], PACKET[:10] + b"\0\0")
    changed = [without_checksum] if without_checksum != whole else []
    for payload in (whole[:-1], whole + bytes(64), *changed):
        packet = unwrap(frame(ethernet(ipv4(udp(payload, target=6784), 17))))
        assert isinstance(packet, Datagram)
        assert packet.payload == payload


@given(st.binary(max_size=80), st.sampled_from(sorted(TUNNELS)), st.integers(0, 90))
def test_a_datagram_may_be_anything(data: bytes, name: str, cut: int) -> None:
    tunnelled(data)
    tunnelled(TUNNELS[name][:cut] + data)
