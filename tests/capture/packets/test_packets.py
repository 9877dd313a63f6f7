"""The packet in a frame, in any encapsulation; and no input makes the parser fail."""

from __future__ import annotations

import struct
import subprocess
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from capture.frames import ETHERNET, RAW, SLL, SLL2, ethernet, frame, ipv4, ipv6, sll, sll2, tcp, udp, unwrap
from overheard_capture.captures.reader import read
from overheard_capture.packets import (
    ACK,
    FIN,
    RST,
    SYN,
    Control,
    Datagram,
    Endpoint,
    Fragment,
    IcmpData,
    Other,
    Segment,
    frame_addresses,
)

if TYPE_CHECKING:
    from capture.recordings import Recordings

PAYLOAD = b"fluffy tail"
OPTIONS = bytes([1] * 12)


@pytest.mark.parametrize(
    ("data", "link_type"),
    [
        pytest.param(ethernet(ipv4(tcp(PAYLOAD))), ETHERNET, id="Ethernet"),
        pytest.param(ethernet(ipv4(tcp(PAYLOAD), options=OPTIONS)), ETHERNET, id="IPv4 options"),
        pytest.param(ethernet(ipv4(tcp(PAYLOAD, options=OPTIONS))), ETHERNET, id="TCP options"),
        pytest.param(ethernet(ipv4(tcp(PAYLOAD), fragment=0x4000)), ETHERNET, id="do not fragment"),
        pytest.param(ethernet(ipv4(tcp(PAYLOAD), length=0)), ETHERNET, id="IPv4 length of offload"),
        pytest.param(ethernet(ipv4(tcp(PAYLOAD))) + bytes(9), ETHERNET, id="Ethernet padding"),
        pytest.param(ethernet(ipv4(tcp(PAYLOAD)), tags=[0x8100]), ETHERNET, id="VLAN"),
        pytest.param(ethernet(ipv4(tcp(PAYLOAD)), tags=[0x88A8, 0x8100]), ETHERNET, id="VLAN in VLAN"),
        pytest.param(ethernet(ipv6(tcp(PAYLOAD)), 0x86DD), ETHERNET, id="IPv6"),
        pytest.param(ethernet(ipv6(tcp(PAYLOAD), length=0), 0x86DD), ETHERNET, id="IPv6 length of offload"),
        pytest.param(sll(ipv4(tcp(PAYLOAD))), SLL, id="cooked"),
        pytest.param(sll2(ipv4(tcp(PAYLOAD))), SLL2, id="cooked, version 2"),
        pytest.param(sll2(ipv6(tcp(PAYLOAD)), 0x86DD), SLL2, id="cooked, version 2, IPv6"),
        pytest.param(ipv4(tcp(PAYLOAD)), RAW, id="raw IPv4"),
        pytest.param(ipv6(tcp(PAYLOAD)), RAW, id="raw IPv6"),
    ],
)
def test_a_segment_is_found_in_every_encapsulation(data: bytes, link_type: int) -> None:
    packet = unwrap(frame(data, link_type, number=7))
    assert isinstance(packet, Segment)
    assert (packet.frame, packet.payload, packet.length) == (7, PAYLOAD, len(PAYLOAD))
    assert data[packet.offset : packet.offset + packet.length] == PAYLOAD
    assert (packet.source.port, packet.target.port) == (40000, 5683)


@pytest.mark.parametrize("first", [0, 43, 60])
def test_ipv6_extension_headers_are_skipped(first: int) -> None:
    """Hop-by-hop, routing and destination options; the second of them is longer than the minimum."""
    chain = bytes([60, 0]) + bytes(6) + bytes([6, 1]) + bytes(14)
    packet = unwrap(frame(ipv6(chain + tcp(PAYLOAD), first), RAW))
    assert isinstance(packet, Segment)
    assert packet.payload == PAYLOAD


def test_the_fields_of_a_segment() -> None:
    data = ipv4(tcp(PAYLOAD, sequence=2**32 - 1, acknowledged=5, flags=ACK | FIN), source="10.0.0.1", target="10.0.0.2")
    packet = unwrap(frame(data, RAW))
    assert isinstance(packet, Segment)
    assert (packet.sequence, packet.acknowledged, packet.flags) == (2**32 - 1, 5, ACK | FIN)
    assert (str(packet.source), str(packet.target)) == ("10.0.0.1:40000", "10.0.0.2:5683")


@pytest.mark.parametrize("flags", [SYN, RST, 0])
def test_without_the_ack_flag_nothing_is_acknowledged(flags: int) -> None:
    packet = unwrap(frame(ipv4(tcp(acknowledged=5, flags=flags)), RAW))
    assert isinstance(packet, Segment)
    assert packet.acknowledged == -1


def test_a_truncated_segment_keeps_its_original_length() -> None:
    whole = ipv4(tcp(PAYLOAD))
    packet = unwrap(frame(whole[:-4], RAW, original=len(whole)))
    assert isinstance(packet, Segment)
    assert (packet.payload, packet.length) == (PAYLOAD[:-4], len(PAYLOAD))


@pytest.mark.parametrize("data", [ipv4(udp(PAYLOAD), 17), ipv6(udp(PAYLOAD), 17)])
def test_a_datagram_is_found(data: bytes) -> None:
    packet = unwrap(frame(data, RAW))
    assert isinstance(packet, Datagram)
    assert (packet.payload, packet.source.port, packet.target.port) == (PAYLOAD, 5000, 5001)
    assert data[packet.offset :] == PAYLOAD


@pytest.mark.parametrize("fragment", [0x2000, 0x2001, 0x0001, 0x1FFF])
def test_ipv4_fragments_are_recognised(fragment: int) -> None:
    assert unwrap(frame(ipv4(tcp(PAYLOAD), fragment=fragment), RAW, number=3)) == Fragment(3)


def test_ipv6_fragments_are_recognised() -> None:
    assert unwrap(frame(ipv6(bytes([6, 0]) + struct.pack(">HI", 1, 9) + tcp(PAYLOAD), 44), RAW, number=3)) == Fragment(
        3
    )


@pytest.mark.parametrize(
    ("data", "link_type"),
    [
        (ethernet(bytes(28), 0x0806), ETHERNET),
        (ipv4(bytes([3] * 8), 1), RAW),
        (ipv4(bytes(8), 2), RAW),
        (ipv6(bytes(8), 58), RAW),
    ],
    ids=["ARP", "ICMP", "IGMP", "ICMPv6"],
)
def test_control_traffic(data: bytes, link_type: int) -> None:
    assert unwrap(frame(data, link_type, number=4)) == Control(4)


@pytest.mark.parametrize(
    ("data", "link_type"),
    [
        pytest.param(b"", ETHERNET, id="nothing"),
        pytest.param(b"", RAW, id="nothing, raw"),
        pytest.param(ethernet(PAYLOAD, 0x88B5), ETHERNET, id="a proprietary protocol"),
        pytest.param(ethernet(ipv4(tcp(PAYLOAD)))[:30], ETHERNET, id="a truncated IP header"),
        pytest.param(ethernet(ipv4(tcp(PAYLOAD)))[:40], ETHERNET, id="a truncated TCP header"),
        pytest.param(ethernet(ipv6(tcp(PAYLOAD)), 0x86DD)[:50], ETHERNET, id="a truncated IPv6 header"),
        pytest.param(ipv4(tcp(PAYLOAD)), 147, id="an unknown link type"),
        pytest.param(ethernet(ipv6(tcp(PAYLOAD))), ETHERNET, id="IP of another version than declared"),
        pytest.param(ipv4(tcp(PAYLOAD)[:12] + b"\x40" + tcp(PAYLOAD)[13:]), RAW, id="a TCP header that is too short"),
        pytest.param(ipv4(tcp(PAYLOAD), length=30), RAW, id="a TCP header that is longer than its packet"),
        pytest.param(ipv6(bytes([60, 0]), 60), RAW, id="a truncated extension header"),
        pytest.param(ethernet(b"", 0x8100), ETHERNET, id="a truncated VLAN tag"),
    ],
)
def test_unreadable_packets_are_other(data: bytes, link_type: int) -> None:
    """And it is not skipped in silence."""
    packet = unwrap(frame(data, link_type, number=5))
    assert isinstance(packet, Other)
    assert packet.frame == 5


def test_other_ip_packets_have_addresses() -> None:
    packet = unwrap(frame(ipv4(PAYLOAD, 47, source="10.0.0.1", target="10.0.0.2"), RAW))
    assert packet == Other(1, ("10.0.0.1", "10.0.0.2"))


@pytest.mark.parametrize(
    "packet", [ipv4(bytes([8, *bytes(7)]) + PAYLOAD, 1), ipv6(bytes([129, *bytes(7)]) + PAYLOAD, 58)]
)
def test_an_echo_is_not_control_traffic(packet: bytes) -> None:
    """Its payload is arbitrary."""
    data = unwrap(frame(packet, RAW))
    assert isinstance(data, IcmpData)
    assert data.payload == PAYLOAD


def test_a_frame_has_addresses() -> None:
    data = bytes([2] * 6 + [4] * 6) + ethernet(ipv4(udp(PAYLOAD), 17, source="10.0.0.1", target="10.0.0.2"))[12:]
    assert frame_addresses(frame(data), unwrap(frame(data))) == {
        "10.0.0.1",
        "10.0.0.2",
        "02:02:02:02:02:02",
        "04:04:04:04:04:04",
    }


def test_on_lo_there_are_no_link_addresses() -> None:
    data = ethernet(ipv4(udp(PAYLOAD), 17))
    assert frame_addresses(frame(data), unwrap(frame(data))) == set()


@given(
    st.binary(max_size=120),
    st.sampled_from([ETHERNET, RAW, SLL, SLL2, 0]),
    st.sampled_from(
        [b"", bytes(12) + b"\x08\x00", bytes(12) + b"\x86\xdd", ipv4(b"", length=40), ipv6(b"", length=40)]
    ),
)
def test_arbitrary_bytes_raise_nothing(data: bytes, link_type: int, before: bytes) -> None:
    packet = unwrap(frame(before + data, link_type, number=9, original=1 + len(before + data)))
    assert packet.frame == 9
    if isinstance(packet, Segment):
        assert len(packet.payload) <= packet.length
    if isinstance(packet, Segment | Datagram):
        assert (before + data)[packet.offset : packet.offset + len(packet.payload)] == packet.payload


@given(st.integers(0, len(ethernet(ipv4(tcp(PAYLOAD, options=OPTIONS)))) - 1), st.integers(0, 255))
def test_a_changed_byte_raises_nothing(at: int, value: int) -> None:
    data = bytearray(ethernet(ipv4(tcp(PAYLOAD, options=OPTIONS))))
    data[at] = value
    assert unwrap(frame(bytes(data))).frame == 1


def test_an_endpoint_is_formatted_as_in_a_url() -> None:
    assert str(Endpoint("127.0.0.1", 80)) == "127.0.0.1:80"
    assert str(Endpoint("::1", 80)) == "[::1]:80"


@pytest.mark.parametrize("name", ["http", "https", "late", "snapped"])
def test_it_agrees_with_tshark_on_every_frame(recordings: Recordings, name: str) -> None:
    names = ("tcp.srcport", "tcp.dstport", "tcp.seq_raw", "tcp.len", "udp.srcport", "udp.dstport")
    wanted = [word for field in names for word in ("-e", field)]
    command = ["tshark", "-r", str(recordings.path(name)), "-n", "-T", "fields", *wanted]
    printed = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    mine = []
    for each in read(recordings.path(name)).frames:
        packet = unwrap(each)
        if isinstance(packet, Segment):
            row = [packet.source.port, packet.target.port, packet.sequence, packet.length, "", ""]
        elif isinstance(packet, Datagram):
            row = ["", "", "", "", packet.source.port, packet.target.port]
        else:
            row = [""] * 6
        mine.append("\t".join(map(str, row)))
    assert mine == printed.split("\n")[:-1]
