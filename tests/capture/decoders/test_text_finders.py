"""What is in a whole text is found, although the finders that find nothing in it are left out."""

from __future__ import annotations

import base64
import binascii
import quopri
import re

import pytest

from capture.played import VALUE, origin_of, played, seen, sightings, some_findings
from overheard_capture.content.nesting import Unwrapping
from overheard_capture.decoders import text_finders
from overheard_capture.decoders.armour.finder import SIGNS
from overheard_capture.decoders.text_finders import (
    LINE_MARKS,
    SIGNS_OF_MARKS,
    TextFinders,
    has_nothing_to_find,
)
from overheard_capture.decoders.untyped import armoured, untyped
from rows import for_each

TEXT = b"this is " + VALUE + b", more or less, as everybody knows"
HALF = len(TEXT) // 2
BASE64 = base64.b64encode(TEXT)
# For each finder, a text in which it finds something.
HELD = {
    "base64": BASE64,
    "hexadecimal": TEXT.hex().encode(),
    "base85": base64.b85encode(TEXT),
    "base64 in lines of comments": re.sub(rb"(.{24})", rb"// \1\n", base64.b64encode(2 * TEXT)),
    "quoted-printable": b"a=3Db " + quopri.encodestring(TEXT).replace(b"tail", b"ta=\nil"),
    "strings of JSON": b'{"a": "' + BASE64 + b'"}',
    "uuencode": b"begin 644 tail.txt\n" + binascii.b2a_uu(TEXT[:45]) + binascii.b2a_uu(TEXT[45:]) + b"`\nend\n",
    "escapes": b"".join(b"\\x%02x" % byte for byte in BASE64),
    "an encoded word": b"=?utf-8?b?" + BASE64 + b"?=",
    "markup": b"<p>this is " + VALUE.replace(b"tail", b"<b>ta</b>il") + b"</p>",
    "a response": b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n\r\n" + BASE64,
    "signed chunks": b"".join(
        b"%x;chunk-signature=%064x\r\n%b\r\n" % (len(part), number, part)
        for number, part in enumerate((TEXT[:HALF], TEXT[HALF:], b""))
    ),
}


def found_in(text: bytes, whole: bytes) -> list[tuple[object, ...]]:
    findings = some_findings()
    finders = TextFinders(Unwrapping(findings, (), armoured), untyped, framed=False, whole=whole)
    finders.feed(text, origin_of(len(text)))
    finders.close()
    return sightings(findings)


@for_each(held=HELD)
def test_the_same_is_found_if_the_whole_text_is_known(held: str) -> None:
    text = HELD[held]
    assert found_in(text, text) == found_in(text, b"") != []


def test_a_short_text_may_be_a_response() -> None:
    chunks = b"".join(b"%x\r\n%b\r\n" % (len(part), part) for part in (TEXT[:14], TEXT[14:], b""))
    text = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + chunks
    assert seen(played(armoured, text)) == {("embedded HTTP", "chunked")}
    assert not seen(played(armoured, text.replace(b"HTTP", b"FTTP")))


def test_short_text_without_a_byte_of_any_mark_has_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    marks = {*LINE_MARKS.texts, *SIGNS.texts, b"<", b"{\\rtf", b"HTTP/1.", b"=", b"\n"}
    assert not [mark for mark in marks if not {*mark} & {*SIGNS_OF_MARKS}]
    texts = [
        before + mark + after for mark in marks for before in (b"", b"a", b"<b>") for after in (b"", b"1", b" x\n")
    ]
    fast = [has_nothing_to_find(text) for text in texts]
    assert 50 < sum(fast) < len(texts) - 50
    monkeypatch.setattr(text_finders, "SHORTEST_WITH_RUN", 0)
    assert fast == [has_nothing_to_find(text) for text in texts]
