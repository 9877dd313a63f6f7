"""Places of HTTP in which the hunt puts a value: HTTP/1.1, HTTP/2, WebSocket."""

from __future__ import annotations

import base64
import random
import struct
import urllib.parse
import zlib
from collections.abc import Callable, Sequence

import hpack

from frames import Turn
from nesting import Shape

_PAGE = b"<html><body>Nothing to see here.</body></html>"
_OK = b"HTTP/1.1 200 OK\r\nServer: hunt\r\nContent-Type: text/html\r\nContent-Length: %d\r\n\r\n%s" % (
    len(_PAGE),
    _PAGE,
)
_HOST = b"Host: www.example.org\r\nUser-Agent: hunt/1\r\nAccept: */*\r\n"
_CHANCES = (3, 16, 100, 4096)


def _get(target: bytes = b"/", fields: bytes = b"", answer: bytes = _OK) -> list[Turn]:
    return [Turn(True, b"GET " + target + b" HTTP/1.1\r\n" + _HOST + fields + b"\r\n"), Turn(False, answer)]


def _quote(data: bytes) -> bytes:
    return urllib.parse.quote(data, safe="").encode()


def _path(data: bytes, _: random.Random) -> list[Turn]:
    return _get(b"/files/" + _quote(data) + b"/index.html")


def _query(data: bytes, _: random.Random) -> list[Turn]:
    return _get(b"/search?q=cats&value=" + _quote(data) + b"&page=2")


def _field(data: bytes, chance: random.Random) -> list[Turn]:
    name = chance.choice((b"X-Note", b"Authorization", b"Referer", b"If-None-Match", b"X-Amz-Meta-Note"))
    return _get(fields=name + b": " + data + b"\r\n")


def _basic(data: bytes, _: random.Random) -> list[Turn]:
    return _get(fields=b"Authorization: Basic " + base64.b64encode(b"alice:" + data) + b"\r\n")


def _cookie(data: bytes, chance: random.Random) -> list[Turn]:
    value = data if chance.random() < 0.5 else _quote(data)
    if chance.random() < 0.5:
        return _get(fields=b"Cookie: theme=dark; session=" + value + b"; lang=en\r\n")
    answer = b"HTTP/1.1 204 No Content\r\nSet-Cookie: session=" + value + b"; Path=/; HttpOnly\r\n\r\n"
    return _get(answer=answer)


def _reason(data: bytes, _: random.Random) -> list[Turn]:
    return _get(answer=b"HTTP/1.1 400 " + data + b"\r\nContent-Length: 0\r\n\r\n")


def _sized(data: bytes, fields: bytes) -> bytes:
    return fields + b"Content-Length: %d\r\n\r\n" % len(data) + data


def _body(data: bytes, chance: random.Random) -> list[Turn]:
    kind = chance.choice((b"text/plain", b"application/octet-stream", b"application/json", b"text/html"))
    head = b"Content-Type: " + kind + b"\r\n"
    if chance.random() < 0.5:
        return _get(answer=b"HTTP/1.1 200 OK\r\n" + _sized(data, head))
    return [Turn(True, b"POST /upload HTTP/1.1\r\n" + _HOST + _sized(data, head)), Turn(False, _OK)]


def _coded_body(data: bytes, chance: random.Random) -> list[Turn]:
    """A body whose content coding is declared."""
    squeezed = zlib.compressobj(9, zlib.DEFLATED, chance.choice((31, 15, -15)))
    name = b"deflate"
    packed = squeezed.compress(data) + squeezed.flush()
    if packed[:2] == b"\x1f\x8b":
        name = b"gzip"
    return _get(answer=b"HTTP/1.1 200 OK\r\n" + _sized(packed, b"Content-Encoding: " + name + b"\r\n"))


def _pieces(data: bytes, chance: random.Random) -> list[bytes]:
    size = chance.choice(_CHANCES) if len(data) < 3000 else 4096
    return [data[at : at + size] for at in range(0, len(data), size)]


def _chunked(data: bytes, chance: random.Random) -> list[Turn]:
    extension = chance.choice((b"", b";part=1", b' ; note="x"'))
    chunks = b"".join(b"%x%s\r\n%s\r\n" % (len(each), extension, each) for each in _pieces(data, chance))
    head = b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nTransfer-Encoding: chunked\r\n\r\n"
    return _get(answer=head + chunks + b"0\r\n\r\n")


def _trailer(data: bytes, _: random.Random) -> list[Turn]:
    head = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTrailer: X-Note\r\n\r\n"
    return _get(answer=head + b"5\r\nhello\r\n0\r\nX-Note: " + data + b"\r\n\r\n")


def _chunk_extension(data: bytes, _: random.Random) -> list[Turn]:
    head = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
    return _get(answer=head + b"5;note=" + data + b"\r\nhello\r\n0\r\n\r\n")


def _urlencoded(data: bytes, _: random.Random) -> list[Turn]:
    form = b"user=alice&note=" + urllib.parse.quote_plus(data).encode() + b"&send=1"
    head = b"Content-Type: application/x-www-form-urlencoded\r\n"
    return [Turn(True, b"POST /login HTTP/1.1\r\n" + _HOST + _sized(form, head)), Turn(False, _OK)]


def _part_head(data: bytes, _: random.Random) -> list[Turn]:
    head = b"Content-Type: multipart/form-data; boundary=cut\r\n"
    name = b'Content-Disposition: form-data; name="file"; filename="' + data.replace(b'"', b"%22") + b'"'
    body = b"--cut\r\n" + name + b"\r\nContent-Type: text/plain\r\n\r\nhello\r\n--cut--\r\n"
    return [Turn(True, b"POST /upload HTTP/1.1\r\n" + _HOST + _sized(body, head)), Turn(False, _OK)]


def _multipart_body(data: bytes, _: random.Random) -> list[Turn]:
    head = b"Content-Type: multipart/form-data; boundary=cutcutcutcut\r\n"
    part = b'Content-Disposition: form-data; name="f"; filename="f"\r\nContent-Type: application/octet-stream\r\n\r\n'
    body = b"--cutcutcutcut\r\n" + part + data + b"\r\n--cutcutcutcut--\r\n"
    return [Turn(True, b"POST /upload HTTP/1.1\r\n" + _HOST + _sized(body, head)), Turn(False, _OK)]


def _http2(fields: Sequence[tuple[bytes, bytes]], data: bytes, chance: random.Random) -> list[Turn]:
    """A request with prior knowledge. DATA may be padded and cut, HEADERS be continued; Huffman or not."""
    request = [(b":method", b"POST"), (b":scheme", b"http"), (b":authority", b"www.example.org"), (b":path", b"/note")]
    names = {name for name, _ in fields}
    block = hpack.Encoder().encode(
        [*(each for each in request if each[0] not in names), *fields], huffman=chance.random() < 0.5
    )
    frames = _header_frames(block, chance)
    pieces = _pieces(data, chance) or [b""]
    for number, piece in enumerate(pieces, 1):
        padding = chance.choice((0, 0, 9, 200))
        flags = (1 if number == len(pieces) else 0) | (8 if padding else 0)
        frames += _frame(0, flags, (bytes([padding]) + piece + bytes(padding)) if padding else piece)
    settings, settled = _frame(4, 0, struct.pack(">HI", 3, 100), 0), _frame(4, 1, b"", 0)
    answer = hpack.Encoder().encode([(b":status", b"200"), (b"server", b"hunt")])
    hello = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + settings
    return [Turn(True, hello + frames), Turn(False, settings + settled + _frame(1, 5, answer)), Turn(True, settled)]


def _frame(kind: int, flags: int, data: bytes, stream: int = 1) -> bytes:
    return struct.pack(">I", len(data))[1:] + struct.pack(">BBI", kind, flags, stream) + data


def _header_frames(block: bytes, chance: random.Random) -> bytes:
    if chance.random() < 0.6:
        return _frame(1, 4, block)
    cut = chance.randrange(1, len(block))
    return _frame(1, 0, block[:cut]) + _frame(9, 4, block[cut:])


def _http2_body(data: bytes, chance: random.Random) -> list[Turn]:
    return _http2([], data, chance)


def _http2_field(data: bytes, chance: random.Random) -> list[Turn]:
    return _http2([(chance.choice((b"x-note", b"cookie", b"authorization")), data)], b"hello", chance)


def _http2_path(data: bytes, chance: random.Random) -> list[Turn]:
    return _http2([(b":path", b"/files?name=" + _quote(data))], b"hello", chance)


def _grpc(data: bytes, chance: random.Random) -> list[Turn]:
    fields = [(b":path", b"/notes.Notes/Add"), (b"content-type", b"application/grpc+proto"), (b"te", b"trailers")]
    # Zeros at the end of a varint are allowed.
    size = bytes([len(data) & 127 | 128, len(data) >> 7 & 127 | 128, len(data) >> 14])
    message = b"\x0a" + (size if len(data) > 127 else bytes([len(data)])) + data
    return _http2(fields, b"\0" + struct.pack(">I", len(message)) + message, chance)


def _ws_frame(first: int, data: bytes, mask: bytes = b"") -> bytes:
    """A frame of WebSocket, from its first byte on: the opcode with FIN (128) and RSV1 (64)."""
    size, masked = len(data), 128 if mask else 0
    short = struct.pack(">BB", first, size | masked) if size < 126 else struct.pack(">BBH", first, 126 | masked, size)
    return short + mask + bytes(byte ^ mask[at % 4] if mask else byte for at, byte in enumerate(data))


def _websocket(data: bytes, chance: random.Random) -> list[Turn]:
    """After an upgrade: text or binary, masked or not, whole or in fragments, with permessage-deflate or without."""
    packed, from_client = chance.random() < 0.4, chance.random() < 0.5
    offered = b"Sec-WebSocket-Extensions: permessage-deflate\r\n" if packed else b""
    upgrade = b"Connection: Upgrade\r\nUpgrade: websocket\r\n"
    asked = upgrade + b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n" + offered
    accepted = upgrade + b"Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n" + offered
    turns = _get(b"/chat", asked, b"HTTP/1.1 101 Switching Protocols\r\n" + accepted + b"\r\n")
    squeezed, opcode = zlib.compressobj(9, zlib.DEFLATED, -15), chance.choice((1, 2))
    for message in (b'{"type":"hello"}', data):
        sent = squeezed.compress(message) + squeezed.flush(zlib.Z_SYNC_FLUSH) if packed else message
        sent = sent[:-4] if packed else sent
        pieces = _pieces(sent, chance) if len(sent) < 4000 else [sent]
        for number, piece in enumerate(pieces):
            first = (0 if number else opcode | (64 if packed else 0)) | (128 if number == len(pieces) - 1 else 0)
            turns.append(Turn(from_client, _ws_frame(first, piece, chance.randbytes(4) if from_client else b"")))
    turns += [Turn(side, _ws_frame(0x88, b"\x03\xe8", b"mask" if side else b"")) for side in (True, False)]
    return turns


# By name: the widest shape that fits, and what makes the turns of a TCP connection.
HTTP: dict[str, tuple[Shape, Callable[[bytes, random.Random], list[Turn]]]] = {
    "HTTP path": (Shape.BINARY, _path),
    "HTTP query": (Shape.BINARY, _query),
    "HTTP field": (Shape.LINE, _field),
    "HTTP Basic": (Shape.LINE, _basic),
    "HTTP cookie": (Shape.TOKEN, _cookie),
    "HTTP reason": (Shape.LINE, _reason),
    "HTTP body": (Shape.BINARY, _body),
    "HTTP coded body": (Shape.BINARY, _coded_body),
    "HTTP chunks": (Shape.BINARY, _chunked),
    "HTTP trailer": (Shape.LINE, _trailer),
    "HTTP chunk extension": (Shape.TOKEN, _chunk_extension),
    "HTTP form": (Shape.BINARY, _urlencoded),
    "HTTP part head": (Shape.LINE, _part_head),
    "HTTP part": (Shape.BINARY, _multipart_body),
    "HTTP/2 body": (Shape.BINARY, _http2_body),
    "HTTP/2 field": (Shape.LINE, _http2_field),
    "HTTP/2 path": (Shape.BINARY, _http2_path),
    "gRPC": (Shape.BINARY, _grpc),
    "WebSocket": (Shape.BINARY, _websocket),
}
