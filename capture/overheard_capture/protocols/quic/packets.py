"""The packets in a QUIC datagram (RFC 9000, 17), by the unprotected part of their headers."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from overheard.words.named_tuple import NamedTuple
from overheard_capture.content.lazy_pattern import lazy_pattern
from overheard_capture.protocols.tls.cursor import Cursor, TruncatedError

if TYPE_CHECKING:
    from collections.abc import Iterator

VERSION_1, VERSION_2 = 0x00000001, 0x6B3343CF
VERSIONS = {VERSION_1: "QUIC v1", VERSION_2: "QUIC v2"}
# Versions 1 and 2, drafts, and those that are reserved (RFC 9000, 15); of Google and Facebook, with letters.
ANY_VERSIONS = lazy_pattern(
    rb"(?:\x00\x00\x00\x01|\x6b\x33\x43\xcf|\xff\0\0[\0-\x22]|(?:[\x0a\x1a\x2a\x3a\x4a\x5a\x6a\x7a\x8a\x9a\xaa\xba\xca\xda\xea\xfa]){4}"
    rb"|[QT]0\d\d|\xfa\xce\xb0[\0-\x0f])*",
)
_LONG, _FIXED = 0x80, 0x40
_MAX_CONNECTION_ID = 20
# A short header, a packet number and a tag: the minimum length of a protected packet.
_MIN_PACKET = 1 + 4 + 16


class PacketType(StrEnum):
    """The type of a packet. Its value is what the bytes of the packet are counted as."""

    INITIAL = "QUIC Initial"
    EARLY = "QUIC 0-RTT"
    HANDSHAKE = "QUIC Handshake"
    RETRY = "QUIC Retry"
    NEGOTIATION = "QUIC version negotiation"
    SHORT = "QUIC 1-RTT"
    PADDING = "QUIC padding"


# In the order of their type codes (RFC 9000, 17.2; RFC 9369, 3.2).
_TYPES = {
    VERSION_1: (PacketType.INITIAL, PacketType.EARLY, PacketType.HANDSHAKE, PacketType.RETRY),
    VERSION_2: (PacketType.RETRY, PacketType.INITIAL, PacketType.EARLY, PacketType.HANDSHAKE),
}


class QuicPacket(NamedTuple):
    """A packet: the offsets of its start, its packet number and its end; and the connection IDs, if any."""

    kind: PacketType
    version: int
    start: int
    number: int
    end: int
    destination_id: bytes = b""
    source_id: bytes = b""


def parse_datagram(data: memoryview, *, is_quic: bool) -> list[QuicPacket]:
    """Split a datagram into packets; empty if it is not QUIC.

    With `is_quic`, the flow is known to be QUIC. Otherwise only packets that contain their version are accepted.
    """
    try:
        return list(_parse_packets(data, is_quic))
    except TruncatedError:
        return []


def _parse_packets(data: memoryview, is_quic: bool) -> Iterator[QuicPacket]:
    at = 0
    while at < len(data):
        packet = _parse_packet(data, at, is_quic or at > 0)
        yield packet
        at = packet.end


def _parse_packet(data: memoryview, at: int, is_quic: bool) -> QuicPacket:
    first, size = data[at], len(data)
    if first & _LONG:
        return _parse_long(data, at, is_quic)
    if at and not any(data[at:]):
        # Some senders pad datagrams with zeros after the last packet.
        return QuicPacket(PacketType.PADDING, 0, at, at, size)
    if not is_quic or not first & _FIXED or size - at < _MIN_PACKET:
        raise TruncatedError
    return QuicPacket(PacketType.SHORT, 0, at, at + 1, size)


def _parse_long(data: memoryview, at: int, is_quic: bool) -> QuicPacket:
    cursor = Cursor(data[at:])
    first, version = cursor.number(1), cursor.number(4)
    destination_id, source_id = (bytes(cursor.vector(1).rest()) for _ in range(2))
    if max(len(destination_id), len(source_id)) > _MAX_CONNECTION_ID:
        raise TruncatedError
    if version == 0 and is_quic:
        return _parse_negotiation(data, at, destination_id, source_id)
    if version not in VERSIONS or not first & _FIXED:
        raise TruncatedError
    kind = _TYPES[version][first >> 4 & 3]
    if kind is PacketType.RETRY:
        cursor.take(16)
        return QuicPacket(kind, version, at, at, len(data), destination_id, source_id)
    if kind is PacketType.INITIAL:
        cursor.take(varint(cursor))
    length = varint(cursor)
    number = len(data) - len(cursor)
    cursor.take(length)
    if length < _MIN_PACKET - 1:
        raise TruncatedError
    return QuicPacket(kind, version, at, number, number + length, destination_id, source_id)


def _parse_negotiation(data: memoryview, at: int, destination_id: bytes, source_id: bytes) -> QuicPacket:
    """A Version Negotiation packet (RFC 9000, 17.2.1)."""
    rest = len(data) - at - len(destination_id) - len(source_id) - 7
    if rest < 4 or rest % 4:
        raise TruncatedError
    return QuicPacket(PacketType.NEGOTIATION, 0, at, at, len(data), destination_id, source_id)


def varint(cursor: Cursor) -> int:
    """Read a variable-length integer of one, two, four or eight bytes (RFC 9000, 16)."""
    first = cursor.number(1)
    remaining = (1 << (first >> 6)) - 1
    return (first & 0x3F) << 8 * remaining | cursor.number(remaining)
