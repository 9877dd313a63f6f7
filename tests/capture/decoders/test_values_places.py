"""Wherever a value stands, what is encoded in it is unwrapped in the same way."""

from __future__ import annotations

import base64
import gzip
import struct
import zlib
from typing import TYPE_CHECKING
from urllib.parse import quote

import pytest

from capture.played import VALUE, origin_of, played, some_findings
from capture.talk import client, extension, vector
from capture.wrapped import noise
from overheard_capture.content.opaque_values import LARGE_VALUE
from overheard_capture.decoders.untyped import untyped
from overheard_capture.identify.preface_content import read_preface
from overheard_capture.identify.prefaces import PROXY
from overheard_capture.protocols.dns.reader import read_dns
from overheard_capture.protocols.http1.reader import http1
from overheard_capture.protocols.telnet import telnet
from overheard_capture.protocols.tls.clear_messages import read_message
from rows import for_each

if TYPE_CHECKING:
    from collections.abc import Callable

    from overheard_capture.content.findings import Findings

TEXT = b"<Response><Name>" + VALUE + b"</Name></Response>"
PACKED = gzip.compress(TEXT, mtime=0)
VALUES = {
    "base64": base64.b64encode(PACKED),
    "base64url": base64.urlsafe_b64encode(PACKED).rstrip(b"="),
    "hexadecimal": PACKED.hex().encode(),
    "base32": base64.b32encode(PACKED).lower().rstrip(b"="),
    "Ascii85": b"<~" + base64.a85encode(PACKED) + b"~>",
    "percent-encoded": quote(PACKED, safe="").encode(),
    "deflate in base64": base64.b64encode(zlib.compress(TEXT)[2:-4]),
    "encoded word": b"=?utf-8?B?" + base64.b64encode(PACKED) + b"?=",
}
BINARY = {
    "gzip": PACKED,
    "zlib": zlib.compress(TEXT),
    "deflate": zlib.compress(TEXT)[2:-4],
    "gzip behind a length": struct.pack("<I", len(TEXT)) + PACKED,
    "UTF-16 in base64": base64.b64encode(TEXT.decode().encode("utf-16-le")),
}


def in_head(line: bytes) -> Findings:
    return played(http1, b"GET / HTTP/1.1\r\nHost: a\r\n" + line + b"\r\n\r\n")


def in_trailer(value: bytes) -> Findings:
    head = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
    return played(http1, head + b"2\r\nhi\r\n0\r\nX-Sum: " + value + b"\r\n\r\n")


def in_extension(kind: int, value: bytes) -> Findings:
    hello = client(extension(kind, value), suites=b"\xc0\x2f")
    findings = some_findings()
    read_message(findings, (), 1, hello, origin_of(len(hello)))
    return findings


def in_message(kind: int, value: bytes) -> Findings:
    findings = some_findings()
    read_message(findings, (), kind, value, origin_of(len(value)))
    return findings


def in_proxy(kind: int, value: bytes) -> Findings:
    rest = bytes(12) + bytes([kind]) + struct.pack(">H", len(value)) + value
    data = b"\r\n\r\n\0\r\nQUIT\n\x21\x11" + struct.pack(">H", len(rest)) + rest
    findings = some_findings()
    read_preface(findings, (), PROXY, data, origin_of(len(data)))
    return findings


def labels(value: bytes) -> bytes:
    pieces = [value[at : at + 50] for at in range(0, len(value), 50)]
    return b"".join(bytes([len(piece)]) + piece for piece in [*pieces, b"example"]) + b"\0"


def in_dns(question: bytes, record: bytes = b"") -> Findings:
    data = struct.pack(">6H", 7, 0x8100, 1, bool(record), 0, 0) + question + b"\0\x10\0\1" + record
    findings = some_findings()
    assert read_dns(findings, (), data, origin_of(len(data)))
    return findings


def in_record(kind: int, content: bytes) -> Findings:
    return in_dns(b"\1a\0", b"\1a\0" + struct.pack(">HHIH", kind, 1, 60, len(content)) + content)


def strings(value: bytes) -> bytes:
    pieces = [value[at : at + 90] for at in range(0, len(value), 90)]
    return b"".join(bytes([len(piece)]) + piece for piece in pieces)


PLACES: dict[str, Callable[[bytes], Findings]] = {
    "a field": lambda value: in_head(b"X-Data: " + value),
    "a cookie": lambda value: in_head(b"Cookie: a=1; b=" + value + b"; c=3"),
    "a trailer": in_trailer,
    "a DNS name": lambda value: in_dns(labels(value)),
    "a TXT record": lambda value: in_record(16, strings(value)),
    "a record of unknown type": lambda value: in_record(999, value),
    "a server name": lambda value: in_extension(0, vector(2, b"\0" + vector(2, value))),
    "an unknown extension": lambda value: in_extension(0x7777, value),
    "a ticket": lambda value: in_message(4, bytes(4) + vector(2, value)),
    "a TLV of PROXY": lambda value: in_proxy(5, value),
    "an option of telnet": lambda value: played(
        telnet, b"\xff\xfa\x18\0" + value.replace(b"\xff", b"\xff\xff") + b"\xff\xf0"
    ),
    "a comment of gzip": lambda value: played(untyped, b"\x1f\x8b\x08\x10" + bytes(6) + value + b"\0\3\0" + bytes(8)),
}
# These may have bytes that are no text.
OF_BYTES = [name for name in PLACES if name not in ("a field", "a cookie", "a trailer", "a comment of gzip")]


@for_each(place=PLACES, coding=VALUES)
def test_text_is_unwrapped(place: str, coding: str) -> None:
    findings = PLACES[place](VALUES[coding])
    assert any({"gzip", "deflate"} & set(found.layers) for found in findings.sightings)


@for_each(place=OF_BYTES, coding=BINARY)
def test_bytes_are_unwrapped(place: str, coding: str) -> None:
    assert PLACES[place](BINARY[coding]).sightings


# A name has 255 bytes at most.
@pytest.mark.parametrize("place", [name for name in PLACES if name != "a DNS name"])
def test_a_large_opaque_value_is_a_reason(place: str) -> None:
    findings = PLACES[place](b"v " + base64.b64encode(noise(600)))
    assert LARGE_VALUE in {each.what for each in findings.unread}


@for_each(place=PLACES)
def test_a_short_one_is_none(place: str) -> None:
    assert not PLACES[place](base64.b64encode(noise(100))).unread


def test_the_place_of_what_a_name_has_is_that_of_its_labels() -> None:
    value = base64.b64encode(PACKED)
    for name in (value, b"\xff" + value):
        (found, *_) = PLACES["a DNS name"](name).sightings
        assert found.place.frame == 1
        assert found.place.offset < 54 + 100
