"""ICMP: which echoes are usual, and what errors quote."""

from __future__ import annotations

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from capture.frames import RAW, frame, ipv4, ipv6, tcp, udp, unwrap
from overheard_capture.packets import Control, Endpoint, IcmpData, Quoted
from overheard_capture.packets.icmp import is_usual_echo

NOW = 1_700_000_000


@pytest.mark.parametrize(
    "data",
    [
        b"",
        bytes(56),
        bytes(range(32)),
        bytes(range(256)) + bytes(range(44)),
        struct.pack("<QQ", NOW, 999_999) + bytes(range(16, 56)),
        struct.pack(">II", NOW + 60, 5) + bytes(range(8, 56)),
        struct.pack("<QQ", NOW, 5) + bytes(40),
        b"abcdefghijklmnopqrstuvwabcdefghi",
        b"\xfe\xdc\xba\x98" + bytes(52),
    ],
)
def test_usual_echoes(data: bytes) -> None:
    assert is_usual_echo(data, NOW)


@pytest.mark.parametrize(
    "data",
    [
        b"fluffy tail",
        bytes(range(31)) + b"\xff",
        struct.pack("<QQ", NOW - 10**6, 5) + bytes(range(16, 56)),
        struct.pack("<QQ", NOW, 2**40) + bytes(range(16, 56)),
        b"\xfe\xdc\xba\x98\x76" + bytes(51),
    ],
)
def test_others_carry_data(data: bytes) -> None:
    assert not is_usual_echo(data, NOW)


def icmp(kind: int, data: bytes, length: int = 0) -> bytes:
    return bytes([kind, 0, 0, 0, length if kind < 3 else 0, length, 0, 0]) + data


ENDS = Endpoint("127.0.0.1", 5000), Endpoint("127.0.0.1", 5001)


def test_an_error_quotes_a_datagram() -> None:
    packet = unwrap(frame(ipv4(icmp(3, ipv4(udp(b"fluffy tail"), 17)), 1), RAW))
    assert isinstance(packet, IcmpData)
    assert (packet.payload, packet.quoted) == (b"fluffy tail", Quoted(*ENDS, -1))
    place = packet.origin.place(0, 1)
    assert (place.frame, place.offset) == (1, 20 + 8 + 28)


def test_an_error_quotes_a_segment() -> None:
    packet = unwrap(frame(ipv6(icmp(2, ipv6(tcp(b"fluffy", sequence=7, source=5000, target=5001))), 58), RAW))
    assert isinstance(packet, IcmpData)
    assert packet.payload == b"fluffy"
    assert packet.quoted
    assert (packet.quoted.source.port, packet.quoted.sequence) == (5000, 7)


def test_extensions_and_padding_are_not_quoted() -> None:
    """RFC 4884: the quotation has 128 bytes, and labels follow."""
    quoted = ipv4(udp(b"fluffy"), 17).ljust(128, b"\0")
    packet = unwrap(frame(ipv4(icmp(11, quoted + b"\x20\0\x12\x34\0\x08\1\1abcd", 32), 1), RAW))
    assert isinstance(packet, IcmpData)
    assert packet.payload.rstrip(b"\0") == b"fluffy"


@pytest.mark.parametrize("quoted", [ipv4(tcp(sequence=7)), ipv4(tcp(sequence=7))[:28]])
def test_a_bare_segment_is_quoted_without_data(quoted: bytes) -> None:
    packet = unwrap(frame(ipv4(icmp(3, quoted), 1), RAW))
    assert isinstance(packet, IcmpData)
    assert packet.payload == b""
    assert packet.quoted
    assert packet.quoted.sequence == 7


@pytest.mark.parametrize("quoted", [ipv4(udp(b""), 17), b"", bytes(30)])
def test_headers_alone_are_no_data(quoted: bytes) -> None:
    assert isinstance(unwrap(frame(ipv4(icmp(3, quoted), 1), RAW)), Control)


@given(st.binary(max_size=60), st.sampled_from([0, 3, 4, 5, 8, 11, 12, 13, 128, 1, 2, 135]))
def test_messages_may_be_anything(data: bytes, kind: int) -> None:
    unwrap(frame(ipv4(bytes([kind]) + data, 1), RAW))
    unwrap(frame(ipv6(bytes([kind]) + data, 58), RAW))
