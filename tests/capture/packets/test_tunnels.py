"""Tunnels over UDP are known by what they carry, on any port."""

from __future__ import annotations

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from capture.frames import ethernet, frame, ipv4, ipv6, tcp, udp, unwrap
from overheard_capture.packets import Control, Datagram, Other, Segment
from overheard_capture.packets.tunnels import tunnelled
from rows import for_each

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
    "GRE with a sum and a number": b"\x90\0\x86\xdd" + bytes(8) + PACKET_6,
    "PPTP": b"\x30\x81\x88\x0b" + bytes(12) + b"\xff\3\0\x21" + PACKET,
    "L2TPv3": b"\0\3\0\0\0\0\0\1" + FRAME,
    "L2TPv3 with a cookie and a sublayer": b"\0\3\0\0\0\0\0\1" + bytes(12) + FRAME,
    "IPv6 in IP": ipv4(PACKET_6, 41),
    "MPLS": b"\0\1\1\x40" + PACKET,
    "two labels of MPLS": b"\0\1\0\x40\0\2\1\x40" + PACKET_6,
}


@for_each(name=TUNNELS)
def test_a_tunnel_is_known_on_any_port(name: str) -> None:
    packet = unwrap(frame(ethernet(ipv4(udp(TUNNELS[name], target=6784), 17))))
    assert isinstance(packet, Segment)
    assert packet.payload in {PAYLOAD, b"x"}


GENEVE = struct.pack(">BBHI", 0, 0, 0x6558, 1 << 8)
LLDP = ethernet(bytes.fromhex("0207 04 001122334455 0403 05 6131 0602 0078 0000"), 0x88CC)
SPANNING_TREE = b"\x01\x80\xc2\0\0\0" + bytes(6) + b"\0\x26" + bytes.fromhex("424203 0000 00 00 00") + bytes(30)


@pytest.mark.parametrize("header", [VXLAN, GENEVE], ids=["VXLAN", "Geneve"])
@pytest.mark.parametrize(
    "inside",
    [ethernet(bytes.fromhex("0001080006040001") + bytes(20), 0x0806), LLDP, SPANNING_TREE.ljust(60, b"\0")],
    ids=["ARP", "LLDP", "spanning tree"],
)
def test_control_traffic_in_a_tunnel_is_known(header: bytes, inside: bytes) -> None:
    assert isinstance(unwrap(frame(ethernet(ipv4(udp(header + inside, target=6784), 17)))), Control)


def test_l2tp_over_ip_is_known_by_what_it_carries() -> None:
    for header in (b"\0\0\0\1", b"\0\0\0\1" + bytes(8)):
        assert isinstance(unwrap(frame(ethernet(ipv4(header + FRAME, 115)))), Segment)
        assert isinstance(unwrap(frame(ethernet(ipv4(header + FRAME[:-1], 115)))), Other)
    assert isinstance(unwrap(frame(ethernet(ipv4(bytes(4) + FRAME, 115)))), Other)


def test_a_tunnel_that_was_captured_in_part_is_known() -> None:
    whole = ethernet(ipv4(udp(TUNNELS["VXLAN"], target=6784), 17))
    packet = unwrap(frame(whole[:-20], original=len(whole)))
    assert isinstance(packet, Segment)
    assert (packet.payload, packet.length) == (PAYLOAD[:-20], len(PAYLOAD))


@pytest.mark.parametrize(
    "payload",
    [
        b"\x08\0\0\0" + bytes(4) + b"fluffy tail" * 6,
        b"\x08\0\0\0 a message that only begins like a tunnel does",
        GENEVE + b"fluffy tail" * 6,
        gtp(b"fluffy tail" * 6),
        b"\x45 is no version of IP, and this no header of it",
        b"\0\2\0\1\0\1\xff\3\0\x21" + b"fluffy tail" * 3,
        b"\0\3\0\0\0\0\0\1" + b"fluffy tail" * 6,
    ],
)
def test_what_looks_like_a_tunnel_remains_a_datagram(payload: bytes) -> None:
    for port in (6784, 4789, 8472, 6081, 2152, 1701, 3544):
        assert isinstance(unwrap(frame(ethernet(ipv4(udp(payload, target=port), 17)))), Datagram)


@for_each(name=[each for each in TUNNELS if "short" not in each])
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
