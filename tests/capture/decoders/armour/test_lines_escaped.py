"""Codings in strings of JSON, JavaScript and SQL, in HTML, URLs and quoted mail, also in several of them at once."""

from __future__ import annotations

import base64
import html
import itertools
import json
import lzma
import quopri
import re
import zlib
from email.header import Header
from typing import TYPE_CHECKING

import brotli  # type: ignore[import-untyped]  # it publishes no types
import pytest

from capture.decoders.armour.escaped import (
    CODED,
    ESCAPED,
    PACKED,
    TEXT,
    all_entities,
    in_c,
    in_html,
    in_json,
    in_json_for_html,
    in_python,
    in_url,
    in_vcard,
    quoted,
)
from capture.decoders.armour.lined import patch, uuencoded, yenc
from capture.encoders import z85
from capture.played import VALUE, outcome, played, seen, some_findings
from overheard_capture.decoders.armour.finder import has_nothing_encoded
from overheard_capture.decoders.fallback import Fallback
from overheard_capture.decoders.untyped import untyped
from rows import for_each

if TYPE_CHECKING:
    from collections.abc import Callable

    Write = Callable[[bytes], bytes]

LAYERS = {"uuencode", "base85", "base64"}


@for_each(content=[TEXT, PACKED], how=ESCAPED, coding=CODED)
def test_escaped_armour_is_read(coding: str, how: str, content: bytes) -> None:
    text = b"Here it is:\n" + ESCAPED[how](CODED[coding](content)) + b"\nand that is all.\n"
    findings = played(untyped, text)
    assert any(LAYERS & {*layers} for layers in seen(findings))
    assert not findings.unread
    assert not has_nothing_encoded(text)
    for size in (3, 100):
        assert outcome(played(untyped, text, range(0, len(text), size))) == outcome(findings)


@for_each(how=list(itertools.permutations(ESCAPED, 2)))
def test_escapes_may_be_escaped_again(how: tuple[str, str]) -> None:
    inner, outer = how
    text = ESCAPED[outer](ESCAPED[inner](uuencoded(PACKED)))
    assert any("uuencode" in layers for layers in seen(played(Fallback, b"HELLO\r\n" + text + b"\r\n")))


@for_each(how=list(itertools.permutations(list(ESCAPED)[:-1], 2)))
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


BYTES: dict[str, bytes] = {
    "gzip": PACKED,
    "deflate": zlib.compress(TEXT)[2:-4],
    "brotli": brotli.compress(TEXT),
    "LZMA": lzma.compress(TEXT, lzma.FORMAT_ALONE),
    "EBCDIC": TEXT.decode().encode("cp037"),
}


@for_each(name=BYTES, write=[in_c, in_python], outer=[bytes, in_json, in_url, base64.b64encode])
def test_bytes_in_a_literal_are_read(name: str, write: Write, outer: Write) -> None:
    text = b"here: " + outer(write(BYTES[name])) + b" and so on"
    findings = played(untyped, text)
    assert any("string escapes" in layers for layers in seen(findings))
    assert not findings.unread
    assert outcome(played(untyped, text, range(0, len(text), 7))) == outcome(findings)


WHOLE: dict[str, bytes] = {
    "deflate": zlib.compress(TEXT)[2:-4],
    "brotli": brotli.compress(TEXT),
    "text": TEXT.decode().encode("utf-16-le"),
}
AROUND = {
    "a string": b'x = "%b"; y = "z";',
    "a string in JSON": b'{"a": {"note": "%b", "b": 1}}',
    "an attribute": b"<note lang='%b' id=\"17\"/>",
    "an element": b"<p>%b</p></body>",
    "CDATA": b"<list><note><![CDATA[%b]]></note></list>",
    "a name of a file": b'Content-Disposition: form-data; name="file"; filename="%b"\r\n',
    "a cell": b'2,alice,"%b",3\r\n',
    "SQL": b"VALUES ('alice', '%b');",
}


@for_each(name=WHOLE, where=AROUND, form=["\\x{:02x}", "\\x{:02X}", "\\{:03o}"], size=[1, 7, 100])
def test_a_message_in_a_literal_ends_where_that_does(name: str, where: str, form: str, size: int) -> None:
    """The length before its last field is that of all that is left of it."""
    data = WHOLE[name]
    message = b"\x08\x96\x01\x12\x05alice\x1a" + bytes([len(data) + 2]) + b"\x0a" + bytes([len(data)]) + data
    text = (
        AROUND[where]
        % "".join(chr(byte) if bytes([byte]).isalnum() else form.format(byte) for byte in message).encode()
    )
    findings = played(untyped, text)
    assert findings.sightings
    assert outcome(played(untyped, text, range(0, len(text), size))) == outcome(findings)


@for_each(
    write=[base64.b85encode, z85, base64.a85encode],
    escape=["\\x%02x", "\\x%02X", "\\%03o"],
    charset=["utf-8", "cp037", "utf-16-le", "koi8-r"],
    outer=[bytes, in_json, lambda text: b'<a b="' + text + b'"/>'],
)
def test_a_single_escape_in_a_long_word_is_read(write: Write, escape: str, charset: str, outer: Write) -> None:
    for number in range(200):
        text = write(f"{number} {VALUE.decode()}, and so on".encode(charset)).decode()
        if sum(not sign.isalnum() for sign in text[8:-8]) == 1 and text[:8].isalnum() and text[-8:].isalnum():
            break
    else:
        # Chance wants it otherwise in some of these.
        return
    escaped = re.sub(r"[^0-9A-Za-z]", lambda sign: escape % ord(sign[0]), text).encode()
    findings = played(untyped, outer(escaped))
    assert findings.sightings
    assert not findings.unread
    assert outcome(played(untyped, outer(escaped), range(0, len(escaped), 7))) == outcome(findings)


def test_bytes_in_escapes_end_before_the_end_of_a_line() -> None:
    """Nothing may follow a document: in MessagePack, base85 whose length looks like a part of it."""
    for value, is_there in ((VALUE, True), (VALUE.swapcase(), False)):
        text = base64.b85encode(b"They say that it is " + value)
        document = b"\x81\xa4note\xc5" + len(text).to_bytes(2, "big") + text
        escaped = b"note " + "".join(f"\\x{byte:02x}" for byte in document).encode()
        for end in (b"", b"\n", b"\r\n", b"\r\nQUIT\r\n"):
            findings = played(untyped, escaped + end)
            assert (("string escapes", "base85") in seen(findings)) == is_there
            cuts = range(len(escaped) - 5, len(escaped + end))
            assert outcome(played(untyped, escaped + end, cuts)) == outcome(findings)


def hex_dump(data: bytes) -> bytes:
    rows = (data[at : at + 16] for at in range(0, len(data), 16))
    return b"".join(b"%08x: %-47s  |\n" % (16 * at, row.hex(" ").encode()) for at, row in enumerate(rows))


def folded(data: bytes) -> bytes:
    text = b"description:: " + base64.b64encode(data)
    return b"\n ".join(text[at : at + 60] for at in range(0, len(text), 60)) + b"\n"


# Text before it, longer than what is read at once in any case.
HEAD = b"EHLO client\r\nMAIL FROM:<alice@example.org>\r\n\r\n" * 12
LINED: dict[str, Write] = {
    "a dump": hex_dump,
    "folded base64": folded,
    "quoted-printable": lambda data: quopri.encodestring(data * 2),
    "encoded words": lambda data: Header(base64.b64encode(data).decode(), "utf-8", maxlinelen=70).encode().encode(),
}


@for_each(name=LINED, outer=[in_json, in_url, in_vcard, lambda text: in_json(in_json(text))])
def test_what_is_read_line_by_line_is_found_in_a_string(name: str, outer: Write) -> None:
    text = HEAD * (name == "a dump") + outer(LINED[name](b"They say that " + VALUE + b" is all of it."))
    findings = played(untyped, text)
    assert findings.sightings
    assert outcome(played(untyped, text, range(0, len(text), 7))) == outcome(findings)


@for_each(
    name=[*LINED, "a vCard", "a patch"],
    before=[b"", b"From: a&#13;&#10;To: b&#13;&#10;Subject: a note" * 9 + b"&#13;&#10;&#13;&#10;"],
)
def test_what_is_read_line_by_line_is_found_in_an_attribute(name: str, before: bytes) -> None:
    data = b"They say that " + VALUE + b" is all of it."
    lines = {"a vCard": in_vcard, "a patch": patch, **LINED}[name](data)
    text = (
        b'<note text="'
        + before
        + html.escape(lines.decode()).replace("\r", "&#13;").replace("\n", "&#10;").encode()
        + b'"/>'
    )
    findings = played(untyped, text)
    assert findings.sightings
    assert outcome(played(untyped, text, range(0, len(text), 7))) == outcome(findings)


@for_each(outer=[in_json, in_html, in_json_for_html], name=LINED)
def test_what_is_read_line_by_line_may_be_quoted(name: str, outer: Write) -> None:
    text = HEAD + outer(quoted(LINED[name](b"They say that " + VALUE + b" is all of it.")))
    findings = played(untyped, text)
    assert findings.sightings
    assert outcome(played(untyped, text, range(0, len(text), 7))) == outcome(findings)


@pytest.mark.parametrize("write", [hex_dump, in_vcard])
@pytest.mark.parametrize("prefix", [b"> ", b"    "])
def test_a_dump_or_a_vcard_may_be_behind_a_prefix_in_a_string(prefix: bytes, write: Write) -> None:
    lines = re.sub(rb"^", prefix, write(b"They say " + base64.b64encode(VALUE) + b" is it."), flags=re.MULTILINE)
    text = HEAD + in_json(b"see:\n" + lines)
    findings = played(untyped, text)
    assert findings.sightings
    assert outcome(played(untyped, text, range(0, len(text), 7))) == outcome(findings)


@pytest.mark.parametrize("prefix", [b"data: ", b"+", b"> "])
def test_a_patch_may_be_behind_a_prefix_in_a_string(prefix: bytes) -> None:
    """As events, or a diff of a diff, in JSON."""
    for value, is_there in ((VALUE, True), (VALUE.swapcase(), False)):
        text = in_json(b"see:\n" + re.sub(rb"^", prefix, patch(b"They say " + value), flags=re.MULTILINE))
        findings = played(untyped, text)
        assert bool(findings.sightings) == is_there
        assert outcome(played(untyped, text, range(0, len(text), 7))) == outcome(findings)


def test_a_vcard_in_an_attribute_in_a_string_is_read() -> None:
    value = "süßer Kürbis über Öl"
    card = f"BEGIN:VCARD\r\nVERSION:4.0\r\nNOTE:It is {value[:9]}\r\n {value[9:]}\\, they say\r\nEND:VCARD\r\n"
    attribute = card.replace("\r\n", "&#13;&#10;")
    for text in (json.dumps(f'<note text="{attribute}"/>').encode(), f'<note text="{attribute}"/>'.encode()):
        findings = played(untyped, text, findings=some_findings(value=value.encode()))
        assert findings.sightings
        # It does not begin again in itself, up to the depth limit.
        assert not findings.unread


@pytest.mark.parametrize("write", [base64.b85encode, lambda data: b'note="' + base64.b85encode(data) + b'", bye'])
def test_base85_in_quotes_in_the_name_of_a_file_is_read(write: Write) -> None:
    name = (b'"' + write(b"the words are " + VALUE) + b'"').replace(b'"', b"%22")
    text = HEAD + b'Content-Disposition: form-data; filename="' + name + b'"\r\nContent-Type: text/plain\r\n'
    findings = played(untyped, text)
    assert ("file name", "base85") in seen(findings)
    assert outcome(played(untyped, text, range(0, len(text), 7))) == outcome(findings)


@pytest.mark.parametrize("name", ["a%22b.txt", "%22" * 400, "plain.txt"])
def test_names_of_files_add_nothing(name: str) -> None:
    text = b'Content-Disposition: form-data; filename="' + name.encode() + b'"\r\n' + VALUE
    findings = played(untyped, text)
    assert seen(findings) == {()}
    assert not findings.unread


@pytest.mark.parametrize("quote", ['"', "'"])
@pytest.mark.parametrize("prefix", ["data: ", "> ", "+"])
def test_lines_of_base64_behind_prefixes_are_read(prefix: str, quote: str) -> None:
    lines = [prefix + line for line in base64.encodebytes(b"They say that " + VALUE * 9).decode().splitlines()]
    attribute = f"<note id={quote}7{quote} text={quote}{'&#10;'.join(['see:', *lines, 'bye'])}{quote}/>".encode()
    quotation = "<p>They wrote:\n" + "\n".join(f"&gt; {line[len(prefix) :]}" for line in lines) + "\nNo.</p>"
    for text in (
        attribute,
        quotation.encode(),
        in_json("\n".join(["see:", *lines]).encode()),
        in_json("\r\n".join(lines).encode()),
        # As a diff or a quotation stands in YAML.
        in_json("\n".join(["note: |", *(f"    {line}" for line in lines), "end: 1"]).encode()),
    ):
        findings = played(untyped, text)
        assert any(layers[-1:] == ("base64",) and len(layers) > 1 for layers in seen(findings))
        assert outcome(played(untyped, text, range(0, len(text), 7))) == outcome(findings)


@pytest.mark.parametrize("end", [b"\n", b"\r\n"])
def test_a_vcard_may_be_indented(end: bytes) -> None:
    """As in a block of YAML: so is what is encoded in it, and goes on in the next line."""
    card = in_vcard(b"see " + base64.b32encode(PACKED) + b", and " + all_entities(VALUE))
    text = b"kind: Secret\ndata:\n  note: |\n    " + card.replace(b"\r\n", end + b"    ") + b"\nother: none\n"
    findings = played(untyped, text)
    assert {("folded lines",), ("folded lines", "base32", "gzip")} <= seen(findings)
    assert outcome(played(untyped, text, range(0, len(text), 7))) == outcome(findings)


def test_ascii85_in_the_name_of_a_file_is_read() -> None:
    for count in range(30):
        # It may begin with the sign that ends it.
        data = b"\\o/ " * (count % 2) + bytes(4 * count) + b"$" * (100 * (count % 4))
        name = base64.a85encode(data + PACKED, adobe=True).replace(b'"', b"%22")
        assert seen(played(untyped, b'Content-Disposition: form-data; filename="' + name + b'"\r\n'))


@pytest.mark.parametrize("blank", [b"+", b"%20"])
@pytest.mark.parametrize("form", [b"%02x", b"%d%%2C"])
def test_bytes_in_a_form_are_read(form: bytes, blank: bytes) -> None:
    text = b"a=1&text=" + blank.join(form % each for each in TEXT) + b"&b=2"
    assert played(Fallback, text).sightings


def test_yenc_in_base64_is_read() -> None:
    assert ("base64", "yEnc", "gzip") in seen(played(untyped, b"see: " + base64.b64encode(yenc(PACKED)) + b" now"))


@pytest.mark.parametrize("how", ["a URL", "a form"])
def test_yenc_in_a_url_is_read(how: str) -> None:
    assert ("percent-encoded", "yEnc", "gzip") in seen(played(untyped, ESCAPED[how](yenc(PACKED))))


@for_each(
    coding=["uuencode", "a patch", "Ascii85"],
    around=[ESCAPED["SQL"], lambda text: b"see '" + text + b"'", lambda text: b'{"note": "see ' + text + b'"}'],
    outer=[in_json, in_json_for_html, lambda text: in_json(in_json(text))],
)
def test_a_mark_may_be_behind_text_in_a_quotation_in_a_string(coding: str, around: Write, outer: Write) -> None:
    """As a statement of SQL in a mail, in JSON: the lines after it are behind the sign of the quotation."""
    for value, is_there in ((VALUE, True), (VALUE.swapcase(), False)):
        text = outer(quoted(around(CODED[coding](b"They say it's " + value))))
        findings = played(untyped, text)
        assert bool(findings.sightings) == is_there
        assert outcome(played(untyped, text, range(0, len(text), 7))) == outcome(findings)


LOOK_ALIKES = {
    "JSON": json.dumps([{"text": "let us\nbegin 6 times\n", "shell": "sort <~/x\n", "tag": "\u003cb\u003e"}] * 50),
    "HTML": "<p>It&#39;s &lt;b&gt; &amp; &#8217;x&#8217; &lt;~</p>\n" * 50,
    "other letters": json.dumps("\u0441\u043b\u043e\u0432\u0430 " * 100) + html.escape("\u0441") * 9,
    "a link": "<a href='/x?to=https%3A%2F%2Fexample.com%2Fa%20b%2Bc&amp;y=%E2%82%AC'>x</a>\n" * 50,
    "quoted mail": "> > begin with this\n> >= that\n> <~ or that\n" * 50,
    "code": json.dumps("if (a) {\n    b = c\\n\n  d =\n  /[\\x00-\\x1f]/.test(e);\n0001 12 x\n}\n" * 50),
    "links": "<a href='/q?Id=1&amp;b=Cc2&amp;d=&lt;e&gt;'>x &lt;Y&gt; 2</a>&#10; and &#10;  more=&#10;" * 50,
    "vCard": "BEGIN:VCARD\r\nNOTE:a\\, b and\r\n  so on\\n\r\nEND:VCARD\r\n" * 50,
    "paths": json.dumps("C:\\\\123\\\\0777\\\\x86\\\\data" * 50),
    "a form": "a=1&text=the+words+are+1,+2,+3+and+so+on&b=%20%5C" * 50,
    "broken escapes": "begin 644 x\\n\\\\\\" * 200 + "\\u00" * 100 + "&#65" * 50,
}


@pytest.mark.parametrize("name", LOOK_ALIKES)
def test_what_only_resembles_it_is_no_finding(name: str) -> None:
    findings = played(untyped, LOOK_ALIKES[name].encode())
    assert not findings.sightings
    assert not findings.unread


@pytest.mark.slow
def test_hostile_escapes_take_no_quadratic_time() -> None:
    for text in (b"\\" * 60_000, b"%25" * 20_000, b"begin 644 x\\n" * 5000, b"&amp;" * 12_000, b"<~''" * 12_000):
        assert not played(untyped, text).sightings
    for text in (
        b"\\x00" * 15_000,
        b"a" * 99 + b"\\x00\\x00\n" * 6000,
        b"\\n0001 00 " * 6000,
        b"BEGIN:VCARD\n" * 6000,
    ):
        assert not played(untyped, text).sightings
