"""base58 and base85 without marks, in text."""

from __future__ import annotations

import base64
import gzip
import hashlib
import html
import json
import lzma
import re
import zlib
from typing import TYPE_CHECKING, Literal
from urllib.parse import quote_plus

import brotli  # type: ignore[import-untyped]
import cramjam
import pytest

from capture.encoders import FLICKR, base58, z85
from capture.played import SEARCH, VALUE, outcome, played, seen, sightings, some_findings
from capture.wrapped import noise
from overheard_capture.content.byte_scan import Members
from overheard_capture.decoders.armour.base85 import BASE85_CODINGS
from overheard_capture.decoders.armour.codings import CODINGS
from overheard_capture.decoders.armour.runs import codings_in, find_runs
from overheard_capture.decoders.untyped import untyped
from rows import for_each

if TYPE_CHECKING:
    from collections.abc import Callable

    from overheard_capture.decoders.armour.coding import Coding

    Write = Callable[[bytes], bytes]

TEXT = b"this is " + VALUE + b", more or less"
CYRILLIC = "секретный пароль, " + TEXT.decode()


def flickr(data: bytes) -> bytes:
    return base58(data, FLICKR)


def escaped(text: bytes) -> bytes:
    return html.escape(text.decode()).encode()


def numbered(sign: re.Match[bytes]) -> bytes:
    return b"&#%d;" % ord(sign[0])


def code(sign: re.Match[bytes]) -> bytes:
    """As Go's encoder has it."""
    return b"\\u%04x" % ord(sign[0])


def listed(text: bytes) -> bytes:
    """In an element of XML behind many others."""
    return b"<list>" + b"<a><b>x</b></a>" * 4 + b"<note>" + escaped(text) + b"</note></list>"


def message(text: bytes) -> bytes:
    """As XMPP has it (RFC 6121, 5.2)."""
    return b"<message to='bob@example.org' type='chat'><body>" + text + b"</body></message>"


NOT_IN_MARKUP = re.compile(rb"[&<>]")
WRITTEN: dict[str, Write] = {
    "base58": base58,
    "base58 in a path": lambda data: b"/ipfs/" + base58(data) + b"/index.html",
    "base58 in a diff": lambda data: b"-nothing\n+" + base58(data) + b"\n",
    "base58 in a diff in JSON": lambda data: b'{"diff": "-nothing\\n+' + base58(data) + b'\\n"}',
    "base58 in a diff of a diff": lambda data: b"@@ -1 +1 @@\n-+no\n++" + base58(data) + b"\n",
    "base58 behind a sign in JSON": lambda data: b'{"key": "+' + base58(data) + b'"}',
    "base58 in JSON in a path": lambda data: b"/note/%22" + base58(data) + b"%22",
    "base58 in JSON": lambda data: b'{"data": "' + base58(data) + b'"}',
    "base58 behind a tab in JSON": lambda data: b'{"row": "alice\\t' + base58(data) + b'\\n"}',
    "base58 behind a line end in JSON in JSON": lambda data: b'"{\\"row\\": \\"a\\\\r\\\\n' + base58(data) + b'\\"}"',
    "base58 of Flickr": flickr,
    "base58 of Flickr, in a cookie": lambda data: b"Cookie: a=1; session=" + flickr(data) + b"; b=2",
    "Python's base85": lambda data: b"data=" + base64.b85encode(data),
    "Python's base85 in JSON": lambda data: json.dumps({"data": base64.b85encode(data).decode()}).encode(),
    "Python's base85 in XML": lambda data: b"<d><![CDATA[" + base64.b85encode(data) + b"]]></d>",
    "Python's base85 in lines": lambda data: re.sub(rb"(.{75})", rb"\1\n", base64.b85encode(data)),
    "Python's base85 in an added line": lambda data: b"@@ -1 +1 @@\n-nothing\n+" + base64.b85encode(data) + b"\n",
    "Python's base85 in Markdown": lambda data: b"`" + base64.b85encode(data) + b"`,",
    "Python's base85 in HTML": lambda data: b"<p>" + escaped(base64.b85encode(data)) + b"</p></html>",
    "Python's base85 in an attribute": lambda data: b'<a id="17" b="' + escaped(base64.b85encode(data)) + b'"/>',
    "Python's base85 in HTML in HTML": lambda data: b"<p>" + escaped(escaped(base64.b85encode(data))) + b"</p>",
    "Python's base85 with numbers": lambda data: b"<p>" + NOT_IN_MARKUP.sub(numbered, base64.b85encode(data)) + b"</p>",
    "Python's base85 in Go's JSON": lambda data: b'{"a":"' + NOT_IN_MARKUP.sub(code, base64.b85encode(data)) + b'"}',
    "Python's base85 in a form": lambda data: b"a=1&data=" + quote_plus(base64.b85encode(data)).encode() + b"&b=2",
    "Python's base85 in a form, twice": lambda data: (
        b"a=1&data=" + quote_plus(quote_plus(base64.b85encode(data))).encode() + b"&b=2"
    ),
    "Python's base85 behind many tags": lambda data: (
        b"<html><head>" + b"<b><i></i></b>" * 9 + b"<p>" + escaped(base64.b85encode(data)) + b"</p></head></html>"
    ),
    "Python's base85 before a line": lambda data: base64.b85encode(data) + b"\r\nContent-Length: 0\r\n",
    "Python's base85 after a long word": lambda data: b"a/" + b"b" * 40 + b"\n" + base64.b85encode(data) + b",",
    "Z85": z85,
    "Z85 in HTML": lambda data: b"<p>" + escaped(z85(data)) + b"</p>",
    "Z85 behind many tags": lambda data: (
        b"<html><head>" + b"<b><i></i></b>" * 9 + b"<p>" + escaped(z85(data)) + b"</p></head></html>"
    ),
    "Z85 in XML in a message": lambda data: message(escaped(listed(z85(data)))),
    "Z85 in XML in XML in a message": lambda data: message(escaped(listed(escaped(listed(z85(data)))))),
    "Z85 in XML with numbers in a message": lambda data: message(NOT_IN_MARKUP.sub(numbered, listed(z85(data)))),
    "Z85 in XML in Go's JSON": lambda data: b'{"a":"' + NOT_IN_MARKUP.sub(code, listed(z85(data))) + b'"}',
    "Python's base85 in XML in a message": lambda data: message(escaped(listed(base64.b85encode(data)))),
    "Z85 in a list": lambda data: b"**" + z85(data) + b"**",
    "Z85 in JSON": lambda data: b'{"a": 1,"data":"' + z85(data) + b'","b":2}',
    "Z85 in a section of CDATA": lambda data: b"<list><note><![CDATA[" + z85(data) + b"]]></note></list>",
    "Z85 before other lines": lambda data: z85(data) + b"\r\n.\r\n+OK\r\n",
    "Z85 in SQL": lambda data: b"VALUES ('" + z85(data) + b"')",
    "Ascii85 without marks": base64.a85encode,
    "Ascii85 without marks in HTML": lambda data: b"<p>" + escaped(base64.a85encode(data)) + b"</p>",
    "Ascii85 without marks in lines": lambda data: base64.a85encode(data, wrapcol=75),
}
CONTENTS = {
    "text": TEXT,
    "gzip": gzip.compress(TEXT, mtime=0),
    "zlib": zlib.compress(TEXT),
    "raw deflate": zlib.compress(TEXT * 3)[2:-4],
    "brotli": brotli.compress(TEXT * 2),
    "LZMA": lzma.compress(TEXT, lzma.FORMAT_ALONE),
    "xz": lzma.compress(TEXT),
    "raw deflate, stored": zlib.compress(TEXT, 0)[2:-4],
    "gzip after its length": len(TEXT).to_bytes(4, "little") + gzip.compress(TEXT, mtime=0),
    "UTF-16": TEXT.decode().encode("utf-16-le"),
    "UTF-16 with a mark": TEXT.decode().encode("utf-16"),
    "Cyrillic letters in UTF-16": CYRILLIC.encode("utf-16-be"),
    "UTF-32 with a mark": TEXT.decode().encode("utf-32"),
    "Cyrillic letters in UTF-32": CYRILLIC.encode("utf-32-be"),
    "UTF-32 of ASCII": TEXT.decode().encode("utf-32-be"),
    "UTF-32 in protobuf": b"\x08\x11\x12\x7c" + TEXT.decode().encode("utf-32-le"),
    "a name, and what pads it": b"note.txt" + bytes(92) + TEXT,
    "msgpack": b"\x82\xa4user\xa5alice\xa4note\xc5\x00\x2a" + TEXT,
    "Snappy": bytes(cramjam.snappy.compress_raw(TEXT * 2)),
    "Snappy of UTF-16": bytes(cramjam.snappy.compress_raw(("\n\n" + TEXT.decode() * 2).encode("utf-16-be"))),
    "something else, with it": b"\x01\x02\xff" + VALUE + noise(70),
}


@for_each(content=CONTENTS, name=WRITTEN)
def test_it_is_decoded(name: str, content: str) -> None:
    text = b"see: " + WRITTEN[name](CONTENTS[content]) + b" and more\r\n"
    findings = played(untyped, text)
    layer = "base58" if name.startswith("base58") else "base85"
    assert any(layer in layers for layers in seen(findings))
    assert not findings.unread
    assert codings_in(text)
    # What decodes is cut apart from what is decoded, so byte by byte each coding and each content once is enough.
    each_once = content == "text" or name == next(iter(WRITTEN))
    for size in (1, 7, 100) if each_once else (31,):
        assert outcome(played(untyped, text, range(0, len(text), size))) == outcome(findings)


@pytest.mark.parametrize("write", [base58, flickr])
def test_what_is_behind_its_length_shows_which_alphabet_it_is(write: Write) -> None:
    packed = brotli.compress(TEXT + bytes(97 + byte % 23 for byte in noise(90)))
    text = write(b"\x08\x11\x12\x05alice\x1a" + bytes([len(packed)]) + packed)
    assert ("base58", "br") in seen(played(untyped, text))


def test_text_in_base85_is_read_wherever_it_begins() -> None:
    """Behind the end of an escape, or of a word."""
    for before in ("-nothing\n+", "alice"):
        shortest = b"its " + VALUE
        for text in (TEXT, b"key=" + TEXT * 3, "Grüße, ".encode() + TEXT, shortest):
            findings = played(untyped, json.dumps({"note": before + z85(text).decode() + "\n"}).encode())
            assert any("base85" in layers for layers in seen(findings))
            assert not findings.unread


LETTERS = "секретный пароль"


@for_each(
    charset=["big5", "gb18030", "shift-jis", "euc-jp", "cp949", "cp932"],
    before=["", "password=", "user: alice\npass: ", "The password is "],
    after=["", ", keep it."],
    write=[base64.b85encode, z85, base64.a85encode],
)
def test_letters_of_two_bytes_each_are_found(charset: str, before: str, after: str, write: Write) -> None:
    """In charsets of East Asia all letters of another alphabet begin with the same byte, or one of two."""
    text = write((before + LETTERS + after).encode(charset))
    for whole in (text, escaped(text), b'{"note": "' + text + b'"}', b"-nothing\n+" + text + b"\n"):
        findings = played(untyped, whole, findings=some_findings(value=LETTERS.encode()))
        assert findings.sightings
        assert not findings.unread


@for_each(
    text=["süßer Kürbis über Öl", "секретный пароль", "秘密の合言葉です", "password=süßer Kürbis"],
    before=["-nothing\n+", "a\tb\n", "note:", ""],
    write=[base64.b85encode, z85],
)
def test_text_in_base85_is_read_from_its_first_character_on(text: str, before: str, write: Write) -> None:
    """What looks like a delimiter is within it, and not all of it is ASCII."""
    for size in range(4):
        encoded = write((text + "!" * size).encode()).decode()
        note = json.dumps({"note": before + encoded + "\n"}).encode()
        findings = played(untyped, note, findings=some_findings(value=text.encode()))
        assert findings.sightings, (note, size)


@for_each(
    charset=["utf-32-be", "utf-32-le", "utf-16-le", "utf-16-be"],
    path=["/files/", "/a/", "/notes/x/", "/an/id=17/", ""],
    text=["fluffy tail 4711", "password=fluffy tail 4711", "Where is the fluffy tail 4711? Here."],
    write=[base64.b85encode, z85],
)
def test_wide_text_is_found_behind_a_path(charset: str, path: str, text: str, write: Write) -> None:
    """The slash is a sign of Z85, so that the groups may begin anywhere."""
    line = b"GET " + path.encode() + write(text.encode(charset)) + b"/index.html HTTP/1.1"
    findings = played(untyped, line, findings=some_findings(value=b"fluffy tail 4711"))
    assert findings.sightings
    assert not findings.unread


@for_each(
    secret=["秘密の合言葉です", "секретный пароль", "süßer Kürbis über Öl", "fluffy tail 4711 a"],
    before=["", "x", "xxx", "password="],
    write=[base64.b85encode, z85],
)
def test_a_string_in_a_short_message_is_found(secret: str, before: str, write: Write) -> None:
    """A number and two strings of protobuf, one of them in a message of its own."""
    inside = (before + secret).encode()
    message = b"\x08\x96\x01\x12\x05alice\x1a" + bytes([len(inside) + 2]) + b"\x0a" + bytes([len(inside)]) + inside
    findings = played(untyped, b"data=" + write(message), findings=some_findings(value=secret.encode()))
    assert findings.sightings
    assert not findings.unread


# Longer than anything that is kept, or decoded, at a time.
LONG = noise(30_000) + VALUE


@pytest.mark.slow
@pytest.mark.parametrize("write", [base64.b85encode, z85, base64.a85encode])
@pytest.mark.parametrize("data", [LONG, gzip.compress(LONG)], ids=["opaque", "gzip"])
def test_long_base85_is_decoded_to_its_end(write: Write, data: bytes) -> None:
    text = write(data)
    findings = played(untyped, text)
    assert sightings(findings)
    for size in (1000, 20_011):
        assert outcome(played(untyped, text, range(0, len(text), size))) == outcome(findings)


@pytest.mark.slow
def test_hostile_escapes_take_no_quadratic_time() -> None:
    for text in (
        b"&amp;" * 50_000,
        b"&lt" * 50_000,
        b"&lt;aB#" * 30_000,
        b"&amp;gt;aB#&lt;/" * 20_000,
        b"\\u0026" * 30_000,
        b"aB`," * 50_000,
    ):
        assert not played(untyped, text).sightings


def test_base58_is_decoded_up_to_16_kib() -> None:
    assert played(untyped, base58(noise(10_000) + VALUE)).sightings
    # Writing it takes quadratic time, and longer runs are something else.
    assert not played(untyped, b"A1b" * 50_000).unread


LOOK_ALIKES = {
    "hashes": "\n".join(hashlib.sha256(b"%d" % number).hexdigest() for number in range(50)),
    "identifiers": "getElementsByClassNameNS createDocumentFragmentFrom2Parts XMLHttpRequestEventTarget9 " * 20,
    "addresses": "1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa 3J98t1WpEZ73CNmQviecrnyiWrnqRhWNLy\n" * 20,
    "links": "<a href='https://www.example.com/a/b?utm_source=Feed&amp;x=%20y#Part-7'>x</a>\n" * 40,
    "links with parameters": '<a href="/notes/281976?Sort=New&amp;page=2&amp;Of=%7B%22a%22%7D">x</a>\n' * 40,
    "JSON in an attribute": "<div data-x='{&quot;userName&quot;:&quot;A&quot;,&quot;b&quot;:[1,2,3]}'></div>" * 20,
    "HTML in a feed": "<d>&lt;p&gt;&lt;b&gt;TheSquirrelSaidNothing,AsEver:(Again)!&lt;/b&gt;&lt;/p&gt;</d>\n" * 40,
    "HTML in Go's JSON": '{"a":"\\u003cp\\u003eSquirrels/AndOther.Animals#Are&Nuts=Yes\\u003c/p\\u003e"}' * 40,
    "brackets": "&lt;/" * 400 + "&gt;" * 400 + "aB&amp;gt;" * 400,
    "a style sheet": ".A>.b{margin:0000;color:#FFF0F0;background:url(data:;x)}.c:after{content:'+++'}" * 20,
    "a diff": "+--------------------------------\n-++++++++++++++++++++++++++++++++++\n" * 20,
    "zeros": "00000000-0000-0000-0000-000000000000 0000000000000000000000000000 zzzzzzzzzzzzzzzzzzzzzzzzzzzzzz ",
    "numbers": "1700000000000000000000001 3141592653589793238462643383279 0001000200030004000500060007 " * 9,
    "a script": "!function(A,I){if(A<=2047){if(g+1>=B)break;I[g++]=192|A>>6}else for(;C<Q;)++C}(this,window);" * 20,
    "base85 of gzip, damaged": base64.b85encode(gzip.compress(TEXT))[:30].decode() + "0" * 40,
    "base85 of something else": base64.b85encode(gzip.compress(b"nothing of the kind" * 9)).decode(),
    "base58 of something else": base58(gzip.compress(b"nothing of the kind" * 9)).decode(),
    "not base85": "~" * 5000,
    "a table": "+--------------------------+-------------------------+\n|A" + "." * 30 + "|\n",
}


@for_each(name=LOOK_ALIKES)
def test_what_only_resembles_it_is_no_finding(name: str) -> None:
    findings = played(untyped, LOOK_ALIKES[name].encode())
    assert not findings.sightings
    assert not findings.unread


@pytest.mark.parametrize("coding", BASE85_CODINGS)
def test_the_quick_look_at_runs_misses_nothing(coding: Coding) -> None:
    """What the compiled part leaves out is nothing for Python either."""
    every, number = Members(coding.members.members, 25), CODINGS.index(coding)
    texts = [write(data) for write in WRITTEN.values() for data in CONTENTS.values()]
    texts += [text.encode() for text in LOOK_ALIKES.values()]
    texts += [bytes(33 + byte % 93 for byte in noise(90, seed)) + b"&lt;&amp;#38;\\u003e" for seed in range(100)]
    texts += [bytes(33 + byte % 93 if byte else 32 for byte in noise(300, seed)) for seed in range(300)]
    for text in (b" " + each + b" " for each in texts):
        may = {(start, end) for start, end in every.runs(text) if not coding.is_other(text[start:end])}
        # A run that begins within a word begins after it.
        found = find_runs(text, [0] * len(CODINGS), SEARCH).runs[number]
        assert {run for run in may if not text[run[0] - 1 :][:1].isalnum()} <= set(found)


@for_each(
    write=[base64.b85encode, z85],
    order=["little", "big"],
    pack=[zlib.compress, lambda data: gzip.compress(data, mtime=0), lzma.compress],
)
def test_compressed_data_in_base85_may_be_behind_their_length(
    write: Write, order: Literal["little", "big"], pack: Write
) -> None:
    """Its zeros make the characters less varied."""
    for value in (VALUE, VALUE.swapcase()):
        text = b"user: alice\npass: " + value
        coded = write(len(text).to_bytes(4, order) + pack(text))
        assert bool(played(untyped, coded + b"\n").sightings) == (value == VALUE)
