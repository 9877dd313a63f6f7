"""Hostile messages: very many of a protocol, each so small or so random that what it takes to read one counts."""

from __future__ import annotations

import random
import string
import struct
import zlib
from collections.abc import Callable, Iterator
from itertools import count

from frames import Packet
from hostile_wire import ACK, LARGEST, SYN, datagram, filled, ipv4, segment, stream

_CLIENT, _SERVER = (40000, 80), (80, 40000)


def _random(seed: int) -> random.Random:
    """What is random in a row: each has its own, so that one row alone is the same as among all."""
    return random.Random(seed)  # noqa: S311  (nothing is kept secret with it)


def _word(chance: random.Random, length: int) -> bytes:
    return "".join(chance.choices(string.ascii_lowercase, k=length)).encode()


def _datagrams(payloads: Iterator[bytes], ports: tuple[int, int], size: int) -> bytes:
    """A datagram each, until there are so many bytes."""

    def packets() -> Iterator[Packet]:
        length = 0
        for payload in payloads:
            yield datagram(payload, ports)
            length += len(payload) + 44
            if length >= size:
                return

    return ipv4(packets())


# --- DNS --------------------------------------------------------------------------------------------------------------


def _query(labels: list[bytes]) -> bytes:
    head = struct.pack(">HHHHHH", 7, 0x0100, 1, 0, 0, 0)
    return head + b"".join(bytes([len(label)]) + label for label in labels) + b"\0\0\x01\0\x01"


def _letters(size: int) -> bytes:
    """Queries for names of 120 labels of one random letter each."""
    chance = _random(1)
    return _datagrams((_query([_word(chance, 1) for _ in range(120)]) for _ in count()), (50000, 53), size)


def _records(size: int) -> bytes:
    """Answers of DNS with records of random bytes, of types that are known and of others."""
    chance = _random(2)

    def answer() -> bytes:
        head = struct.pack(">HHHHHH", 7, 0x8180, 0, 20, 0, 0)
        values = [(chance.randrange(1, 70), chance.randbytes(chance.randrange(1, 40))) for _ in range(20)]
        return head + b"".join(b"\0" + struct.pack(">HHIH", kind, 1, 60, len(data)) + data for kind, data in values)

    return _datagrams((answer() for _ in count()), (53, 50000), size)


# --- datagrams --------------------------------------------------------------------------------------------------------


def _random_datagrams(size: int) -> bytes:
    chance = _random(3)
    return _datagrams((chance.randbytes(40) for _ in count()), (50000, 5000), size)


def _long_header(chance: random.Random, length: int) -> bytes:
    """A packet of QUIC in the handshake, of version 1, with connection IDs of 8 bytes."""
    body = chance.randbytes(length)
    ids = b"\x08" + b"client01" + b"\x08" + b"server01"
    return b"\xe3" + struct.pack(">I", 1) + ids + struct.pack(">H", 0x4000 | len(body)) + body


def _quic(size: int) -> bytes:
    """Datagrams with a packet of QUIC each."""
    chance = _random(4)
    return _datagrams((_long_header(chance, 30) for _ in count()), (50000, 443), size)


def _coalesced(size: int) -> bytes:
    """Datagrams with as many packets of QUIC as fit."""
    chance = _random(5)
    return _datagrams((b"".join(_long_header(chance, 20) for _ in range(25)) for _ in count()), (50000, 443), size)


def _coap(size: int) -> bytes:
    """Messages of CoAP with a path and a text each."""
    chance = _random(6)
    head = (struct.pack(">BBH", 0x40, 2, at % 65536) for at in count())
    return _datagrams(
        (each + b"\xb8" + _word(chance, 8) + b"\xff" + _word(chance, 8) for each in head), (50000, 5683), size
    )


def _stun(size: int) -> bytes:
    """Requests of STUN with attributes of random bytes."""
    chance = _random(7)

    def request() -> bytes:
        kinds = [chance.randrange(1, 0x30) for _ in range(6)]
        body = b"".join(struct.pack(">HH", kind, 8) + chance.randbytes(8) for kind in kinds)
        return struct.pack(">HHI", 1, len(body), 0x2112A442) + chance.randbytes(12) + body

    return _datagrams((request() for _ in count()), (50000, 3478), size)


def _dhcp(size: int) -> bytes:
    """Messages of DHCP with options of random numbers and bytes."""
    chance = _random(8)

    def message() -> bytes:
        options = b"".join(bytes([chance.randrange(1, 255), 4]) + chance.randbytes(4) for _ in range(100))
        return b"\1\1\6\0" + bytes(232) + b"\x63\x82\x53\x63" + b"\x35\1\1" + options + b"\xff"

    return _datagrams((message() for _ in count()), (68, 67), size)


# --- streams ----------------------------------------------------------------------------------------------------------


def _unknown_options(size: int) -> bytes:
    """Segments of TCP without data, and with an option that nobody knows."""
    chance = _random(9)

    def frame() -> Packet:
        head = struct.pack(">HHIIBBHHH", *_CLIENT, 1, 1, 96, ACK, 65535, 0, 0)
        return Packet(True, 6, head + b"\xb7\4" + chance.randbytes(2))

    return ipv4([segment(b"", 0, SYN), segment(b"", 0, SYN | ACK, _SERVER), *(frame() for _ in range(size // 60))])


def _grpc(size: int) -> bytes:
    """Messages of gRPC with a text of a few letters each."""
    chance = _random(10)

    def frame(kind: int, flags: int, payload: bytes) -> bytes:
        return struct.pack(">I", len(payload))[1:] + bytes([kind, flags]) + b"\0\0\0\1" + payload

    # :method POST, :scheme http, :path /, and content-type.
    fields = b"\x83\x86\x84\x0f\x10\x10application/grpc"
    opening = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + b"\0\0\0\4\0\0\0\0\0" + frame(1, 4, fields)
    texts = (b"\x0a\x08" + _word(chance, 8) for _ in count())
    return stream(opening + filled((frame(0, 0, b"\0" + struct.pack(">I", len(text)) + text) for text in texts), size))


def _websocket(frames: bytes, extension: bytes = b"") -> bytes:
    """A WebSocket connection in which the client sends these frames."""
    head = b"GET / HTTP/1.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: x\r\n"
    head += extension + b"\r\n"
    answer = b"HTTP/1.1 101 Switching\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n" + extension + b"\r\n"
    opening = [segment(b"", 0, SYN), segment(b"", 0, SYN | ACK, _SERVER), segment(head, 1)]
    at = 1 + len(head)
    pieces = (segment(frames[a : a + LARGEST], at + a) for a in range(0, len(frames), LARGEST))
    return ipv4([*opening, segment(answer, 1, ports=_SERVER), *pieces])


def _texts(size: int) -> bytes:
    """Texts of a few random letters."""
    chance = _random(11)
    texts = (_word(chance, 8) for _ in count())
    return _websocket(filled((b"\x81\x88\0\0\0\0" + text for text in texts), size))


def _deflated(size: int) -> bytes:
    """Texts of a few random letters, each compressed with what came before it."""
    chance, packer = _random(12), zlib.compressobj(9, zlib.DEFLATED, -15)

    def frame() -> bytes:
        packed = (packer.compress(_word(chance, 8)) + packer.flush(zlib.Z_SYNC_FLUSH))[:-4]
        return bytes([0xC1, 0x80 | len(packed)]) + bytes(4) + packed

    frames = filled((frame() for _ in count()), size)
    return _websocket(frames, b"Sec-WebSocket-Extensions: permessage-deflate\r\n")


MESSAGE_ROWS: dict[str, Callable[[int], bytes]] = {
    "DNS labels of one letter": _letters,
    "DNS records of random bytes": _records,
    "datagrams of random bytes": _random_datagrams,
    "QUIC datagrams": _quic,
    "QUIC packets, coalesced": _coalesced,
    "CoAP messages": _coap,
    "STUN attributes": _stun,
    "options of DHCP that are random": _dhcp,
    "options of TCP that nobody knows": _unknown_options,
    "gRPC messages": _grpc,
    "WebSocket texts": _texts,
    "WebSocket texts that are compressed": _deflated,
}
