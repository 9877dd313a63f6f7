"""Codings in strings of JSON, JavaScript and SQL, in HTML, URLs and quoted mail, also in several of them at once."""

from __future__ import annotations

import base64
import gzip
import html
import itertools
import json
import re
import urllib.parse
from typing import TYPE_CHECKING

import pytest

from capture.decoders.armour.lined import patch, uuencoded, yenc
from capture.played import VALUE, outcome, played, seen
from overheard_capture.decoders.armour.finder import has_nothing_encoded
from overheard_capture.decoders.fallback import Fallback
from overheard_capture.decoders.untyped import untyped

if TYPE_CHECKING:
    from collections.abc import Callable

    Write = Callable[[bytes], bytes]

TEXT = b"""this is "it": """ + VALUE + b""" & more's <less>\n""" * 4
PACKED = gzip.compress(TEXT, mtime=0)


def in_json(text: bytes) -> bytes:
    return json.dumps({"id": 1, "text": text.decode(), "more": "x"}).encode()


def in_json_for_html(text: bytes) -> bytes:
    """As Go and Rails write it."""
    out = json.dumps(text.decode())
    return out.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026").encode()


def all_escaped(text: bytes) -> bytes:
    return b'"' + "".join(f"\\u{ord(each):04x}" for each in text.decode()).encode() + b'"'


def in_html(text: bytes) -> bytes:
    return b"<pre>" + html.escape(text.decode()).encode() + b"</pre>"


def all_entities(text: bytes) -> bytes:
    return b"<p>" + b"".join(b"&#%d;" % byte for byte in text) + b"</p>"


def in_url(text: bytes) -> bytes:
    return b"/a?text=" + urllib.parse.quote(text, safe="").encode() + b"&b=1"


def in_form(text: bytes) -> bytes:
    return b"a=1&text=" + urllib.parse.quote_plus(text).encode() + b"&b=2"


def in_sql(text: bytes) -> bytes:
    return b"INSERT INTO t VALUES (1, '" + text.replace(b"'", b"''") + b"');"


def in_mysql(text: bytes) -> bytes:
    for plain, escaped in ((b"\\", b"\\\\"), (b"'", b"\\'"), (b'"', b'\\"'), (b"\n", b"\\n"), (b"\r", b"\\r")):
        text = text.replace(plain, escaped)
    return b"INSERT INTO t VALUES (1, '" + text + b"');"


def in_csv(text: bytes) -> bytes:
    return b'1,"' + text.replace(b'"', b'""') + b'",2\r\n'


def quoted(text: bytes) -> bytes:
    return b"They wrote:\n" + re.sub(rb"^", b"> ", text, flags=re.MULTILINE) + b"\nNo.\n"


ESCAPED: dict[str, Write] = {
    "JSON": in_json,
    "JSON in HTML": in_json_for_html,
    "all escaped": all_escaped,
    "HTML": in_html,
    "all entities": all_entities,
    "a URL": in_url,
    "a form": in_form,
    "SQL": in_sql,
    "MySQL": in_mysql,
    "CSV": in_csv,
    "quoted mail": quoted,
}
CODED: dict[str, Write] = {
    "uuencode": uuencoded,
    "a patch": patch,
    "Ascii85": lambda data: base64.a85encode(data, adobe=True, wrapcol=72),
    "PEM": lambda data: b"-----BEGIN X-----\n" + base64.encodebytes(data) + b"-----END X-----\n",
}
LAYERS = {"uuencode", "base85", "base64"}


@pytest.mark.parametrize("content", [TEXT, PACKED], ids=["text", "gzip"])
@pytest.mark.parametrize("how", ESCAPED)
@pytest.mark.parametrize("coding", CODED)
def test_escaped_armour_is_read(coding: str, how: str, content: bytes) -> None:
    text = b"Here it is:\n" + ESCAPED[how](CODED[coding](content)) + b"\nand that is all.\n"
    findings = played(untyped, text)
    assert any(LAYERS & {*layers} for layers in seen(findings))
    assert not findings.unread
    assert not has_nothing_encoded(text)
    for size in (3, 100):
        assert outcome(played(untyped, text, range(0, len(text), size))) == outcome(findings)


@pytest.mark.parametrize("how", list(itertools.permutations(ESCAPED, 2)), ids=" in ".join)
def test_escapes_may_be_escaped_again(how: tuple[str, str]) -> None:
    inner, outer = how
    text = ESCAPED[outer](ESCAPED[inner](uuencoded(PACKED)))
    assert any("uuencode" in layers for layers in seen(played(Fallback, b"HELLO\r\n" + text + b"\r\n")))


@pytest.mark.parametrize("how", list(itertools.permutations(list(ESCAPED)[:-1], 2)), ids=" in ".join)
def test_text_that_is_escaped_throughout_is_read_in_any_other(how: tuple[str, str]) -> None:
    inner, outer = how
    text = ESCAPED[outer](ESCAPED[inner](b"They say that " + VALUE + b" is it."))
    assert played(Fallback, b"HELLO\r\n" + text + b"\r\n").sightings


@pytest.mark.parametrize("how", ["JSON", "JSON in HTML", "all escaped", "a URL", "a form"])
@pytest.mark.parametrize("wide", ["utf-16-le", "utf-16-be"])
def test_utf_16_that_is_escaped_is_read(how: str, wide: str) -> None:
    """As a program writes it that takes its bytes for text."""
    text = ("They say that " + VALUE.decode() + " is it.").encode(wide)
    for each in (text, all_entities(b"They say that " + VALUE).decode().encode(wide)):
        assert played(Fallback, b"HELLO\r\n" + ESCAPED[how](each) + b"\r\n").sightings


def test_yenc_in_base64_is_read() -> None:
    assert ("base64", "yEnc", "gzip") in seen(played(untyped, b"see: " + base64.b64encode(yenc(PACKED)) + b" now"))


@pytest.mark.parametrize("how", ["a URL", "a form"])
def test_yenc_in_a_url_is_read(how: str) -> None:
    assert ("percent-encoded", "yEnc", "gzip") in seen(played(untyped, ESCAPED[how](yenc(PACKED))))


LOOK_ALIKES = {
    "JSON": json.dumps([{"text": "let us\nbegin 6 times\n", "shell": "sort <~/x\n", "tag": "\u003cb\u003e"}] * 50),
    "HTML": "<p>It&#39;s &lt;b&gt; &amp; &#8217;x&#8217; &lt;~</p>\n" * 50,
    "other letters": json.dumps("\u0441\u043b\u043e\u0432\u0430 " * 100) + html.escape("\u0441") * 9,
    "a link": "<a href='/x?to=https%3A%2F%2Fexample.com%2Fa%20b%2Bc&amp;y=%E2%82%AC'>x</a>\n" * 50,
    "quoted mail": "> > begin with this\n> >= that\n> <~ or that\n" * 50,
    "broken escapes": "begin 644 x\\n\\\\\\" * 200 + "\\u00" * 100 + "&#65" * 50,
}


@pytest.mark.parametrize("name", LOOK_ALIKES)
def test_what_only_resembles_it_is_no_finding(name: str) -> None:
    findings = played(untyped, LOOK_ALIKES[name].encode())
    assert not findings.sightings
    assert not findings.unread


def test_hostile_escapes_take_no_quadratic_time() -> None:
    for text in (b"\\" * 200_000, b"%25" * 60_000, b"begin 644 x\\n" * 20_000, b"&amp;" * 50_000, b"<~''" * 50_000):
        assert not played(untyped, text).sightings
