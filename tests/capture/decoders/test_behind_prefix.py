"""Content behind text in what was written as text."""

from __future__ import annotations

import base64
import gzip
import zlib
from typing import TYPE_CHECKING
from urllib.parse import quote

import brotli  # type: ignore[import-untyped]  # it publishes no types
import cramjam
import lz4.block  # type: ignore[import-untyped]  # it publishes no types
import pytest

from capture.encoders import z85
from capture.played import VALUE, outcome, played, seen, some_findings
from capture.wrapped import noise, words
from overheard_capture.decoders.behind_prefix import start_behind_length, start_of_content
from overheard_capture.decoders.untyped import untyped
from rows import for_each

if TYPE_CHECKING:
    from collections.abc import Callable

PLAIN = b"".join(b"%d %d, " % (number, number * number) for number in range(40)) + VALUE
PACKED = {"br": brotli.compress(PLAIN), "deflate": zlib.compress(PLAIN)[2:-4], "zlib": zlib.compress(PLAIN)}


def snappy(data: bytes) -> bytes:
    return bytes(cramjam.snappy.compress_raw(data))


PART = b'--cut\r\nContent-Disposition: form-data; name="file"; filename="a.bin"\r\n\r\n'


def in_a_part(data: bytes) -> bytes:
    return b'--cut\r\nContent-Disposition: form-data; name="user"\r\n\r\nalice\r\n' + PART + data + b"\r\n--cut--\r\n"


@for_each(
    packed=PACKED,
    size=[1, 100, 10_000],
    end=[b"note=", b"<a><![CDATA[", b"\0alice\0", b'{"id": 1, "data": "', b"\r\n\r\n"],
)
def test_it_is_read_behind_text(packed: str, size: int, end: bytes) -> None:
    text = b"see " + base64.b64encode(PART + end + PACKED[packed] + b'"]]></a>') + b"\n"
    findings = played(untyped, text, range(0, len(text), size))
    assert ("base64", packed) in seen(findings)
    assert outcome(findings) == outcome(played(untyped, text))


@pytest.mark.parametrize("packed", PACKED)
def test_it_is_read_in_a_part_of_a_form(packed: str) -> None:
    form = in_a_part(PACKED[packed])
    assert ("base64", packed) in seen(played(untyped, base64.b64encode(form)))
    assert ("percent-encoded", packed) in seen(played(untyped, quote(form, safe="").encode()))


@for_each(
    pack=[brotli.compress, lambda data: zlib.compress(data)[2:-4], snappy, lz4.block.compress],
    charset=["utf-8", "cp273", "cp1140", "utf-16-le", "koi8-r"],
    write=[base64.b64encode, base64.b32encode, z85, lambda data: data.hex().encode()],
    part=["", "Content-Type: application/octet-stream\r\n"],
)
def test_whatever_is_compressed_is_read_in_a_part_of_a_form(
    pack: Callable[[bytes], bytes], charset: str, write: Callable[[bytes], bytes], part: str
) -> None:
    """Nothing but the boundary behind it shows where it ends."""
    form = in_a_part(pack("Where is the fluffy tail 4711? It is here.".encode(charset)))
    form = form.replace(b'"a.bin"\r\n', b'"a.bin"\r\n' + part.encode())
    text = b"note=" + write(form)
    findings = played(untyped, text, findings=some_findings(value=b"fluffy tail 4711"))
    assert findings.sightings
    again = some_findings(value=b"fluffy tail 4711")
    assert outcome(played(untyped, text, range(0, len(text), 7), findings=again)) == outcome(findings)


def test_random_bytes_in_a_part_of_a_form_are_an_opaque_value() -> None:
    """As a signature is."""
    for data in (noise(64), b"", b"\r\n--cut", noise(32) + b"\r\n\r\n" + noise(32)):
        findings = played(untyped, base64.b64encode(in_a_part(data)))
        assert not findings.sightings
        assert not findings.unread


def varint(size: int) -> bytes:
    return (bytes([size & 127 | 128]) if size > 127 else b"") + bytes([size >> 7 if size > 127 else size])


def in_msgpack(data: bytes) -> bytes:
    return b"\x82\xa4user\xa5alice\xa4note\xc5" + len(data).to_bytes(2) + data


def in_cbor(data: bytes) -> bytes:
    return b"\xa2\x64user\x65alice\x64note" + (b"\x59\0" if len(data) < 256 else b"\x59") + in_ber(data)


def in_ber(data: bytes) -> bytes:
    return (len(data).to_bytes(1) if len(data) < 256 else len(data).to_bytes(2)) + data


def in_protobuf(data: bytes) -> bytes:
    return b"\x08\x96\x01\x12\x05alice\x1a" + varint(len(data)) + data


def in_bson(data: bytes) -> bytes:
    return b"\x16\0\0\0\x02user\0\x06\0\0\0alice\0\x02note\0" + len(data).to_bytes(4, "little") + data


def in_rust(data: bytes) -> bytes:
    """As bincode has a vector."""
    return b"\x01\x80\xff" + len(data).to_bytes(8, "little") + data


def test_compressed_data_behind_its_length_may_be_compressed_again() -> None:
    data = len(VALUE).to_bytes(4, "little") + gzip.compress(VALUE, mtime=0)
    form = in_a_part(zlib.compress(data, wbits=-15))
    assert ("base64", "deflate", "gzip") in seen(played(untyped, base64.b64encode(form)))


MESSAGES = [in_msgpack, in_cbor, in_protobuf, in_bson, in_rust, lambda data: in_protobuf(in_msgpack(data))]


@for_each(message=MESSAGES, packed=PACKED, more=[0, 600])
def test_it_is_read_behind_its_length(message: Callable[[bytes], bytes], packed: str, more: int) -> None:
    """Also if it is short; and so in any coding."""
    plain = words(more, 3) + VALUE
    data = message(
        {"br": brotli.compress, "deflate": lambda text: zlib.compress(text)[2:-4]}.get(packed, zlib.compress)(plain)
    )
    for code, text in (
        ("base64", base64.b64encode(data)),
        ("hexadecimal", data.hex().encode()),
        ("percent-encoded", b"".join(b"%%%02X" % byte for byte in data)),
    ):
        findings = played(untyped, b"see " + text + b"\n")
        assert (code, packed) in seen(findings)
        assert outcome(played(untyped, b"see " + text + b"\n", range(0, 2000, 31))) == outcome(findings)


@for_each(write=[base64.b85encode, base64.b32encode, base64.b64encode, bytes.hex], blanks=range(9))
def test_a_length_that_looks_like_text_is_no_part_of_it(write: Callable[[bytes], bytes | str], blanks: int) -> None:
    text = write(("see " + " " * blanks + VALUE.decode()).encode("utf-16-be"))
    data = in_msgpack(text if isinstance(text, bytes) else text.encode())
    assert seen(played(untyped, base64.b32encode(data)))


@for_each(message=MESSAGES, packed=PACKED, padding=range(1, 4))
def test_zeros_may_follow_what_is_behind_its_length(
    message: Callable[[bytes], bytes], packed: str, padding: int
) -> None:
    """As Z85 fills its last group. More of them are no padding."""
    data = message(PACKED[packed]) + bytes(padding)
    for text in (base64.b64encode(data), data.hex().encode(), base64.b32encode(data)):
        assert any(packed in layers for layers in seen(played(untyped, b"see " + text + b"\n")))
    assert start_behind_length(data) >= 0
    assert start_behind_length(data + bytes(4)) < 0


def test_it_is_read_in_chunks() -> None:
    """As the clients of object stores send it, if that is written as text."""
    data = PACKED["deflate"]
    chunks = b"".join(
        b"%x;chunk-signature=ab\r\n%s\r\n" % (len(data[at : at + 50]), data[at : at + 50])
        for at in range(0, len(data), 50)
    )
    assert any("deflate" in layers for layers in seen(played(untyped, base64.b64encode(chunks + b"0\r\n\r\n"))))


def test_other_bytes_have_none_behind_a_length() -> None:
    """Not even where a byte is that of what follows, as of one in four: that must also be content."""
    for seed in range(200):
        data = noise(30 + seed % 90, seed)
        at = 1 + seed % 16
        for padding in (b"", b"\0\0"):
            assert start_behind_length(data[: at - 1] + bytes([len(data) - at]) + data[at:] + padding) < 0
    assert start_behind_length(b"") < 0


@for_each(
    data=[
        b"",
        b"name: just some text, and (nothing) else",
        "Grüße: schöne 'Tage'; alles [gut], <b>ja</b> | größer".encode() * 9,
        noise(600),
        *(b"name=" + noise(90, seed) for seed in range(20)),
    ]
)
def test_other_bytes_have_none(data: bytes) -> None:
    assert start_of_content(data) < 0


def test_that_nothing_is_behind_text_is_no_reason() -> None:
    for seed in range(20):
        findings = played(untyped, b"see " + base64.b64encode(b"the token=" + noise(90, seed)) + b"\n")
        assert not findings.unread
