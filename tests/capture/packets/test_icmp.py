"""ICMP: what errors quote, and what they have beside that."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from capture.frames import RAW, frame, ipv4, ipv6, tcp, udp, unwrap
from overheard_capture.packets import Control, Endpoint, IcmpData, Quoted


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


LABEL = b"\0\x08\1\1abcd"


@pytest.mark.parametrize(
    "extension",
    [
        b"\x20\0\x12\x34" + LABEL + b"tail",
        b"\x20\0\x12\x34\0\x0c\1\1abcdtail",
        b"\x20\0\x12\x34\0\x08\x09\1abcd",
        b"\x20\0\x12\x34\0\x09\2\1abcd",
        b"\x30\0\x12\x34" + LABEL,
    ],
)
def test_what_is_no_extension_is_data(extension: bytes) -> None:
    quoted = ipv4(udp(b"fluffy"), 17).ljust(128, b"\0")
    packet = unwrap(frame(ipv4(icmp(11, quoted + extension, 32), 1), RAW))
    assert isinstance(packet, IcmpData)
    assert packet.payload.endswith(extension)


@pytest.mark.parametrize(
    ("kind", "code", "field", "is_data"),
    [
        (3, 1, b"tail", True),
        (11, 0, b"t\0ai", True),
        (12, 0, b"\7\0ai", True),
        (3, 4, b"ta\5\xdc", False),
        (3, 4, b"\0\0tl", False),
        (5, 0, b"tail", False),
        (12, 0, b"t\x20\0\0", False),
        (11, 0, b"\0\x20\0\0", False),
        (3, 1, b"\3\3\3\3", False),
    ],
)
def test_text_where_zeros_must_be_is_data(kind: int, code: int, field: bytes, is_data: bool) -> None:
    packet = unwrap(frame(ipv4(bytes([kind, code, 0, 0]) + field + ipv4(udp(b""), 17), 1), RAW))
    assert isinstance(packet, IcmpData) == is_data
    if isinstance(packet, IcmpData):
        assert packet.payload == field


def test_a_quoted_ping_is_as_usual_as_another() -> None:
    ping = ipv4(icmp(8, bytes(range(56))), 1)
    assert isinstance(unwrap(frame(ipv4(icmp(3, ping), 1), RAW)), Control)
    packet = unwrap(frame(ipv4(icmp(3, ipv4(icmp(8, b"fluffy tail"), 1)), 1), RAW))
    assert isinstance(packet, IcmpData)
    assert (packet.payload, packet.quoted) == (b"fluffy tail", None)


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
