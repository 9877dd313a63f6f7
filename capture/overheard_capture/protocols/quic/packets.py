"""The packets in a datagram of QUIC (RFC 9000, 17), told from what of their heads is in clear."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

from overheard_capture.protocols.tls.cursor import Cursor, TruncatedError

if TYPE_CHECKING:
    from collections.abc import Iterator

VERSION_1, VERSION_2 = 0x00000001, 0x6B3343CF
VERSIONS = {VERSION_1: "QUIC v1", VERSION_2: "QUIC v2"}
_LONG, _FIXED = 0x80, 0x40
_LONGEST_ID = 20
# A short head, a packet number and a tag; no packet that is protected is shorter.
_SHORTEST = 1 + 4 + 16


class PacketType(StrEnum):
    """What a packet is, as its bytes are counted."""

    INITIAL = "QUIC Initial"
    EARLY = "QUIC 0-RTT"
    HANDSHAKE = "QUIC Handshake"
    RETRY = "QUIC Retry"
    NEGOTIATION = "QUIC version negotiation"
    SHORT = "QUIC 1-RTT"
    PADDING = "QUIC padding"


# In the order of their numbers (RFC 9000, 17.2; RFC 9369, 3.2).
_KINDS = {
    VERSION_1: (PacketType.INITIAL, PacketType.EARLY, PacketType.HANDSHAKE, PacketType.RETRY),
    VERSION_2: (PacketType.RETRY, PacketType.INITIAL, PacketType.EARLY, PacketType.HANDSHAKE),
}


class QuicPacket(NamedTuple):
    """One packet: where it begins, where its number does, where it ends; and of a long head, the two connection IDs."""

    kind: PacketType
    version: int
    begins: int
    number: int
    end: int
    target: bytes = b""
    source: bytes = b""


def packets(data: memoryview, *, known: bool) -> list[QuicPacket]:
    """The packets that make up a datagram; none where it is no QUIC.

    Of what does not say which version it is of, nothing counts but where QUIC is `known` to be spoken.
    """
    try:
        return list(_packets(data, known))
    except TruncatedError:
        return []


def _packets(data: memoryview, known: bool) -> Iterator[QuicPacket]:
    at = 0
    while at < len(data):
        packet = _packet(data, at, known or at > 0)
        yield packet
        at = packet.end


def _packet(data: memoryview, at: int, known: bool) -> QuicPacket:
    first, size = data[at], len(data)
    if first & _LONG:
        return _long(data, at, known)
    if at and not any(data[at:]):
        # Some fill datagrams up with zeros that are in no packet.
        return QuicPacket(PacketType.PADDING, 0, at, at, size)
    if not known or not first & _FIXED or size - at < _SHORTEST:
        raise TruncatedError
    return QuicPacket(PacketType.SHORT, 0, at, at + 1, size)


def _long(data: memoryview, at: int, known: bool) -> QuicPacket:
    cursor = Cursor(data[at:])
    first, version = cursor.number(1), cursor.number(4)
    target, source = (bytes(cursor.vector(1).rest()) for _ in range(2))
    if max(len(target), len(source)) > _LONGEST_ID:
        raise TruncatedError
    if version == 0 and known:
        return _negotiation(data, at, len(target) + len(source) + 7)
    if version not in VERSIONS or not first & _FIXED:
        raise TruncatedError
    kind = _KINDS[version][first >> 4 & 3]
    if kind is PacketType.RETRY:
        cursor.take(16)
        return QuicPacket(kind, version, at, at, len(data), target, source)
    if kind is PacketType.INITIAL:
        cursor.take(varint(cursor))
    length = varint(cursor)
    number = len(data) - len(cursor)
    cursor.take(length)
    if length < _SHORTEST - 1:
        raise TruncatedError
    return QuicPacket(kind, version, at, number, number + length, target, source)


def _negotiation(data: memoryview, at: int, head: int) -> QuicPacket:
    """A list of versions (RFC 9000, 17.2.1)."""
    rest = len(data) - at - head
    if rest < 4 or rest % 4:
        raise TruncatedError
    return QuicPacket(PacketType.NEGOTIATION, 0, at, at, len(data))


def varint(cursor: Cursor) -> int:
    """A number of one, two, four or eight bytes, as its first two bits say (RFC 9000, 16)."""
    first = cursor.number(1)
    more = (1 << (first >> 6)) - 1
    return (first & 0x3F) << 8 * more | cursor.number(more)
