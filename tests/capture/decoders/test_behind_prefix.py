"""Content behind text in what was written as text."""

from __future__ import annotations

import base64
import zlib
from urllib.parse import quote

import brotli  # type: ignore[import-untyped]  # it publishes no types
import pytest

from capture.played import VALUE, outcome, played, seen
from capture.wrapped import noise
from overheard_capture.decoders.behind_prefix import start_of_content
from overheard_capture.decoders.untyped import untyped

PLAIN = b"".join(b"%d %d, " % (number, number * number) for number in range(40)) + VALUE
PACKED = {"br": brotli.compress(PLAIN), "deflate": zlib.compress(PLAIN)[2:-4], "zlib": zlib.compress(PLAIN)}
PART = b'--cut\r\nContent-Disposition: form-data; name="file"; filename="a.bin"\r\n\r\n'


def in_a_part(data: bytes) -> bytes:
    return b'--cut\r\nContent-Disposition: form-data; name="user"\r\n\r\nalice\r\n' + PART + data + b"\r\n--cut--\r\n"


@pytest.mark.parametrize("packed", PACKED)
@pytest.mark.parametrize("size", [1, 100, 10_000])
@pytest.mark.parametrize("end", [b"note=", b"<a><![CDATA[", b"\0alice\0", b'{"id": 1, "data": "', b"\r\n\r\n"])
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


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"name: just some text, and (nothing) else",
        "Grüße: schöne 'Tage'; alles [gut], <b>ja</b> | größer".encode() * 9,
        noise(600),
        *(b"name=" + noise(90, seed) for seed in range(20)),
    ],
)
def test_other_bytes_have_none(data: bytes) -> None:
    assert start_of_content(data) < 0


def test_that_nothing_is_behind_text_is_no_reason() -> None:
    for seed in range(20):
        findings = played(untyped, b"see " + base64.b64encode(b"the token=" + noise(90, seed)) + b"\n")
        assert not findings.unread
