"""Captures made to cost a reader as much as possible: each row is a kind, and makes one of about the given size."""

from __future__ import annotations

import base64
import bz2
import gzip
import io
import json
import lzma
import struct
import tarfile
import zipfile
import zlib
from collections.abc import Callable
from itertools import count

from hostile_files import FILE_ROWS
from hostile_messages import MESSAGE_ROWS
from hostile_texts import TEXT_ROWS
from hostile_wire import ACK, LARGEST, RANDOM, SYN, WIRE_ROWS, filled, ipv4, post, segment, stream

# --- compression ------------------------------------------------------------------------------------------------------


def _nested(depth: int, compress: Callable[[bytes], bytes] = gzip.compress) -> Callable[[int], bytes]:
    def make(size: int) -> bytes:
        data = RANDOM[:size]
        for _ in range(depth):
            data = compress(data)
        return post(data, "Content-Type: application/octet-stream")

    return make


def _bomb(compress: Callable[[bytes], bytes]) -> Callable[[int], bytes]:
    """Zeros, 1,000 MB of them for a file of 1 MB."""

    def make(size: int) -> bytes:
        return post(compress(bytes(size * 200)), "Content-Type: application/octet-stream")

    return make


def _members(size: int) -> bytes:
    empty = gzip.compress(b"")
    return post(empty * (size // len(empty)), "Content-Encoding: gzip")


def _nested_members(size: int) -> bytes:
    """Members of gzip that have a member of gzip each."""
    member = gzip.compress(gzip.compress(gzip.compress(b"a", mtime=0), mtime=0), mtime=0)
    return post(member * (size // len(member)), "Content-Encoding: gzip")


def _zip(size: int) -> bytes:
    """Archives of very small files."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for number in range(size // 110):
            archive.writestr(f"{number:05}", b"x")
    return post(out.getvalue(), "Content-Type: application/zip")


def _tar(size: int) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        for number in range(size // 1024):
            info = tarfile.TarInfo(f"{number}")
            info.size = 1
            archive.addfile(info, io.BytesIO(b"x"))
    return post(out.getvalue(), "Content-Type: application/x-tar")


def _archives(size: int) -> bytes:
    """Archives within archives, each behind empty files whose size is behind them."""
    empty, archive = zlib.compress(b"")[2:-4], b""
    head = b"PK\3\4" + struct.pack("<5H3I2H", 20, 8, 8, 0, 0, 0, 0, 0, 1, 0) + b"a"
    before = (head + empty + b"PK\7\x08" + struct.pack("<3I", 0, len(empty), 0)) * 70
    for _ in range(3):
        packed = zlib.compress(archive)[2:-4]
        sizes = struct.pack("<3I", zlib.crc32(archive), len(packed), len(archive))
        archive = before + head + packed + b"PK\7\x08" + sizes + b"PK\5\6" + bytes(18)
    return post(archive * (size // len(archive)), "Content-Type: application/zip")


def _skippable(size: int) -> bytes:
    return post(struct.pack("<II", 0x184D2A50, 0) * (size // 8), "Content-Encoding: zstd")


# --- protocols --------------------------------------------------------------------------------------------------------


def _h2(kind: int, flags: int, payload: bytes, stream: int) -> bytes:
    return struct.pack(">I", len(payload))[1:] + bytes([kind, flags]) + struct.pack(">I", stream) + payload


_PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + _h2(4, 0, b"", 0)


def _streams(size: int) -> bytes:
    """Streams of HTTP/2 with one byte each."""
    # :method POST, :scheme http, :path /, :authority a
    head = b"\x83\x86\x84\x01\x01a"
    units = (_h2(1, 4, head, at) + _h2(0, 1, b"x", at) for at in count(1, 2))
    return stream(_PREFACE + filled(units, size))


def _continuations(size: int) -> bytes:
    units = (_h2(9, 0, b"", 1) for _ in count())
    return stream(_PREFACE + _h2(1, 0, b"\x83\x86\x84", 1) + filled(units, size))


def _hpack(size: int) -> bytes:
    """Fields that name a long one of the dynamic table again and again."""
    long = b"\x40\x01a\x7f\x9d\x1e" + b"v" * 4000
    units = (_h2(1, 5, b"\x83\x86\x84" + b"\xbe" * 4000, at) for at in count(3, 2))
    return stream(_PREFACE + _h2(1, 5, b"\x83\x86\x84" + long, 1) + filled(units, size))


def _resets(size: int) -> bytes:
    units = (_h2(1, 5, b"\x83\x86\x84", at) + _h2(3, 0, bytes(4), at) for at in count(1, 2))
    return stream(_PREFACE + filled(units, size))


def _chunks(size: int) -> bytes:
    head = b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
    return stream(head + b"1\r\nx\r\n" * (size // 6) + b"0\r\n\r\n")


def _requests(size: int) -> bytes:
    return stream(b"GET / HTTP/1.1\r\n\r\n" * (size // 18))


def _fields(size: int) -> bytes:
    return stream(b"GET / HTTP/1.1\r\n" + b"a: b\r\n" * (size // 6) + b"\r\n")


def _cookies(size: int) -> bytes:
    return stream(b"GET / HTTP/1.1\r\nCookie: " + b"a=b; " * (size // 5) + b"\r\n\r\n")


def _parameters(size: int) -> bytes:
    return stream(b"GET /?" + b"a=%61&" * (size // 6) + b" HTTP/1.1\r\n\r\n")


def _boundaries(size: int) -> bytes:
    return post(b"--x\r\n\r\n" * (size // 7), "Content-Type: multipart/form-data; boundary=x")


def _multiparts(size: int) -> bytes:
    """A multipart within a multipart, again and again."""
    part = b"--%d\r\nContent-Type: multipart/mixed; boundary=%d\r\n\r\n"
    parts = filled((part % (at, at + 1) for at in count()), size)
    return post(parts, "Content-Type: multipart/mixed; boundary=0")


def _websocket(size: int) -> bytes:
    head = b"GET / HTTP/1.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: x\r\n\r\n"
    frames = b"\x01\x81abcd\0" + b"\0\x81abcd\0" * (size // 7)
    opening = [segment(b"", 0, SYN), segment(b"", 0, SYN | ACK, (80, 40000)), segment(head, 1)]
    answer = b"HTTP/1.1 101 Switching\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n"
    at = 1 + len(head)
    pieces = (segment(frames[a : a + LARGEST], at + a) for a in range(0, len(frames), LARGEST))
    return ipv4([*opening, segment(answer, 1, ports=(80, 40000)), *pieces])


def _record(data: bytes, kind: int = 22) -> bytes:
    return struct.pack(">BHH", kind, 0x0303, len(data)) + data


def _client_hello() -> bytes:
    body = b"\x03\x03" + RANDOM[:32] + b"\0" + b"\0\x02\x13\x01" + b"\x01\0" + b"\0\x04" + b"\xfe\xed\0\0"
    return b"\x01" + struct.pack(">I", len(body))[1:] + body


def _records(size: int) -> bytes:
    """A ClientHello in records of one byte, and application data in records of one byte."""
    hello = b"".join(_record(bytes([byte])) for byte in _client_hello())
    return stream(hello + _record(b"x", 23) * (size // 6), port=443)


def _compressed_records(size: int) -> bytes:
    """Records of application data, in each of which a stream of raw deflate begins."""
    text = zlib.compressobj(9, zlib.DEFLATED, -15)
    record = _record(text.compress(b"the acorn is below the oak") + text.flush(), 23)
    return stream(_record(_client_hello()) + record * (size // len(record)), port=443)


def _tickets(size: int) -> bytes:
    """A handshake message that is as long as one may be."""
    message = b"\x0b" + struct.pack(">I", min(size, (1 << 24) - 1))[1:] + bytes(size)
    return stream(b"".join(_record(message[at : at + 100]) for at in range(0, size, 100)), port=443)


def _json_depth(size: int) -> bytes:
    return post(b"[" * (size // 2) + b"]" * (size // 2), "Content-Type: application/json")


def _json_escaped(size: int) -> bytes:
    """JSON in strings of JSON, as deep as fits."""
    text = "x"
    while len(text) < size:
        text = json.dumps({"a": text})
    return post(text.encode(), "Content-Type: application/json")


def _base64_depth(size: int) -> bytes:
    data = b"x"
    while len(data) < size:
        data = base64.b64encode(data + b"\n")
    return post(data, "Content-Type: text/plain")


def _events(size: int) -> bytes:
    return post(b"data: x\n\n" * (size // 9), "Content-Type: text/event-stream")


def _mime_lines(size: int) -> bytes:
    """Mail in which each line is folded."""
    head = b"EHLO a\r\nMAIL FROM:<a@b>\r\nRCPT TO:<a@b>\r\nDATA\r\nSubject: a\r\n"
    return stream(head + b" a\r\n" * (size // 4), port=25)


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
    return post(message * (size // len(message) + 1), "Content-Type: application/grpc")


def _sql(size: int) -> bytes:
    """Commands of MySQL of one byte each."""
    return stream((b"\x01\0\0\0\x03" * (size // 5)), port=3306)


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
    "members of gzip in members of gzip": _nested_members,
    "skippable frames of zstd": _skippable,
    "a zip of tiny files": _zip,
    "a tar of tiny files": _tar,
    **WIRE_ROWS,
    **MESSAGE_ROWS,
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
    "TLS records that are compressed": _compressed_records,
    "a TLS message of 1 MB": _tickets,
    "deep JSON": _json_depth,
    "events": _events,
    "folded mail": _mime_lines,
    "protobuf in protobuf": _protobuf,
    "MySQL commands": _sql,
    **TEXT_ROWS,
    **FILE_ROWS,
    "zip archives in zip archives": _archives,
}
