"""ESP without encryption is opened; with encryption it is a datagram."""

from __future__ import annotations

import random
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from capture.esp import HEADER, null_esp
from capture.frames import RAW, frame, ipv4, ipv6, tcp, udp, unwrap
from capture.sealed import of_datagrams
from overheard_capture.packets import Datagram, Dissector, Endpoint, Segment, payload_origin

RANDOM = random.Random(50)  # noqa: S311 - the same in each run
PAYLOAD = b"fluffy tail"
SOURCE, TARGET = bytes([127, 0, 0, 1]), bytes([127, 0, 0, 1])


def checked(payload: bytes, protocol: int, at: int) -> bytes:
    """A payload with its checksum over the addresses of `ipv4`."""
    covered = SOURCE + TARGET + struct.pack(">II", len(payload), protocol) + payload + bytes(len(payload) % 2)
    total = sum(struct.unpack(f">{len(covered) // 2}H", covered))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return payload[:at] + struct.pack(">H", ~total & 0xFFFF) + payload[at + 2 :]


TUNNELLED = {
    "IPv4": null_esp(ipv4(tcp(PAYLOAD)), 4),
    "IPv6": null_esp(ipv6(tcp(PAYLOAD)), 41),
    "HMAC of 96 bits": null_esp(ipv4(tcp(PAYLOAD)), 4, icv=12),
    "HMAC of 256 bits": null_esp(ipv4(tcp(PAYLOAD)), 4, icv=32),
    "GMAC": null_esp(ipv4(tcp(PAYLOAD)), 4, iv=8),
    "no authentication": null_esp(ipv4(tcp(PAYLOAD)), 4, icv=0),
}


@pytest.mark.parametrize("name", TUNNELLED)
def test_a_tunnel_without_encryption_is_opened(name: str) -> None:
    for packet in (ipv4(TUNNELLED[name], 50), ipv4(udp(TUNNELLED[name], source=4500, target=4500), 17)):
        inside = unwrap(frame(packet, RAW))
        assert isinstance(inside, Segment)
        assert inside.payload == PAYLOAD
        place = payload_origin(inside).place(0, len(PAYLOAD))
        assert packet[place.offset : place.offset + place.length] == PAYLOAD


def test_a_payload_without_encryption_is_opened() -> None:
    segment, datagram = checked(tcp(PAYLOAD), 6, 16), checked(udp(PAYLOAD), 17, 6)
    for inside, protocol, kind in ((segment, 6, Segment), (datagram, 17, Datagram), (udp(PAYLOAD), 17, Datagram)):
        opened = unwrap(frame(ipv4(null_esp(inside, protocol), 50), RAW))
        assert isinstance(opened, kind)
        assert opened.payload == PAYLOAD
    # In a UDP datagram of any other port, only a whole IP packet is certain enough.
    opened = unwrap(frame(ipv4(udp(null_esp(segment, 6), source=7, target=7), 17), RAW))
    assert isinstance(opened, Datagram)


@pytest.mark.parametrize(
    "payload",
    [
        HEADER + RANDOM.randbytes(64),
        HEADER,
        b"",
        null_esp(tcp(PAYLOAD), 6),
        null_esp(ipv4(tcp(PAYLOAD)), 4, padding=b"\1\3"),
        null_esp(ipv4(tcp(PAYLOAD), length=30), 4),
        null_esp(PAYLOAD * 3, 59),
    ],
    ids=["ciphertext", "a header", "nothing", "a wrong checksum", "other padding", "another length", "a dummy"],
)
def test_everything_else_is_a_datagram(payload: bytes) -> None:
    packet = unwrap(frame(ipv4(payload, 50), RAW))
    local = Endpoint("127.0.0.1", 0)
    assert packet == Datagram(1, local, local, 20, payload, (), "ESP")


@given(st.binary(max_size=120))
def test_any_bytes_are_dissected(data: bytes) -> None:
    for packet in (ipv4(data, 50), ipv6(data, 50), ipv4(udp(HEADER + data, target=4500), 17)):
        assert Dissector().packets(frame(packet, RAW))
    assert of_datagrams([(">", data)])
