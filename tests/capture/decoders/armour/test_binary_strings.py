"""Compressed bytes as a string of the characters U+0000 to U+00FF, as JavaScript has a binary string."""

from __future__ import annotations

import gzip
import io
import json
import lzma
import zipfile
import zlib
from typing import TYPE_CHECKING

from capture.decoders.armour.escaped import TEXT
from capture.played import VALUE, outcome, played, seen
from overheard_capture.decoders.armour.finder import has_nothing_encoded
from overheard_capture.decoders.fallback import Fallback
from overheard_capture.decoders.untyped import untyped
from rows import for_each

if TYPE_CHECKING:
    from collections.abc import Callable


def zipped(data: bytes) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("note.txt", data)
    return file.getvalue()


PACKED: dict[str, Callable[[bytes], bytes]] = {
    "gzip": lambda data: gzip.compress(data, mtime=0),
    "zlib": zlib.compress,
    "zlib, fast": lambda data: zlib.compress(data, 0),
    "zlib, best": lambda data: zlib.compress(data, 9),
    "xz": lzma.compress,
    "ZIP": zipped,
}


def code_points(text: str, form: str) -> str:
    return "".join(form.format(ord(each)) for each in text)


WRITTEN: dict[str, Callable[[str], str]] = {
    "JSON": lambda text: json.dumps({"id": 1, "data": text, "more": "x"}, ensure_ascii=False),
    "JSON in ASCII": lambda text: json.dumps({"id": 1, "data": text, "more": "x"}),
    "JSON in capitals": lambda text: f'{{"data": "{code_points(text, chr(92) + "u{:04X}")}"}}',
    "JSON throughout": lambda text: f'{{"data": "{code_points(text, chr(92) + "u{:04x}")}"}}',
    "entities": lambda text: f"<p>{code_points(text, '&#{};')}</p>",
    "entities in hexadecimal": lambda text: f"<p>{code_points(text, '&#x{:x};')}</p>",
    "entities beyond ASCII": lambda text: (
        "<p>"
        + text.replace("&", "&amp;")
        .replace("<", "&lt;")
        .replace(">", "&gt;")
        .encode("ascii", "xmlcharrefreplace")
        .decode()
        + "</p>"
    ),
}
# There the signature is written as it is, which no HTML may have.
LEFT_OUT = {("ZIP", "entities beyond ASCII"), ("zlib, fast", "entities beyond ASCII")}


@for_each(packed=PACKED, written=WRITTEN)
def test_what_is_compressed_is_read(packed: str, written: str) -> None:
    if (packed, written) in LEFT_OUT:
        return
    text = WRITTEN[written](PACKED[packed](TEXT).decode("latin-1")).encode()
    findings = played(untyped, text)
    assert any("binary string" in layers for layers in seen(findings))
    assert not has_nothing_encoded(text)
    for size in (1, 7, 100):
        assert outcome(played(untyped, text, range(0, len(text), size))) == outcome(findings)


@for_each(written=WRITTEN)
def test_the_same_of_other_text_is_silent(written: str) -> None:
    text = WRITTEN[written](zlib.compress(TEXT.replace(VALUE, VALUE.swapcase())).decode("latin-1"))
    assert not played(Fallback, text.encode()).sightings


@for_each(
    text=[
        '{"name": "Max\\u00da", "unit": "x\\u009c", "size": "3x\\u0001"}',
        '{"name": "Maxœ, Felix\u009c", "formula": "f(µ/ý)", "n": "\\u001f\\u008b"}',
        "<p>fax&#156; and x&#218; and &#31;&#139;</p>",
    ]
)
def test_text_with_a_signature_is_text(text: str) -> None:
    findings = played(untyped, (text * 4).encode())
    assert not findings.sightings
    assert not findings.unread
