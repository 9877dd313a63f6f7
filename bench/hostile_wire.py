"""The wire of hostile captures: frames and connections, and captures that cost much by their flows or blocks."""

from __future__ import annotations

import base64
import random
import struct
from collections.abc import Callable, Iterable, Iterator

from frames import NETWORKS, Conversation, Packet, Turn, capture, pcap

_TCP, _UDP = 6, 17
SYN, ACK, _PSH = 2, 16, 8
LARGEST = 60_000
CHANCE = random.Random(11)  # noqa: S311  (nothing is kept secret with it)
RANDOM = CHANCE.randbytes(1 << 20)


def ipv4(packets: Iterable[Packet]) -> bytes:
    """A capture of these packets in IPv4."""
    return pcap(frame for number, each in enumerate(packets) for frame in NETWORKS["plain"](each, number, CHANCE))


def segment(data: bytes, sequence: int, flags: int = _PSH | ACK, ports: tuple[int, int] = (40000, 80)) -> Packet:
    """A segment of TCP; the client is the end with the higher port."""
    head = struct.pack(">HHIIBBHHH", *ports, sequence % (1 << 32), 1, 80, flags, 65535, 0, 0)
    return Packet(ports[0] > ports[1], _TCP, head + data)


def datagram(data: bytes, ports: tuple[int, int]) -> Packet:
    """A datagram of UDP, as `segment`."""
    return Packet(ports[0] > ports[1], _UDP, struct.pack(">HHHH", *ports, 8 + len(data), 0) + data)


def stream(data: bytes, size: int = LARGEST, port: int = 80) -> bytes:
    """A capture of one connection in which the client sends this, in segments of up to `size` bytes."""
    opening = [segment(b"", 0, SYN, (40000, port)), segment(b"", 0, SYN | ACK, (port, 40000))]
    pieces = (segment(data[at : at + size], 1 + at, ports=(40000, port)) for at in range(0, len(data), size))
    return ipv4([*opening, segment(b"", 1, ACK, (40000, port)), *pieces])


def post(body: bytes, *fields: str) -> bytes:
    """A capture of a request with this body, and these fields."""
    head = "\r\n".join(("POST / HTTP/1.1", "Host: example.org", f"Content-Length: {len(body)}", *fields))
    return stream(head.encode() + b"\r\n\r\n" + body)


def text(unit: bytes | Iterator[bytes]) -> Callable[[int], bytes]:
    """A row for text in the body of a request, of one unit that is repeated or of several."""

    def make(size: int) -> bytes:
        if isinstance(unit, bytes):
            return post((unit * (size // len(unit) + 1))[:size], "Content-Type: text/plain")
        return post(filled(unit, size), "Content-Type: text/plain")

    return make


def filled(units: Iterable[bytes], size: int) -> bytes:
    """Units until there are so many bytes."""
    parts, length = [], 0
    for unit in units:
        parts.append(unit)
        length += len(unit)
        if length >= size:
            break
    return b"".join(parts)


# --- flows ------------------------------------------------------------------------------------------------------------


def _scan(size: int) -> bytes:
    """A SYN scan: a flow a packet."""
    return ipv4(segment(b"", 0, SYN, (40000 + at // 40000, at % 40000 + 1)) for at in range(size // 70))


def _connections(size: int) -> bytes:
    talk = Conversation("tcp", (Turn(True, b"GET / HTTP/1.0\r\n\r\n"), Turn(False, b"HTTP/1.0 204 No\r\n\r\n")), 80)
    return capture([talk] * min(size // 1100, 20_000), "plain", "plain", CHANCE)


def _datagram_flows(size: int) -> bytes:
    return ipv4(datagram(b"abc", (60000 - at % 20000, 1 + at // 20000)) for at in range(size // 61))


def _fragments_that_lack_one(size: int) -> bytes:
    """First fragments of datagrams that never end."""

    def frames() -> Iterator[bytes]:
        for number in range(size // 90):
            [frame] = NETWORKS["plain"](datagram(bytes(32), (50000, 9)), number, CHANCE)
            yield frame[:20] + b"\x20\0" + frame[22:]

    return pcap(frames())


def _names(size: int) -> bytes:
    """Queries of DNS for names of many labels."""
    name = b"".join(bytes([1]) + b"a" for _ in range(120)) + b"\0"
    query = struct.pack(">HHHHHH", 7, 0x0100, 1, 0, 0, 0) + name + b"\0\x01\0\x01"
    return ipv4(datagram(query, (50000, 53)) for _ in range(size // 320))


def _tunnelled(size: int) -> bytes:
    """Queries of DNS for names of random letters."""

    def query() -> Packet:
        labels = [base64.b32encode(CHANCE.randbytes(30)).lower() for _ in range(3)]
        name = b"".join(bytes([len(label)]) + label for label in (*labels, b"example", b"org")) + b"\0"
        head = struct.pack(">HHHHHH", 7, 0x0100, 1, 0, 0, 0)
        return datagram(head + name + b"\0\x01\0\x01", (50000, 53))

    return ipv4(query() for _ in range(size // 240))


def _pointers(size: int) -> bytes:
    """An answer of DNS with records whose names are pointers to pointers."""
    head = struct.pack(">HHHHHH", 7, 0x8180, 0, 1000, 0, 0) + b"\x01a\0"
    record, at, records = b"", 12, []
    for number in range(700):
        record = struct.pack(">HHHIH", 0xC000 | at, 16, 1, 60, 4) + b"\x03abc"
        at = 15 + number * 16
        records.append(record)
    return ipv4(datagram(head + b"".join(records), (53, 50000)) for _ in range(size // 11_300))


def _options_of_dhcp(size: int) -> bytes:
    """Messages of DHCP with as many options as fit."""
    message = b"\1\1\6\0" + bytes(232) + b"\x63\x82\x53\x63" + b"\x35\1\1\x0c\1a" * 200 + b"\xff"
    return ipv4(datagram(message, (68, 67)) for _ in range(size // len(message)))


# --- segments ---------------------------------------------------------------------------------------------------------


def _bytes(size: int) -> bytes:
    """Segments of one byte."""
    return stream(b"POST / HTTP/1.1\r\nContent-Length: 9999999\r\n\r\n" + b"abc " * (size // 280), 1)


def _backwards(size: int) -> bytes:
    data = RANDOM[: size // 2]
    pieces = [segment(data[at : at + 10], 1 + at) for at in range(0, len(data), 100)]
    return ipv4([segment(b"", 0, SYN), *reversed(pieces), *pieces])


def _overlaps(size: int) -> bytes:
    """Segments that repeat nearly all of the last one, and its other bytes differ."""
    data = RANDOM
    return ipv4(segment(data[at % 7 : 1000 + at % 7], 1 + at) for at in range(size // 1070))


# --- files ------------------------------------------------------------------------------------------------------------


def _block(kind: int, body: bytes) -> bytes:
    body += b"\0" * (-len(body) % 4)
    return struct.pack("<II", kind, len(body) + 12) + body + struct.pack("<I", len(body) + 12)


_SECTION = _block(0x0A0D0D0A, struct.pack("<IHHq", 0x1A2B3C4D, 1, 0, -1))
_INTERFACE = _block(1, struct.pack("<HHI", 1, 0, 0))


def _interfaces(size: int) -> bytes:
    return _SECTION + _INTERFACE * (size // len(_INTERFACE))


def _sections(size: int) -> bytes:
    return (_SECTION + _INTERFACE) * (size // len(_SECTION + _INTERFACE))


def _options(size: int) -> bytes:
    return _SECTION + _block(1, struct.pack("<HHI", 1, 0, 0) + struct.pack("<HHI", 1, 1, 0x61) * (size // 8))


def _key_blocks(size: int) -> bytes:
    line = b"CLIENT_RANDOM %b %b\n" % (b"ab" * 32, b"cd" * 48)
    body = struct.pack("<II", 0x544C534B, len(line)) + line
    return _SECTION + _INTERFACE + _block(0xA, body) * (size // (len(body) + 12))


def _sparse(size: int) -> bytes:
    """The header of a pcap file and zeros: the runner extends it to 1 GB without writing them."""
    del size
    return pcap([])


SPARSE = "a sparse file of 1 GB"
WIRE_ROWS: dict[str, Callable[[int], bytes]] = {
    "a SYN scan": _scan,
    "short connections": _connections,
    "UDP flows of one datagram": _datagram_flows,
    "fragments that lack one": _fragments_that_lack_one,
    "DNS names of many labels": _names,
    "DNS names of random letters": _tunnelled,
    "DNS names by pointers": _pointers,
    "options of DHCP": _options_of_dhcp,
    "segments of one byte": _bytes,
    "segments backwards": _backwards,
    "segments that contradict": _overlaps,
    "pcapng interfaces": _interfaces,
    "pcapng sections": _sections,
    "pcapng options": _options,
    "pcapng blocks of keys": _key_blocks,
    SPARSE: _sparse,
}
