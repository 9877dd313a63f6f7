"""Captures made to cost a reader as much as possible: each row is a kind, and makes one of about the given size."""

from __future__ import annotations

import base64
import bz2
import gzip
import io
import json
import lzma
import random
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator
from itertools import count, islice

from frames import NETWORKS, Conversation, Packet, Turn, capture, pcap

_TCP, _UDP = 6, 17
_SYN, _ACK, _PSH = 2, 16, 8
_LARGEST = 60_000
_chance = random.Random(11)  # noqa: S311  (nothing is kept secret with it)
_RANDOM = _chance.randbytes(1 << 20)


# --- frames -----------------------------------------------------------------------------------------------------------


def _ipv4(packets: Iterable[Packet]) -> bytes:
    return pcap(frame for number, each in enumerate(packets) for frame in NETWORKS["plain"](each, number, _chance))


def _segment(data: bytes, sequence: int, flags: int = _PSH | _ACK, ports: tuple[int, int] = (40000, 80)) -> Packet:
    head = struct.pack(">HHIIBBHHH", *ports, sequence % (1 << 32), 1, 80, flags, 65535, 0, 0)
    return Packet(ports[0] > ports[1], _TCP, head + data)


def _datagram(data: bytes, ports: tuple[int, int]) -> Packet:
    return Packet(ports[0] > ports[1], _UDP, struct.pack(">HHHH", *ports, 8 + len(data), 0) + data)


def _stream(data: bytes, size: int = _LARGEST, port: int = 80) -> bytes:
    """A capture of one connection in which the client sends this, in segments of up to `size` bytes."""
    opening = [_segment(b"", 0, _SYN, (40000, port)), _segment(b"", 0, _SYN | _ACK, (port, 40000))]
    pieces = (_segment(data[at : at + size], 1 + at, ports=(40000, port)) for at in range(0, len(data), size))
    return _ipv4([*opening, _segment(b"", 1, _ACK, (40000, port)), *pieces])


def _post(body: bytes, *fields: str) -> bytes:
    head = "\r\n".join(("POST / HTTP/1.1", "Host: example.org", f"Content-Length: {len(body)}", *fields))
    return _stream(head.encode() + b"\r\n\r\n" + body)


def _text(unit: bytes | Iterator[bytes]) -> Callable[[int], bytes]:
    """A row for text in the body of a request, of one unit that is repeated or of several."""

    def make(size: int) -> bytes:
        if isinstance(unit, bytes):
            return _post((unit * (size // len(unit) + 1))[:size], "Content-Type: text/plain")
        return _post(_filled(unit, size), "Content-Type: text/plain")

    return make


def _filled(units: Iterable[bytes], size: int) -> bytes:
    parts, length = [], 0
    for unit in units:
        parts.append(unit)
        length += len(unit)
        if length >= size:
            break
    return b"".join(parts)


# --- compression ------------------------------------------------------------------------------------------------------


def _nested(depth: int, compress: Callable[[bytes], bytes] = gzip.compress) -> Callable[[int], bytes]:
    def make(size: int) -> bytes:
        data = _RANDOM[:size]
        for _ in range(depth):
            data = compress(data)
        return _post(data, "Content-Type: application/octet-stream")

    return make


def _bomb(compress: Callable[[bytes], bytes]) -> Callable[[int], bytes]:
    """Zeros, 1,000 MB of them for a file of 1 MB."""

    def make(size: int) -> bytes:
        return _post(compress(bytes(size * 200)), "Content-Type: application/octet-stream")

    return make


def _members(size: int) -> bytes:
    empty = gzip.compress(b"")
    return _post(empty * (size // len(empty)), "Content-Encoding: gzip")


def _zip(size: int) -> bytes:
    """Archives of very small files."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for number in range(size // 110):
            archive.writestr(f"{number:05}", b"x")
    return _post(out.getvalue(), "Content-Type: application/zip")


def _tar(size: int) -> bytes:
    import tarfile  # noqa: PLC0415

    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        for number in range(size // 1024):
            info = tarfile.TarInfo(f"{number}")
            info.size = 1
            archive.addfile(info, io.BytesIO(b"x"))
    return _post(out.getvalue(), "Content-Type: application/x-tar")


def _skippable(size: int) -> bytes:
    return _post(struct.pack("<II", 0x184D2A50, 0) * (size // 8), "Content-Encoding: zstd")


# --- flows ------------------------------------------------------------------------------------------------------------


def _scan(size: int) -> bytes:
    """A SYN scan: a flow a packet."""
    return _ipv4(_segment(b"", 0, _SYN, (40000 + at // 40000, at % 40000 + 1)) for at in range(size // 70))


def _connections(size: int) -> bytes:
    talk = Conversation("tcp", (Turn(True, b"GET / HTTP/1.0\r\n\r\n"), Turn(False, b"HTTP/1.0 204 No\r\n\r\n")), 80)
    return capture([talk] * min(size // 1100, 20_000), "plain", "plain", _chance)


def _datagram_flows(size: int) -> bytes:
    return _ipv4(_datagram(b"abc", (60000 - at % 20000, 1 + at // 20000)) for at in range(size // 61))


def _fragments_that_lack_one(size: int) -> bytes:
    """First fragments of datagrams that never end."""

    def frames() -> Iterator[bytes]:
        for number in range(size // 90):
            [frame] = NETWORKS["plain"](_datagram(bytes(32), (50000, 9)), number, _chance)
            yield frame[:20] + b"\x20\0" + frame[22:]

    return pcap(frames())


def _names(size: int) -> bytes:
    """Queries of DNS for names of many labels."""
    name = b"".join(bytes([1]) + b"a" for _ in range(120)) + b"\0"
    query = struct.pack(">HHHHHH", 7, 0x0100, 1, 0, 0, 0) + name + b"\0\x01\0\x01"
    return _ipv4(_datagram(query, (50000, 53)) for _ in range(size // 320))


def _pointers(size: int) -> bytes:
    """An answer of DNS with records whose names are pointers to pointers."""
    head = struct.pack(">HHHHHH", 7, 0x8180, 0, 1000, 0, 0) + b"\x01a\0"
    record, at, records = b"", 12, []
    for number in range(700):
        record = struct.pack(">HHHIH", 0xC000 | at, 16, 1, 60, 4) + b"\x03abc"
        at = 15 + number * 16
        records.append(record)
    return _ipv4(_datagram(head + b"".join(records), (53, 50000)) for _ in range(size // 11_300))


# --- segments ---------------------------------------------------------------------------------------------------------


def _bytes(size: int) -> bytes:
    """Segments of one byte."""
    return _stream(b"POST / HTTP/1.1\r\nContent-Length: 9999999\r\n\r\n" + b"abc " * (size // 280), 1)


def _backwards(size: int) -> bytes:
    data = _RANDOM[: size // 2]
    pieces = [_segment(data[at : at + 10], 1 + at) for at in range(0, len(data), 100)]
    return _ipv4([_segment(b"", 0, _SYN), *reversed(pieces), *pieces])


def _overlaps(size: int) -> bytes:
    """Segments that repeat nearly all of the last one, and its other bytes differ."""
    data = _RANDOM
    return _ipv4(_segment(data[at % 7 : 1000 + at % 7], 1 + at) for at in range(size // 1070))


# --- protocols --------------------------------------------------------------------------------------------------------


def _h2(kind: int, flags: int, payload: bytes, stream: int) -> bytes:
    return struct.pack(">I", len(payload))[1:] + bytes([kind, flags]) + struct.pack(">I", stream) + payload


_PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + _h2(4, 0, b"", 0)


def _streams(size: int) -> bytes:
    """Streams of HTTP/2 with one byte each."""
    # :method POST, :scheme http, :path /, :authority a
    head = b"\x83\x86\x84\x01\x01a"
    units = (_h2(1, 4, head, at) + _h2(0, 1, b"x", at) for at in count(1, 2))
    return _stream(_PREFACE + _filled(units, size))


def _continuations(size: int) -> bytes:
    units = (_h2(9, 0, b"", 1) for _ in count())
    return _stream(_PREFACE + _h2(1, 0, b"\x83\x86\x84", 1) + _filled(units, size))


def _hpack(size: int) -> bytes:
    """Fields that name a long one of the dynamic table again and again."""
    long = b"\x40\x01a\x7f\x9d\x1e" + b"v" * 4000
    units = (_h2(1, 5, b"\x83\x86\x84" + b"\xbe" * 4000, at) for at in count(3, 2))
    return _stream(_PREFACE + _h2(1, 5, b"\x83\x86\x84" + long, 1) + _filled(units, size))


def _resets(size: int) -> bytes:
    units = (_h2(1, 5, b"\x83\x86\x84", at) + _h2(3, 0, bytes(4), at) for at in count(1, 2))
    return _stream(_PREFACE + _filled(units, size))


def _chunks(size: int) -> bytes:
    head = b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
    return _stream(head + b"1\r\nx\r\n" * (size // 6) + b"0\r\n\r\n")


def _requests(size: int) -> bytes:
    return _stream(b"GET / HTTP/1.1\r\n\r\n" * (size // 18))


def _fields(size: int) -> bytes:
    return _stream(b"GET / HTTP/1.1\r\n" + b"a: b\r\n" * (size // 6) + b"\r\n")


def _cookies(size: int) -> bytes:
    return _stream(b"GET / HTTP/1.1\r\nCookie: " + b"a=b; " * (size // 5) + b"\r\n\r\n")


def _parameters(size: int) -> bytes:
    return _stream(b"GET /?" + b"a=%61&" * (size // 6) + b" HTTP/1.1\r\n\r\n")


def _boundaries(size: int) -> bytes:
    return _post(b"--x\r\n\r\n" * (size // 7), "Content-Type: multipart/form-data; boundary=x")


def _multiparts(size: int) -> bytes:
    """A multipart within a multipart, again and again."""
    part = b"--%d\r\nContent-Type: multipart/mixed; boundary=%d\r\n\r\n"
    parts = _filled((part % (at, at + 1) for at in count()), size)
    return _post(parts, "Content-Type: multipart/mixed; boundary=0")


def _websocket(size: int) -> bytes:
    head = b"GET / HTTP/1.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: x\r\n\r\n"
    frames = b"\x01\x81abcd\0" + b"\0\x81abcd\0" * (size // 7)
    opening = [_segment(b"", 0, _SYN), _segment(b"", 0, _SYN | _ACK, (80, 40000)), _segment(head, 1)]
    answer = b"HTTP/1.1 101 Switching\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n"
    at = 1 + len(head)
    pieces = (_segment(frames[a : a + _LARGEST], at + a) for a in range(0, len(frames), _LARGEST))
    return _ipv4([*opening, _segment(answer, 1, ports=(80, 40000)), *pieces])


def _record(data: bytes, kind: int = 22) -> bytes:
    return struct.pack(">BHH", kind, 0x0303, len(data)) + data


def _client_hello() -> bytes:
    body = b"\x03\x03" + _RANDOM[:32] + b"\0" + b"\0\x02\x13\x01" + b"\x01\0" + b"\0\x04" + b"\xfe\xed\0\0"
    return b"\x01" + struct.pack(">I", len(body))[1:] + body


def _records(size: int) -> bytes:
    """A ClientHello in records of one byte, and application data in records of one byte."""
    hello = b"".join(_record(bytes([byte])) for byte in _client_hello())
    return _stream(hello + _record(b"x", 23) * (size // 6), port=443)


def _tickets(size: int) -> bytes:
    """A handshake message that is as long as one may be."""
    message = b"\x0b" + struct.pack(">I", min(size, (1 << 24) - 1))[1:] + bytes(size)
    return _stream(b"".join(_record(message[at : at + 100]) for at in range(0, size, 100)), port=443)


def _json_depth(size: int) -> bytes:
    return _post(b"[" * (size // 2) + b"]" * (size // 2), "Content-Type: application/json")


def _json_escaped(size: int) -> bytes:
    """JSON in strings of JSON, as deep as fits."""
    text = "x"
    while len(text) < size:
        text = json.dumps({"a": text})
    return _post(text.encode(), "Content-Type: application/json")


def _base64_depth(size: int) -> bytes:
    data = b"x"
    while len(data) < size:
        data = base64.b64encode(data + b"\n")
    return _post(data, "Content-Type: text/plain")


def _events(size: int) -> bytes:
    return _post(b"data: x\n\n" * (size // 9), "Content-Type: text/event-stream")


def _mime_lines(size: int) -> bytes:
    """Mail in which each line is folded."""
    head = b"EHLO a\r\nMAIL FROM:<a@b>\r\nRCPT TO:<a@b>\r\nDATA\r\nSubject: a\r\n"
    return _stream(head + b" a\r\n" * (size // 4), port=25)


def _protobuf(size: int) -> bytes:
    """Messages within messages."""
    data = b""
    while len(data) < min(size, 60_000):
        length, coded = len(data), b""
        while length > 127:
            coded += bytes([length & 127 | 128])
            length >>= 7
        data = b"\x0a" + coded + bytes([length]) + data
    message = b"\0" + struct.pack(">I", len(data)) + data
    return _post(message * (size // len(message) + 1), "Content-Type: application/grpc")


def _documents(unit: bytes) -> Callable[[int], bytes]:
    return lambda size: _post((unit * (size // len(unit) + 1))[:size], "Content-Type: application/octet-stream")


def _sql(size: int) -> bytes:
    """Commands of MySQL of one byte each."""
    return _stream((b"\x01\0\0\0\x03" * (size // 5)), port=3306)


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
_WORDS = (base64.b64encode(b"\x78\x9c" + _chance.randbytes(19)) + b" " for _ in count())

ROWS: dict[str, Callable[[int], bytes]] = {
    **{f"gzip, {depth} times": _nested(depth) for depth in (1, 4, 6, 8, 40)},
    **{f"{name}, 8 times": _nested(8, by) for name, by in (("bzip2", bz2.compress), ("xz", lzma.compress))},
    "zlib, 8 times": _nested(8, zlib.compress),
    "base64, as deep as fits": _base64_depth,
    "JSON in JSON, as deep as fits": _json_escaped,
    "a bomb of gzip": _bomb(gzip.compress),
    "a bomb of bzip2": _bomb(bz2.compress),
    "a bomb of xz": _bomb(lambda data: lzma.compress(data, preset=1)),
    "empty members of gzip": _members,
    "skippable frames of zstd": _skippable,
    "a zip of tiny files": _zip,
    "a tar of tiny files": _tar,
    "a SYN scan": _scan,
    "short connections": _connections,
    "UDP flows of one datagram": _datagram_flows,
    "fragments that lack one": _fragments_that_lack_one,
    "DNS names of many labels": _names,
    "DNS names by pointers": _pointers,
    "segments of one byte": _bytes,
    "segments backwards": _backwards,
    "segments that contradict": _overlaps,
    "HTTP/2 streams of one byte": _streams,
    "HTTP/2 CONTINUATION": _continuations,
    "HTTP/2 fields of the table": _hpack,
    "HTTP/2 resets": _resets,
    "chunks of one byte": _chunks,
    "requests in a row": _requests,
    "fields of a head": _fields,
    "cookies": _cookies,
    "parameters": _parameters,
    "boundaries": _boundaries,
    "multipart in multipart": _multiparts,
    "WebSocket frames of one byte": _websocket,
    "TLS records of one byte": _records,
    "a TLS message of 1 MB": _tickets,
    "deep JSON": _json_depth,
    "events": _events,
    "folded mail": _mime_lines,
    "protobuf in protobuf": _protobuf,
    "MySQL commands": _sql,
    "words like zlib in base64": _text(b"eJyrVkrOT0lVslJQKkgsLi7PL0pR "),
    "words like zlib in base64, all different": _text(islice(_WORDS, 60_000)),
    "words like gzip in base64": _text(b"H4sIAAAAAAAAA8tIzcnJBwCGphA2BQAAAA "),
    "words like zlib in hexadecimal": _text(b"789cab56ca4e2d5249b2aa56ca4c d "),
    "words like base85": _text(b"c-ri{S8fTjZz>3aZ*_=FzK5~t "),
    "words like base32": _text(b"PCOKWVWKJZ2ESVLSKZFU4VSL "),
    "digits": _text(b"104 105 106, "),
    "percent signs": _text(b"%25252541"),
    "entities": _text(b"&amp;amp;#65;"),
    "backslashes": _text(b"\\\\\\\\u0041"),
    "encoded words": _text(b"=?utf-8?b?YQ==?= "),
    "soft line breaks": _text(b"=41=\r\n"),
    "data URLs": _text(b"data:;base64,YWJj,"),
    "tags": _text(b"<a><b>x</b>"),
    "tables": _text(b"| a | b |\n"),
    "heads of HTTP": _text(b"HTTP/1.1 200 OK\r\n\r\n"),
    "uuencoded lines": _text(b"begin 644 a\n#0V%T\n`\nend\n"),
    "PDF objects": _documents(b"%PDF-1.4\n1 0 obj<</Length 3>>stream\nabc\nendstream\nendobj\n"),
    "CBOR in CBOR": _documents(b"\x81"),
    "MessagePack in MessagePack": _documents(b"\x91"),
    "BER in BER": _documents(b"\x30\x80"),
    "PNG signatures": _documents(b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR"),
    "zip heads": _documents(b"PK\x03\x04\x14\0\0\0\x08\0" + bytes(20)),
    "zlib heads": _documents(b"\x78\x9c\x03"),
    "gzip heads": _documents(b"\x1f\x8b\x08\0\0\0\0\0\0\x03"),
    "xz heads": _documents(b"\xfd7zXZ\0\0\x04\xe6\xd6\xb4F"),
    "bzip2 heads": _documents(b"BZh91AY&SY"),
    "pcapng interfaces": _interfaces,
    "pcapng sections": _sections,
    "pcapng options": _options,
    "pcapng blocks of keys": _key_blocks,
    SPARSE: _sparse,
}
