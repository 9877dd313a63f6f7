"""Values outside bodies: in heads, trailers, chunk extensions, part heads, options and messages."""

from __future__ import annotations

import base64
import bz2
import gzip
import hashlib
import json
import lzma
import urllib.parse
import zlib

import pytest

from capture.played import VALUE, origin_of, outcome, played, seen, some_findings
from capture.wrapped import noise
from overheard.words.layer import Layers
from overheard_capture.content.findings import Findings
from overheard_capture.decoders.registry import body_reader
from overheard_capture.decoders.values import read_values
from overheard_capture.protocols.http1.reader import http1
from overheard_capture.protocols.telnet import telnet
from overheard_capture.protocols.tftp import TftpReader
from rows import for_each

GZIP = base64.b64encode(gzip.compress(b"this is " + VALUE, mtime=0))
SESSION = base64.urlsafe_b64encode(zlib.compress(json.dumps({"user": VALUE.decode(), "seen": [1, 2]}).encode())).rstrip(
    b"="
)
SAML = urllib.parse.quote_plus(base64.b64encode(zlib.compress(b"<a:B>" + VALUE + b"</a:B>")[2:-4])).encode()
ESCAPED = base64.b64encode(b'{"pw": "%b"}' % b"".join(b"\\u%04x" % byte for byte in VALUE))
NTLM = base64.b64encode(b"NTLMSSP\0\3\0\0\0" + noise(16) + VALUE.decode().encode("utf-16-le"))
TOKEN = b"ab12cd34" * 4


def request(target: bytes, *fields: bytes) -> bytes:
    return b"\r\n".join([b"GET %b HTTP/1.1" % target, b"Host: example.net", *fields, b"", b""])


HEADS = {
    "session of Flask": (request(b"/", b"Cookie: a=1; session=." + SESSION + b".ZkR2ew.c2lnbmF0dXJl; b=2"), "zlib"),
    "session of Django": (request(b"/", b"Cookie: sessionid=." + SESSION + b":1rYz2x:c2lnbmF0dXJl"), "zlib"),
    "session of Rails": (request(b"/", b"Cookie: _app_session=" + GZIP.replace(b"=", b"%3D") + b"--" + TOKEN), "gzip"),
    "Set-Cookie": (b"HTTP/1.1 204 No Content\r\nSet-Cookie: s=" + SESSION + b"; Path=/; HttpOnly\r\n\r\n", "zlib"),
    "a segment of the path": (request(b"/api/v1/items/" + SESSION + b"/edit"), "zlib"),
    "a parameter": (request(b"/find?q=1&state=" + SESSION + b"&page=2"), "zlib"),
    "SAML": (request(b"/slo?SAMLRequest=" + SAML + b"&RelayState=x"), "deflate"),
    "SAML in a Location": (b"HTTP/1.1 302 Found\r\nLocation: /slo?SAMLRequest=" + SAML + b"\r\n\r\n", "deflate"),
    "a parameter in a parameter": (
        request(b"/go?to=" + urllib.parse.quote(b"/a?b=" + urllib.parse.quote(GZIP).encode(), safe="").encode()),
        "gzip",
    ),
    "a JWT": (request(b"/", b"Authorization: Bearer eyJhbGciOiJIUzI1NiJ9." + ESCAPED + b".c2ln"), "base64"),
    "NTLM": (request(b"/", b"Authorization: Negotiate " + NTLM), "base64"),
    "a folded field": (request(b"/", b"X-Data: " + GZIP[:40] + b"\r\n " + GZIP[40:]), "gzip"),
    "a data URL": (request(b"/", b"Referer: data:application/gzip;base64," + GZIP), "gzip"),
    "a chunk extension": (
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2;sig=" + GZIP + b"\r\nhi\r\n0\r\n\r\n",
        "gzip",
    ),
    "a trailer": (
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\nX-Sum: " + GZIP + b"\r\n\r\n",
        "gzip",
    ),
}


@for_each(name=HEADS)
def test_a_value_in_a_head_is_unwrapped(name: str) -> None:
    data, layer = HEADS[name]
    findings = played(http1, data)
    assert any(layer in layers and "base64" in layers for layers in seen(findings))
    assert not findings.unread
    for size in (1, 50, 111):
        assert outcome(played(http1, data, range(0, len(data), size))) == outcome(findings)


LOOK_ALIKES = {
    "a session without the secret": request(
        b"/", b"Cookie: session=." + base64.urlsafe_b64encode(zlib.compress(b"x" * 99))
    ),
    "a random token": request(b"/", b"Authorization: Bearer " + base64.b64encode(noise(90))),
    "a damaged session": request(b"/", b"Cookie: session=" + SESSION[:20] + b"A" + SESSION[21:]),
    "a digest": request(b"/", b"Digest: sha-256=" + base64.b64encode(hashlib.sha256(VALUE).digest())),
    "a long path": request(b"/assets/stylesheets/application/ComponentsOfThePage2024/main.css"),
}


@pytest.mark.parametrize("name", LOOK_ALIKES)
def test_what_only_resembles_a_value_is_no_finding(name: str) -> None:
    findings = played(http1, LOOK_ALIKES[name])
    assert not findings.sightings
    assert not findings.unread


def test_a_value_in_the_head_of_a_part_is_unwrapped() -> None:
    body = b'--x\r\nContent-Disposition: form-data; name="a"; filename="' + GZIP + b'"\r\n\r\nhi\r\n--x--\r\n'
    findings = played(body_reader(b"multipart/form-data; boundary=x"), body)
    assert seen(findings) == {("multipart", "base64", "gzip")}
    assert not findings.unread


@pytest.mark.parametrize(
    ("packed", "layer"),
    [
        (zlib.compress(VALUE), "zlib"),
        (bz2.compress(VALUE), "bzip2"),
        (lzma.compress(VALUE, format=lzma.FORMAT_ALONE), "LZMA"),
    ],
)
@pytest.mark.parametrize("at", [9, 35, 200])
def test_what_is_compressed_anywhere_in_a_binary_value_is_unwrapped(packed: bytes, layer: str, at: int) -> None:
    findings = some_findings()
    value = noise(at) + packed + noise(40)
    read_values(findings, (), value, origin_of(len(value)))
    assert {layers[0].lower() for layers in seen(findings)} == {layer.lower()}


def test_random_values_hold_nothing_compressed() -> None:
    findings = some_findings()
    for seed in range(2000):
        value = noise(400, seed) + b"\x78\x9c" + noise(100, seed + 1)
        read_values(findings, (), value, origin_of(len(value)))
    assert not findings.sightings
    assert not findings.unread


OPTIONS = {
    "text": b"\x18\0" + GZIP,
    "gzip": b"\x27\0\0" + gzip.compress(VALUE),
    "zlib": b"\xc9" + zlib.compress(VALUE),
    "zlib after a command": b"\x27\0" + zlib.compress(VALUE),
    "with a doubled 255": b"\x27\0\xff" + gzip.compress(VALUE),
}


@pytest.mark.parametrize("name", OPTIONS)
def test_what_is_said_of_an_option_of_telnet_is_unwrapped(name: str) -> None:
    data = b"login: \xff\xfa" + OPTIONS[name].replace(b"\xff", b"\xff\xff") + b"\xff\xf0 more"
    findings = played(telnet, data)
    assert any("gzip" in layers or "zlib" in layers for layers in seen(findings))
    assert not findings.unread
    for size in (1, 3, 20):
        assert outcome(played(telnet, data, range(0, len(data), size))) == outcome(findings)


@pytest.mark.parametrize("option", [b"\x1f\0\x50\0\x18", b"\x18\0xterm-256color", b"\x20\x0038400,38400"])
def test_ordinary_options_of_telnet_are_no_finding(option: bytes) -> None:
    findings = played(telnet, b"\xff\xfa" + option + b"\xff\xf0login: ")
    assert not findings.unread
    assert not findings.sightings


@pytest.mark.parametrize(
    "datagram", [b"\0\1" + GZIP + b"\0octet\0", b"\0\6blksize\0" + GZIP + b"\0", b"\0\5\0\0no " + GZIP + b"\0"]
)
def test_texts_of_tftp_are_unwrapped(datagram: bytes) -> None:
    findings = some_findings()
    assert TftpReader(findings).datagram(datagram, origin_of(len(datagram)))
    assert seen(findings) == {("TFTP", "base64", "gzip")}


def test_layers_of_values_are_those_of_the_message() -> None:
    def inside(findings: Findings, layers: Layers) -> object:
        return http1(findings, (*layers,))

    assert seen(played(inside, HEADS["SAML"][0])) == {("base64", "deflate")}  # type: ignore[arg-type]
