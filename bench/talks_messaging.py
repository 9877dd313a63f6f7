"""Messaging of the hunt: protocols that carry a message in a frame of their own, in text or in binary."""

from __future__ import annotations

import random
import struct
from collections.abc import Callable
from xml.sax.saxutils import escape

from frames import Turn
from nesting import Shape

_REQUEST = b"Host: www.example.org\r\nUser-Agent: hunt/1\r\nAccept: */*\r\n"


def _nats(data: bytes, _: random.Random) -> list[Turn]:
    publish = b"PUB notes %d\r\n%s\r\n" % (len(data), data)
    message = b"MSG notes 9 %d\r\n%s\r\n" % (len(data), data)
    return [
        Turn(False, b'INFO {"server_id":"N","version":"2.10.0","max_payload":1048576}\r\n'),
        Turn(True, b'CONNECT {"verbose":false,"user":"alice"}\r\nSUB notes 9\r\n' + publish),
        Turn(False, message),
    ]


def _stomp(data: bytes, _: random.Random) -> list[Turn]:
    """STOMP 1.2: a frame ends with NUL."""
    head = b"SEND\ndestination:/queue/notes\ncontent-type:text/plain\ncontent-length:%d\n\n" % len(data)
    return [
        Turn(True, b"CONNECT\naccept-version:1.2\nhost:example.org\n\n\0\n"),
        Turn(False, b"CONNECTED\nversion:1.2\nserver:hunt/1\n\n\0\n"),
        Turn(True, head + data + b"\0\n"),
    ]


def _sip(data: bytes, _: random.Random) -> list[Turn]:
    """A MESSAGE (RFC 3428)."""
    ends = (
        b"From: <sip:alice@example.org>;tag=49583\r\nTo: <sip:bob@example.org>\r\nCall-ID: asd88asd77a@192.0.2.10\r\n"
    )
    via = b"Via: SIP/2.0/TCP 192.0.2.10;branch=z9hG4bK776sgdkse\r\n"
    asked = b"MESSAGE sip:bob@example.org SIP/2.0\r\n" + via + b"Max-Forwards: 70\r\n" + ends + b"CSeq: 1 MESSAGE\r\n"
    body = b"Content-Type: text/plain\r\nContent-Length: %d\r\n\r\n%s" % (len(data), data)
    answer = b"SIP/2.0 200 OK\r\n" + via + ends + b"CSeq: 1 MESSAGE\r\nContent-Length: 0\r\n\r\n"
    return [Turn(True, asked + body), Turn(False, answer)]


def _xmpp(data: bytes, _: random.Random) -> list[Turn]:
    """RFC 6121, 5.2."""
    opened = "<?xml version='1.0'?><stream:stream {}='example.org' version='1.0' xmlns='jabber:client'>"
    body = f"<message to='bob@example.org' type='chat'><body>{escape(data.decode())}</body></message>"
    return [
        Turn(True, opened.format("to").encode()),
        Turn(False, opened.format("from").encode() + b"<stream:features/>"),
        Turn(True, body.encode()),
        Turn(True, b"</stream:stream>"),
    ]


def _mongodb(data: bytes, _: random.Random) -> list[Turn]:
    """An insertion by OP_MSG, with the value as binary data."""

    def document(*elements: bytes) -> bytes:
        inside = b"".join(elements)
        return struct.pack("<i", len(inside) + 5) + inside + b"\0"

    def message(number: int, to: int, held: bytes) -> bytes:
        return struct.pack("<iiiiIB", 21 + len(held), number, to, 2013, 0, 0) + held

    note = b"\x05note\0" + struct.pack("<iB", len(data), 0) + data
    rows = b"\x04documents\0" + document(b"\x030\0" + document(note))
    asked = document(b"\x02insert\0\x06\0\0\0notes\0", rows, b"\x02$db\0\x05\0\0\0test\0")
    answer = document(b"\x10n\0\1\0\0\0", b"\x01ok\0" + struct.pack("<d", 1))
    return [Turn(True, message(7, 0, asked)), Turn(False, message(8, 7, answer))]


def _amqp(data: bytes, _: random.Random) -> list[Turn]:
    """A message is published: method, header and body are frames (AMQP 0-9-1, 4.2.3)."""

    def frame(kind: int, held: bytes) -> bytes:
        return struct.pack(">BHI", kind, 1, len(held)) + held + b"\xce"

    publish = frame(1, struct.pack(">HHHB", 60, 40, 0, 5) + b"notes" + b"\0\0")
    header = frame(2, struct.pack(">HHQH", 60, 0, len(data), 0x8000) + b"\x0atext/plain")
    ready = b"AMQP\0\0\x09\1", frame(1, struct.pack(">HHBB", 10, 10, 0, 9) + struct.pack(">I", 0) + bytes(8))
    return [Turn(True, ready[0]), Turn(False, ready[1]), Turn(True, publish + header + frame(3, data))]


def _connect(data: bytes, _: random.Random) -> list[Turn]:
    """Through a proxy, in clear behind it."""
    post = b"POST /note HTTP/1.1\r\n" + _REQUEST + b"Content-Length: %d\r\n\r\n%s" % (len(data), data)
    return [
        Turn(True, b"CONNECT www.example.org:80 HTTP/1.1\r\nHost: www.example.org:80\r\n\r\n"),
        Turn(False, b"HTTP/1.1 200 Connection established\r\n\r\n"),
        Turn(True, post),
        Turn(False, b"HTTP/1.1 204 No Content\r\n\r\n"),
    ]


def _proxied(data: bytes, chance: random.Random) -> list[Turn]:
    """Behind a header of the PROXY protocol, in either version."""
    plain = b"PROXY TCP4 192.0.2.10 198.51.100.20 40000 80\r\n"
    packed = b"\r\n\r\n\0\r\nQUIT\n\x21\x11\0\x0c" + bytes((192, 0, 2, 10, 198, 51, 100, 20)) + b"\x9c\x40\0\x50"
    post = b"POST /note HTTP/1.1\r\n" + _REQUEST + b"Content-Length: %d\r\n\r\n%s" % (len(data), data)
    return [Turn(True, chance.choice((plain, packed)) + post), Turn(False, b"HTTP/1.1 204 No Content\r\n\r\n")]


def _events(data: bytes, _: random.Random) -> list[Turn]:
    """A stream of events of text; the value is in several of them, as from a language model."""
    text = data.decode()
    parts = [text[at : at + 5] for at in range(0, len(text), 5)]
    events = b"".join(b"data: " + _json_delta(part) + b"\n\n" for part in parts) + b"data: [DONE]\n\n"
    head = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nContent-Length: %d\r\n\r\n" % len(events)
    return [Turn(True, b"GET /stream HTTP/1.1\r\n" + _REQUEST + b"\r\n"), Turn(False, head + events)]


def _json_delta(text: str) -> bytes:
    escaped = (
        text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n").replace("\r", "\\r").replace("\t", "\\t")
    )
    return b'{"id":"c1","choices":[{"delta":{"content":"' + escaped.encode() + b'"}}]}'


# By name: the widest shape that fits, what makes the turns of a TCP connection, and its usual port.
MESSAGING: dict[str, tuple[Shape, Callable[[bytes, random.Random], list[Turn]], int]] = {
    "NATS": (Shape.BINARY, _nats, 4222),
    "STOMP": (Shape.EIGHT_BIT, _stomp, 61613),
    "SIP": (Shape.EIGHT_BIT, _sip, 5060),
    "XMPP": (Shape.TEXT, _xmpp, 5222),
    "MongoDB": (Shape.BINARY, _mongodb, 27017),
    "AMQP": (Shape.BINARY, _amqp, 5672),
    "HTTP CONNECT": (Shape.BINARY, _connect, 3128),
    "PROXY protocol": (Shape.BINARY, _proxied, 80),
    "HTTP events": (Shape.TEXT, _events, 80),
}
