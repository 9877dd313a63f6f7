"""Bytes that are written as text: in other bases, and escaped in other text."""

from __future__ import annotations

import base64
import html
import json
import lzma
import re
from functools import partial
from typing import TYPE_CHECKING
from urllib.parse import quote, quote_plus

from capture.decoders.armour.lined import uuencoded
from capture.encoders import FLICKR, base58, z85
from capture.lz_string import lz_string
from corpus.case import FLUFFY, Case, harmless, leak
from corpus.packed import brotli, deflate, gz, page, zlibbed
from corpus.programs import web

if TYPE_CHECKING:
    from collections.abc import Callable

    from corpus.scene import Scene

    Write = Callable[[bytes], bytes]


def written(said: str, write: Write, coding: Write, scene: Scene) -> bytes:
    """A text with a page in it: its bytes under a coding, written as text."""
    body = write(coding(page(said, lines=6)))
    web.get(scene, web.Answer(b"Here it is: " + body + b" and no more.\n", {"Content-Type": "text/plain"}))
    return body


def alone(data: bytes) -> bytes:
    return data


def lzma_alone(data: bytes) -> bytes:
    return lzma.compress(data, lzma.FORMAT_ALONE)


def words(data: bytes) -> bytes:
    """As hexdump prints it: words, with the least significant byte first."""
    padded = data + bytes(len(data) % 2)
    rows = []
    for at in range(0, len(padded), 16):
        row = padded[at : at + 16]
        rows.append(f"{at:07x} " + " ".join(row[each : each + 2][::-1].hex() for each in range(0, len(row), 2)))
    return "\n".join((*rows, f"{len(data):07x}", "")).encode()


def octal(data: bytes) -> bytes:
    """As `od -b` prints it."""
    rows = (f"{at:07o} " + " ".join(f"{byte:03o}" for byte in data[at : at + 16]) for at in range(0, len(data), 16))
    return "\n".join((*rows, f"{len(data):07o}", "")).encode()


def shown(data: bytes) -> bytes:
    """As `od -c` prints it."""
    names = {10: "  \\n", 13: "  \\r"}
    cells = [names.get(byte) or (f"   {chr(byte)}" if 32 <= byte < 127 else f" {byte:03o}") for byte in data]
    rows = (f"{at:07o}{''.join(cells[at : at + 16])}" for at in range(0, len(data), 16))
    return "\n".join((*rows, f"{len(data):07o}", "")).encode()


def in_a_link(data: bytes) -> bytes:
    """As a mail gateway rewrites a link (Proofpoint)."""
    url = quote(f"https://a.example/?w={data.decode()}", safe="/").replace("_", "-5F").replace("%", "-")
    return b"https://urldefense.proofpoint.com/v2/url?u=" + url.replace("/", "_").encode() + b"&d=DwMF"


def protected(data: bytes) -> bytes:
    """As Cloudflare writes a mail address."""
    return b'<a data-cfemail="%b">x</a>' % bytes([90, *(byte ^ 90 for byte in data)]).hex().encode()


def in_json(data: bytes) -> bytes:
    return json.dumps({"file": uuencoded(data).decode(), "id": 7}).encode()


def in_json_twice(data: bytes) -> bytes:
    return json.dumps(in_json(data).decode()).encode()


def in_html(data: bytes) -> bytes:
    return b"<pre>" + html.escape(base64.a85encode(data, adobe=True, wrapcol=72).decode()).encode() + b"</pre>"


def in_form(data: bytes) -> bytes:
    return b"\na=1&file=" + quote_plus(uuencoded(data)).encode() + b"&b=2"


def quoted(data: bytes) -> bytes:
    return b"\n" + re.sub(rb"^", b"> ", uuencoded(data), flags=re.MULTILINE)


def in_msgpack(data: bytes) -> bytes:
    """A map of a name and compressed bytes, as MessagePack writes it, in base64."""
    return base64.b64encode(b"\x82\xa4user\xa5alice\xa4note\xc5" + len(data).to_bytes(2) + data)


def dump_quoted_in_json(data: bytes) -> bytes:
    rows = (data[at : at + 16] for at in range(0, len(data), 16))
    dump = "".join(f"> {16 * at:08x}: {row.hex(' ', -2):39}  {'.' * len(row)}\n" for at, row in enumerate(rows))
    return json.dumps({"note": f"They wrote:\n{dump}\nI agree."}).encode()


def in_ranges(said: str, scene: Scene) -> bytes:
    """A compressed page, fetched in two ranges, the second one first."""
    whole = gz(page(said))
    answers = []
    for first, end in ((100, len(whole)), (0, 100)):
        head = f"HTTP/1.1 206 Partial Content\r\nContent-Range: bytes {first}-{end - 1}/{len(whole)}\r\n"
        answers.append(f"{head}Content-Length: {end - first}\r\n\r\n".encode() + whole[first:end])
    web.serve_as_is(scene, *answers)
    scene.curl("--range", "100-", scene.url(), "--next", "-s", "--range", "0-99", scene.url())
    return whole[100:]


_WRITTEN: tuple[tuple[str, Write, Write, tuple[str, ...]], ...] = (
    ("base58-gzip", base58, gz, ("base58", "gzip")),
    ("base58-flickr", partial(base58, alphabet=FLICKR), alone, ("base58",)),
    ("base85-deflate", base64.b85encode, deflate, ("base85", "deflate")),
    ("z85-zlib", z85, zlibbed, ("base85", "zlib")),
    ("z85", z85, alone, ("base85",)),
    ("ascii85-without-marks", base64.a85encode, gz, ("base85", "gzip")),
    ("base64-lz-string", lambda data: base64.b64encode(lz_string(data.decode())), alone, ("base64", "lz-string")),
    ("base64-brotli", base64.b64encode, brotli, ("base64", "br")),
    ("hex-lzma", base64.b16encode, lzma_alone, ("hexadecimal", "lzma")),
    ("uuencode-in-json", in_json, gz, ("string escapes", "uuencode", "gzip")),
    ("uuencode-in-json-twice", in_json_twice, gz, ("string escapes", "string escapes", "uuencode", "gzip")),
    ("ascii85-in-html", in_html, gz, ("HTML entities", "base85", "gzip")),
    ("uuencode-in-a-form", in_form, gz, ("percent-encoded", "uuencode", "gzip")),
    ("hexdump", words, alone, ("hex dump",)),
    ("hexdump-gzip", words, gz, ("hex dump", "gzip")),
    ("od-octal", octal, gz, ("octal dump", "gzip")),
    ("od-characters", shown, alone, ("character dump",)),
    ("link-rewritten", in_a_link, alone, ("URL Defense",)),
    ("address-protected", protected, alone, ("Cloudflare address",)),
    ("uuencode-quoted", quoted, gz, ("quoted text", "uuencode", "gzip")),
    ("msgpack-deflate", in_msgpack, deflate, ("base64", "deflate")),
    ("dump-quoted-in-json", dump_quoted_in_json, gz, ("string escapes", "prefixed lines", "hex dump", "gzip")),
)

CASES: list[Case] = [
    *(leak(name, partial(written, FLUFFY, write, coding), *layers) for name, write, coding, layers in _WRITTEN),
    leak("ranges-gzip", partial(in_ranges, FLUFFY), "byte ranges", "gzip"),
    *(
        harmless(f"{name}-other-word", partial(written, "fluffy nail", write, coding))
        for name, write, coding, _ in _WRITTEN[1::3]
    ),
    harmless("ranges-other-word", partial(in_ranges, "flufty tail")),
]
