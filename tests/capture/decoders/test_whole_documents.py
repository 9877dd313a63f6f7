"""PDF, PNG and OpenPGP: what anybody can decode of them is read, alone and under base64; the rest is opaque."""

from __future__ import annotations

import base64
import bz2
import gzip
import random
import subprocess
import zlib
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from capture.played import VALUE, played, seen
from overheard_capture.content.findings import Findings
from overheard_capture.decoders.untyped import untyped
from rows import for_each

if TYPE_CHECKING:
    from collections.abc import Iterator

RANDOM = random.Random(11)  # noqa: S311 - the same in each run
NOISE = RANDOM.randbytes(300)


def read(data: bytes, size: int = 1 << 20) -> Findings:
    return played(untyped, data, range(0, len(data), size))


def pdf(*streams: tuple[bytes, bytes], head: bytes = b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n") -> bytes:
    objects = (
        b"%d 0 obj\n<< %b /Length %d >>\nstream\n%b\nendstream\nendobj\n" % (number, entries, len(body), body)
        for number, (entries, body) in enumerate(streams, start=1)
    )
    return head + b"".join(objects) + b"trailer\n<< /Size 3 /Root 1 0 R >>\n%%EOF\n"


def chunk(kind: bytes, body: bytes) -> bytes:
    return len(body).to_bytes(4, "big") + kind + body + zlib.crc32(kind + body).to_bytes(4, "big")


def png(*chunks: bytes) -> bytes:
    head = chunk(b"IHDR", b"\0\0\0\x08\0\0\0\x08\x08\2\0\0\0")
    return b"\x89PNG\r\n\x1a\n" + head + b"".join(chunks) + chunk(b"IEND", b"")


def literal(content: bytes) -> bytes:
    body = b"t\0" + bytes(4) + content
    return bytes([0xCB, len(body)]) + body


def raw_deflate(data: bytes) -> bytes:
    return zlib.compress(data, wbits=-15)


ZIPPED = b"\1" + raw_deflate(literal(VALUE))
FLATE = b"/Filter /FlateDecode"
PAGE = b"BT /F1 12 Tf (%b) Tj ET" % VALUE
HALF = len(VALUE) // 2
KERNED = b"BT [(%b) -20 (%b)] TJ ET" % (VALUE[:HALF], VALUE[HALF:])
SPLIT = b"BT <%b> Tj ET" % VALUE.hex().encode()
LONG = b"BT " + b"(the quick brown fox jumps over the lazy dog) Tj T* " * 20 + PAGE
FOUND = {
    "flate": pdf((FLATE, zlib.compress(PAGE))),
    "flate, without a binary comment": pdf((FLATE, zlib.compress(PAGE)), head=b"%PDF-1.4\n"),
    "ascii85 and flate": pdf(
        (b"/Filter [ /ASCII85Decode /FlateDecode ]", base64.a85encode(zlib.compress(LONG), adobe=True)[2:]),
        head=b"%PDF-1.3\n",
    ),
    "hexadecimal and flate": pdf((b"/Filter [/AHx /Fl]", zlib.compress(PAGE).hex().encode() + b">")),
    "kerned": pdf((FLATE, zlib.compress(KERNED))),
    "kerned, not compressed": pdf((b"", KERNED)),
    "strings in hexadecimal": pdf((FLATE, zlib.compress(SPLIT))),
    "an embedded file": pdf((b"/Type /EmbeddedFile " + FLATE, zlib.compress(gzip.compress(VALUE)))),
    "zTXt": png(chunk(b"zTXt", b"Comment\0\0" + zlib.compress(VALUE))),
    "iTXt": png(chunk(b"iTXt", b"Comment\0\1\0en\0\0" + zlib.compress(VALUE))),
    "iTXt, not compressed": png(chunk(b"iTXt", b"Comment\0\0\0en\0\0" + base64.b64encode(gzip.compress(VALUE)))),
    "tEXt": png(chunk(b"tEXt", b"Comment\0" + base64.b64encode(gzip.compress(VALUE)))),
    "iCCP": png(chunk(b"iCCP", b"profile\0\0" + zlib.compress(VALUE))),
    "behind an image": png() + gzip.compress(VALUE),
    "OpenPGP, ZIP": b"\xa3\1" + raw_deflate(literal(VALUE)),
    "OpenPGP, ZLIB": b"\xa3\2" + zlib.compress(literal(VALUE)),
    "OpenPGP, BZip2": b"\xa3\3" + bz2.compress(literal(VALUE)),
    "OpenPGP, new format": b"\xc8" + bytes([len(ZIPPED)]) + ZIPPED,
    "OpenPGP, gzip inside": b"\xa3\2" + zlib.compress(literal(gzip.compress(VALUE))),
}


@for_each(what=FOUND)
def test_what_anybody_can_decode_is_found(what: str) -> None:
    for size in (1 << 20, 7):
        assert read(FOUND[what], size).sightings
    encoded = read(b'{"content": "' + base64.b64encode(FOUND[what]) + b'"}')
    assert any("base64" in layers for layers in seen(encoded))


@pytest.mark.parametrize(
    "data",
    [
        pdf((FLATE, zlib.compress(NOISE))),
        pdf((b"/Filter /DCTDecode", NOISE)),
        pdf((b"/Filter 9 0 R", NOISE)),
        pdf((FLATE, zlib.compress(b"BT <00120013> Tj ET"))),
        pdf((b"", b"BT (a) Tj ET")).replace(b"/Size", b"/Encrypt 7 0 R /Size"),
        png(chunk(b"prVt", NOISE)),
    ],
)
def test_what_cannot_be_decoded_is_opaque(data: bytes) -> None:
    assert read(data).unread


@pytest.mark.parametrize(
    "data",
    [
        pdf((FLATE, zlib.compress(b"BT (hello) Tj ET")), (b"/Type /XRef /W [1 2 1] " + FLATE, zlib.compress(NOISE))),
        png(chunk(b"tEXt", b"Software\0a program"), chunk(b"pHYs", bytes(9)), chunk(b"tIME", bytes(7))),
        b"%PDF-1.4 is how a PDF begins, and this is a text about it",
        b"%PDF-1.4",
        b"\xa3\2" + zlib.compress(literal(b"hello")),
    ],
)
def test_ordinary_documents_are_read(data: bytes) -> None:
    findings = read(data)
    assert (findings.unread, findings.sightings) == ({}, [])


def test_truncated_documents_raise_nothing() -> None:
    for data in FOUND.values():
        for length in range(0, len(data), 5):
            read(data[:length])


@pytest.fixture
def gpg(tmp_path: Path) -> Iterator[list[str]]:
    """GnuPG with a key, and without its agent afterwards."""
    home = ["--homedir", str(tmp_path)]
    command = ["gpg", *home, "--batch", "--yes", "--passphrase", "", "--pinentry-mode", "loopback"]
    try:
        subprocess.run([*command, "--quick-gen-key", "a@b.test", "ed25519"], check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError) as problem:
        pytest.skip(f"gpg cannot be used here: {problem}")
    yield command
    subprocess.run(["gpgconf", *home, "--kill", "gpg-agent"], check=True)


def test_a_message_signed_by_gnupg(gpg: list[str]) -> None:
    text = VALUE + b" and some words around it, so that it is worth compressing: words, words, words\n"
    for options in (["--sign"], ["--store"], ["--sign", "--armor"], ["--sign", "--compress-algo", "bzip2"]):
        signed = subprocess.run([*gpg, *options], input=text, check=True, capture_output=True).stdout
        assert read(signed).sightings, options
