"""Every encapsulation yields the same segment; tshark is the second witness."""

from __future__ import annotations

import struct
import subprocess
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from capture.frames import ETHERNET, RAW, File, ethernet, frame, ipv4, tcp, udp, unwrap
from capture.wrappings import (
    FRAME,
    IPV4,
    PAYLOAD,
    PORTS,
    WRAPPINGS,
    geneve,
    gre,
    mpls,
    over_udp,
    pppoe,
    vxlan,
)
from overheard_capture.packets import Control, Datagram, Dissector, Other, Segment, payload_origin
from overheard_capture.provenance.origin import Place
from rows import for_each

if TYPE_CHECKING:
    from pathlib import Path


@for_each(name=WRAPPINGS)
def test_the_segment_is_found_in_every_encapsulation(name: str) -> None:
    link_type, data = WRAPPINGS[name]
    (packet,) = Dissector().packets(frame(data, link_type, number=7))
    assert isinstance(packet, Segment)
    assert (packet.frame, packet.payload, packet.length, packet.spans) == (7, PAYLOAD, len(PAYLOAD), ())
    assert (packet.source.port, packet.target.port) == PORTS
    place = payload_origin(packet).place(0, len(PAYLOAD))
    assert place == Place(7, len(data) - len(PAYLOAD), len(PAYLOAD), (7,))
    assert packet.source.address in {"10.1.1.1", "::1", "127.0.0.1"}


def test_tshark_finds_the_same_segment(tmp_path: Path) -> None:
    file = File().section()
    for interface, (link_type, data) in enumerate(WRAPPINGS.values()):
        file.interface(link_type).packet(data, interface=interface)
    path = file.write(tmp_path / "wrappings.pcapng")
    command = ["tshark", "-r", str(path), "-n", "-T", "fields", "-E", "occurrence=l", "-d", "udp.port==8472,vxlan"]
    wanted = ["-e", "tcp.srcport", "-e", "tcp.dstport", "-e", "tcp.payload"]
    lines = subprocess.run([*command, *wanted], capture_output=True, text=True, check=True).stdout.splitlines()
    expected = f"{PORTS[0]}\t{PORTS[1]}\t{PAYLOAD.hex()}"
    assert [name for name, line in zip(WRAPPINGS, lines, strict=True) if line != expected] == []


@for_each(name=WRAPPINGS)
def test_truncated_anywhere_nothing_fails(name: str) -> None:
    """And no more than that."""
    link_type, data = WRAPPINGS[name]
    for size in range(len(data)):
        for packet in Dissector().packets(frame(data[:size], link_type, original=len(data))):
            assert packet.frame == 1
            if isinstance(packet, Segment | Datagram):
                assert data[:size].endswith(packet.payload)


@pytest.mark.parametrize(
    "payload",
    [
        pytest.param(b"fluffy tail, fluffy tail, fluffy tail, fluffy tail", id="text"),
        pytest.param(vxlan(b"\x02" * 14 + b"nothing that is known"), id="a header, and nothing known after it"),
        pytest.param(vxlan(FRAME[:30]), id="cut short"),
        pytest.param(vxlan(FRAME, flags=0), id="no flag"),
        pytest.param(geneve(b"fluffy tail", 0x1234), id="an unknown ethertype"),
        pytest.param(b"\x08", id="one byte"),
        pytest.param(b"", id="nothing"),
    ],
)
@pytest.mark.parametrize("port", [4789, 8472, 6081])
def test_a_datagram_with_only_the_port_of_a_tunnel_stays_a_datagram(payload: bytes, port: int) -> None:
    packet = unwrap(frame(over_udp(payload, port)))
    assert isinstance(packet, Datagram)
    assert (packet.payload, packet.target.port) == (payload, port)


def test_a_tunnel_to_any_other_port_is_known_by_what_it_carries() -> None:
    assert isinstance(unwrap(frame(over_udp(vxlan(FRAME), 4790))), Segment)
    assert isinstance(unwrap(frame(over_udp(vxlan(FRAME[:-1]), 4790))), Datagram)


@pytest.mark.parametrize(
    ("link_type", "data"),
    [
        pytest.param(ETHERNET, ethernet(bytes(20), 0x8863), id="PPPoE discovery"),
        pytest.param(9, b"\xff\x03\xc0\x21" + bytes(20), id="PPP negotiation"),
        pytest.param(9, b"\xff\x03\x80\x21" + bytes(20), id="PPP address negotiation"),
        pytest.param(RAW, ipv4(gre(bytes(28), 0x0806), 47), id="ARP in a tunnel"),
    ],
)
def test_control_traffic_is_recognised_in_every_encapsulation(link_type: int, data: bytes) -> None:
    assert unwrap(frame(data, link_type, number=3)) == Control(3)


@pytest.mark.parametrize(
    ("link_type", "data"),
    [
        pytest.param(9, b"\xff\x03\xc0\x23\x01\x01\0\x10\x04name\x05password", id="a password of PPP"),
        pytest.param(ETHERNET, ethernet(b"\x12" + pppoe(IPV4)[1:], 0x8864), id="PPPoE of another version"),
        pytest.param(ETHERNET, ethernet(mpls(b"", 1, 2)[:5], 0x8847), id="a stack of labels without an end"),
        pytest.param(ETHERNET, ethernet(mpls(b"\x02" * 40, 1), 0x8847), id="labels before unknown content"),
        pytest.param(RAW, ipv4(gre(IPV4, flags=0x4000, words=1), 47), id="GRE with a route"),
        pytest.param(RAW, ipv4(gre(IPV4, flags=0x0002), 47), id="GRE of another version"),
        pytest.param(0, struct.pack("<I", 7) + IPV4, id="another family of addresses"),
    ],
)
def test_unreadable_packets_are_other(link_type: int, data: bytes) -> None:
    assert isinstance(unwrap(frame(data, link_type)), Other)


def test_ip_in_llc_may_lack_snap() -> None:
    data = b"\x02" * 12 + struct.pack(">H", 3 + len(IPV4)) + b"\x06\x06\x03" + IPV4
    assert isinstance(unwrap(frame(data)), Segment)


@pytest.mark.parametrize("depth", [5, 200])
def test_nested_tunnels_are_limited(depth: int) -> None:
    data = ipv4(tcp(PAYLOAD))
    for _ in range(depth):
        data = ipv4(data, 4)
    assert isinstance(unwrap(frame(data, RAW)), Segment if depth == 5 else Other)


def test_a_tunnel_that_is_too_deep_in_a_datagram_leaves_the_datagram() -> None:
    data = ipv4(tcp(PAYLOAD))
    for _ in range(100):
        data = ipv4(data, 4)
    outer = ethernet(ipv4(udp(vxlan(b"\x02" * 12 + ethernet(data)[12:]), target=4789), 17))
    packet = unwrap(frame(outer))
    assert isinstance(packet, Datagram)
    assert packet.target.port == 4789


@given(
    name=st.sampled_from([*WRAPPINGS]),
    changes=st.lists(st.tuples(st.integers(0, 99), st.integers(0, 255)), max_size=4),
    link_type=st.sampled_from([-1, -1, 0, 1, 9, 50, 51, 101, 104, 113, 276]),
)
def test_arbitrary_bytes_raise_nothing(name: str, changes: list[tuple[int, int]], link_type: int) -> None:
    own, data = WRAPPINGS[name]
    changed = bytearray(data)
    for at, value in changes:
        changed[at % len(changed)] = value
    for packet in Dissector().packets(frame(bytes(changed), own if link_type < 0 else link_type, number=9)):
        assert packet.frame == 9
        if isinstance(packet, Segment | Datagram):
            assert bytes(changed)[packet.offset :].startswith(packet.payload)


@given(changes=st.lists(st.tuples(st.integers(14, 67), st.integers(0, 255)), max_size=3), size=st.integers(14, 200))
def test_the_fast_path_gives_the_same_result(changes: list[tuple[int, int]], size: int) -> None:
    """An ordinary frame has a fast path; without its link layer it is parsed step by step."""
    changed = bytearray(ethernet(ipv4(tcp(PAYLOAD * 3, options=bytes([1] * 12)))))
    for at, value in changes:
        changed[at] = value
    data, whole = bytes(changed)[:size], len(changed)
    short = unwrap(frame(data, original=whole))
    long = unwrap(frame(data[14:], 228, original=whole - 14))
    if isinstance(long, Segment | Datagram):
        long = long._replace(offset=long.offset + 14)
    assert short == long
