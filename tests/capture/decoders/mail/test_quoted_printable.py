from __future__ import annotations

import base64
import binascii
import bz2
import csv
import gzip
import html
import io
import itertools
import json
import quopri
import re
import struct
import zlib
from typing import TYPE_CHECKING
from urllib.parse import quote_plus

import brotli  # type: ignore[import-untyped]  # it publishes no types
import pytest

from capture.decoders.armour.lined import patch, uuencoded
from capture.played import VALUE, outcome, played, seen, some_findings
from capture.wrapped import noise
from overheard.words.layer import Layers
from overheard_capture.content.byte_scan import quoted_printable
from overheard_capture.content.opaque_values import CONTENT_VALUE, LARGE_VALUE
from overheard_capture.decoders.behind_prefix import start_of_content
from overheard_capture.decoders.mail.quoted_printable import QuotedPrintable
from overheard_capture.decoders.untyped import untyped
from rows import for_each

if TYPE_CHECKING:
    from collections.abc import Callable

MAIL = (
    b"EHLO here\r\nMAIL FROM:<a@example.test>\r\nDATA\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n"
    b"Some line that is not broken.\r\nAnother one, long enough to be broken, and so it is: Flu=\r\nffy tail =34711 "
    b"is what it says.\r\n.\r\nQUIT\r\n"
)


@pytest.mark.slow
@for_each(
    text=[
        MAIL,
        b"Fluffy=\ntail 4711 is not it, Fluffy =\r\ntail =\r\n4711 is",
        b"Fluf=\r\nfy tail 4711",
        b"x" * 2100 + b"\nFluf=\r\nfy tail 4711\n" + b"y" * 500,
        b"two: Fluf=\nfy tail 4711\nand one in between\nFluf=\r\nfy tail 4711\n",
        b"=46=6C=75=66=66=79=20=\n=74=61=69=6C=20=34=37=31=31\n",
    ],
    size=[1, 7, 100],
)
def test_continued_lines_are_joined(text: bytes, size: int) -> None:
    findings = played(untyped, text)
    assert ("quoted-printable",) in seen(findings)
    assert not findings.unread
    assert outcome(played(untyped, text, range(0, len(text), size))) == outcome(findings)


@pytest.mark.parametrize("before", [b"", b"\x0a\x84\x01", b"\0" * 40, "Gr\u00fc\u00df".encode()])
def test_a_soft_line_break_is_found_behind_other_bytes(before: bytes) -> None:
    text = before + b"Fluf=\r\nfy tail 4711\r\n"
    assert ("quoted-printable",) in seen(played(untyped, text, range(0, len(text), 5)))


@for_each(at=range(0, 40, 3))
def test_an_equals_sign_before_a_line_end_among_other_bytes_is_none(at: int) -> None:
    # What is random has some like that in each 64 KiB.
    data = bytearray(noise(80))
    data[at : at + 6] = b"a\xffb\3=\n"
    assert quoted_printable(data) == -1


@pytest.mark.parametrize("size", [1, 7, 1000])
def test_the_dot_that_smtp_inserts_before_a_line_is_removed(size: int) -> None:
    value = b"tail.4711.of.it"
    text = b"The secret is tail=\r\n..4711.of.it, they say\r\n"
    findings = played(untyped, text, range(0, len(text), size), findings=some_findings(value=value))
    assert seen(findings) == {("quoted-printable",)}


@pytest.mark.parametrize(
    "text", [VALUE + b" in plain text, a=b\r\nc=\r\n", b"a=\nb=\n" * 50, b"=\n" * 500, b"x=" + b"y" * 5000 + b"=\n" * 3]
)
def test_unchanged_text_is_not_reported_twice(text: bytes) -> None:
    findings = played(untyped, text)
    assert seen(findings) <= {()}
    assert not findings.unread
    assert outcome(played(untyped, text, range(0, len(text), 3))) == outcome(findings)


YENC = b"=ybegin line=128 size=17 name=a\r\n" + bytes((byte + 42) % 256 for byte in VALUE) + b"\r\n=yend size=16\r\n"


@pytest.mark.parametrize("size", [1, 4, 1000])
@pytest.mark.parametrize("data", [gzip.compress(VALUE, mtime=0), VALUE.decode().encode("utf-16-be"), YENC])
def test_bytes_in_it_are_read_without_a_soft_line_break(data: bytes, size: int) -> None:
    text = b"first\n" + quopri.encodestring(data) + b"\nlast\n"
    findings = played(untyped, text, range(0, len(text), size))
    assert [layers for layers in seen(findings) if layers[:1] == ("quoted-printable",)]
    assert not findings.unread


@pytest.mark.parametrize(("skipped", "size"), [(0, 1), (0, 4), (300, 1), (300, 4), (9000, 77), (9000, 1000)])
@pytest.mark.parametrize("indentation", [b"", b"    "])
def test_what_begins_a_line_before_is_read_with_it(skipped: int, indentation: bytes, size: int) -> None:
    """A mark has no escape; nor is what other lines have, or what an empty one separates, a part of that."""
    coded = quopri.encodestring(html.escape(uuencoded(gzip.compress(noise(200) + VALUE, mtime=0)).decode()).encode())
    lines = b"other:\n" * (skipped // 7) + re.sub(rb"^", indentation, b"\n" + coded, flags=re.MULTILINE)
    findings = played(untyped, lines, range(0, len(lines), size))
    assert ("quoted-printable", "uuencode", "gzip") in seen(findings)
    assert outcome(played(untyped, lines)) == outcome(findings)


def test_a_blank_behind_a_colon_is_an_escape() -> None:
    text = base64.b85encode(zlib.compress(b"the words are " + VALUE, wbits=-15))
    assert ("quoted-printable", "base85", "deflate") in seen(played(untyped, b"id:=207\ndata:=20" + text + b"\n\n"))


@pytest.mark.parametrize("size", [1, 2, 5, 1000])
def test_declared_quoted_printable_is_decoded(size: int) -> None:
    """Including escapes that are split; invalid escapes stand for themselves."""
    text = quopri.encodestring("Это ".encode() * 40 + VALUE + b" = " + b"z" * 200 + VALUE) + b" 100% =zz =4"

    def factory(findings: object, layers: Layers) -> QuotedPrintable:
        return QuotedPrintable(findings, layers, untyped)  # type: ignore[arg-type]

    findings = played(factory, text, range(0, len(text), size))
    assert not findings.unread
    assert outcome(findings) == outcome(played(factory, text))
    assert findings.sightings


def test_base64_in_it_is_found_across_its_line_breaks() -> None:
    """Quoted-printable also splits a line of base64."""
    letters = base64.b64encode(b"this is " + VALUE + b" as base64, which is long enough")
    findings = played(untyped, b"data: " + letters[:30] + b"=\r\n" + letters[30:].replace(b"=", b"=3D") + b"\r\n")
    assert ("quoted-printable", "base64") in seen(findings)


@pytest.mark.parametrize("size", [1, 7, 1000])
def test_lines_without_an_escape_between_others_belong_to_it(size: int) -> None:
    # Lines of letters alone, in a stored block of deflate; each ends in a line break of its own.
    stored = b"\x1f\x8b\x08\0\0\0\0\0\0\3" + b"\0\x90\0\x6f\xff" + b"abcdefghijklmno\n" * 9
    rest = zlib.compressobj(9, zlib.DEFLATED, -15)
    text = quopri.encodestring(stored) + quopri.encodestring(rest.compress(b"it is " + VALUE) + rest.flush())
    findings = played(untyped, text, range(0, len(text), size))
    assert ("quoted-printable", "gzip") in seen(findings)


PLAIN = b"".join(b"%d %d, " % (number, number * number) for number in range(40)) + VALUE
_deflate = zlib.compressobj(9, zlib.DEFLATED, -15)
PACKED = {
    "bzip2": bz2.compress(PLAIN),
    "gzip": gzip.compress(PLAIN, mtime=0),
    "deflate": _deflate.compress(PLAIN) + _deflate.flush(),
    "br": brotli.compress(PLAIN),
}


def folded(text: bytes) -> bytes:
    line = b"NOTE:" + text.replace(b"\\", b"\\\\").replace(b",", b"\\,").replace(b";", b"\\;").replace(b"\n", b"\\n")
    return b"BEGIN:VCARD\r\n%b\r\nEND:VCARD\r\n" % b"\r\n ".join(line[at : at + 74] for at in range(0, len(line), 74))


WRITTEN: dict[str, Callable[[bytes], bytes]] = {
    "as it is": lambda text: text,
    "quoted": lambda text: b"Bob wrote:\n" + b"".join(b"> %b\n" % line for line in text.split(b"\n")) + b"\nYes.\n",
    "YAML": lambda text: b"data:\n  note: |\n    " + text.replace(b"\n", b"\n    ") + b"\n  other: none\n",
    "vCard": folded,
    "CDATA": lambda text: b"<list><note><![CDATA[%b]]></note></list>" % text,
    "a string of JSON": lambda text: b'{"id": 1, "note": %b}' % json.dumps(text.decode()).encode(),
    "a string of JavaScript": lambda text: re.sub(rb"[^0-9A-Za-z]", lambda byte: b"\\%03o" % ord(byte[0]), text),
    "base64": lambda text: b"AUTH PLAIN %b\r\n" % base64.b64encode(b"\0alice\0" + text),
}


@for_each(where=WRITTEN, packed=PACKED)
def test_what_is_compressed_in_it_is_read_where_text_stands_around_it(packed: str, where: str) -> None:
    text = WRITTEN[where](binascii.b2a_qp(PACKED[packed], istext=False))
    # What stands around is cut apart from what is compressed, so byte by byte each of them once is enough.
    each_once = where == "as it is" or packed == "gzip"
    for size in (1, 7, 100_000) if each_once else (17, 100_000):
        findings = played(untyped, text, range(0, len(text), size))
        assert any(layers[-2:] == ("quoted-printable", packed) for layers in seen(findings))
        assert not findings.unread


@pytest.mark.parametrize("end", [b"\n", b"\r\n"])
@pytest.mark.parametrize("size", [1, 7, 1000])
def test_lines_of_an_indented_block_are_joined_without_their_indentation(size: int, end: bytes) -> None:
    lines = b"note: |", b"    it is Fluffy =", b"    tail =", b"    4711=3D", b"other: no", b""
    text = end.join(lines)
    assert seen(played(untyped, text, range(0, len(text), size))) == {("quoted-printable",)}


QUOTE = [b"&gt; ", b"&amp;gt; ", b"&amp;amp;gt; ", b"&gt;&gt; ", b"&#62;", b"  &amp;#x3e; "]


@for_each(
    quote=QUOTE,
    text=["секретный пароль", "秘密の合言葉です", "süßer Kürbis über Öl", "password=Tr0ub4dor&3=?"],
    before=["", "x" * 60, "user: alice, and many others besides, as ever\npass: "],
    end=[b"\n", b"\r\n"],
)
def test_lines_in_a_quotation_that_is_escaped_are_joined(quote: bytes, text: str, before: str, end: bytes) -> None:
    """For HTML, and that perhaps for HTML or XML again."""
    lines = quopri.encodestring((before + text + " " + text).encode()).split(b"\n")
    quoted = b"On Monday Bob wrote:" + end + b"".join(quote + line + end for line in lines) + end + b"I agree." + end
    findings = played(untyped, quoted, findings=some_findings(value=text.encode()))
    assert findings.sightings
    assert not findings.unread
    # What is before the text is cut apart from it, so byte by byte each quote and each text once is enough.
    for size in (50,) if before else (1, 50):
        again = some_findings(value=text.encode())
        assert outcome(played(untyped, quoted, range(0, len(quoted), size), findings=again)) == outcome(findings)


def test_other_signs_in_a_quotation_that_is_escaped_are_part_of_its_lines() -> None:
    for text in (
        b"&gt; Fluf=\n&lt; fy tail 4711\n",
        b"&gt; Fluf=\n&amp;gt; fy tail 4711\n",
        b"Fluf=\n&gt; fy tail 4711",
    ):
        assert not played(untyped, text).sightings


@pytest.mark.parametrize("text", [b"it is Fluffy=\n    tail 4711 =\n", b"    it is Fluffy =\n  tail 4711 =\n"])
def test_blanks_that_do_not_indent_a_block_are_part_of_its_lines(text: bytes) -> None:
    findings = played(untyped, text, findings=some_findings(value=b"Fluffy    tail 4711"))
    assert bool(seen(findings)) == text.startswith(b"it is")


@pytest.mark.parametrize(
    "text",
    [
        "Grüße: \"schöne\" Tage; alles [gut], <b>ja</b> | nein, 'vielleicht'. Mit freundlichen Grüßen".encode(),
        '<p>Übersicht: größer, schöner, älter</p>\n<p class=3D"ö">Straße</p>\n'.encode() * 20,
        "Итак: это просто письмо, в котором ничего нет; и ещё немного (совсем немного) текста".encode(),
    ],
)
def test_ordinary_text_in_it_is_no_content_behind_a_name(text: bytes) -> None:
    findings = played(untyped, quopri.encodestring(text))
    assert not findings.unread
    assert not seen(findings)
    assert start_of_content(text) < 0


RECORDS = b"".join(struct.pack("<IHHI", n, 3, 200, n * 7) for n in range(20))


@for_each(size=[1, 7, 5000], before=[b"", b"note:\r\n", b"a line before\n"], data=[RECORDS, noise(2000)])
def test_bytes_that_nobody_can_read_are_a_reason(size: int, before: bytes, data: bytes) -> None:
    text = before + binascii.b2a_qp(data, istext=False) + b"\nand that is all\n"
    unread = {each.what for each in played(untyped, text, range(0, len(text), size)).unread}
    assert unread == {CONTENT_VALUE if data is RECORDS else LARGE_VALUE}


@for_each(
    data=[
        ("Съешь же ещё этих мягких французских булок. " * 20).encode("koi8-r"),
        ("Größe, " * 90).encode("cp1252"),
        ("秘密の合言葉です。" * 20).encode("shift-jis"),
        noise(48),
        b"a\x0c = 1\n" * 90,
    ]
)
def test_text_in_another_charset_and_a_hash_are_no_reason(data: bytes) -> None:
    assert not played(untyped, b"note:\n" + binascii.b2a_qp(data) + b"\n").unread


def test_an_encoded_word_in_it_is_read_in_a_url() -> None:
    word = b"=?utf-8?q?it_is_%b?=" % VALUE.replace(b" ", b"=20")
    text = b"/a?note=" + quote_plus(quopri.encodestring(word)).encode() + b"&b=1"
    assert ("percent-encoded", "quoted-printable") in seen(played(untyped, text))


@pytest.mark.parametrize("coded", [patch, uuencoded])
def test_armour_in_it_is_read_though_nothing_declares_it(coded: Callable[[bytes], bytes]) -> None:
    for count in range(20):
        text = quopri.encodestring(coded(bytes(count) + VALUE + b" === "))
        assert any({"uuencode", "base85"} & {*layers} for layers in seen(played(untyped, text)))
        in_html = html.escape(text.decode()).encode()
        assert any({"uuencode", "base85"} & {*layers} for layers in seen(played(untyped, in_html)))


def in_sql(text: bytes) -> bytes:
    return b"INSERT INTO notes (name, note) VALUES ('alice', '" + text.replace(b"'", b"''") + b"');"


def in_csv(text: bytes) -> bytes:
    out = io.StringIO()
    csv.writer(out).writerows([["id", "note"], [1, text.decode()], [2, "none"]])
    return out.getvalue().encode()


@pytest.mark.parametrize("write", [in_sql, in_csv])
def test_bytes_are_read_without_the_quotes_that_are_doubled_in_a_string(write: Callable[[bytes], bytes]) -> None:
    contents = [VALUE + base64.b64encode(noise(60, number)) for number in range(400)]
    packed = [binascii.b2a_qp(zlib.compress(each), istext=False) for each in contents]
    sign = b"'" if write is in_sql else b'"'
    # Where no control code is escaped before another byte in the first line, it might be text.
    quoted = [each for each in packed if sign in each and re.match(rb"[^\n]*=[01][0-9A-F]=[0-9A-F]", each)][:12]
    assert len(quoted) > 9
    for text in map(write, quoted):
        assert any("zlib" in layers for layers in seen(played(untyped, text)))
        assert outcome(played(untyped, text, range(0, len(text), 31))) == outcome(played(untyped, text))


@pytest.mark.parametrize("write", [in_sql, in_csv])
def test_all_quotes_that_are_doubled_may_be_before_what_shows_that_these_are_bytes(
    write: Callable[[bytes], bytes],
) -> None:
    sign = b"'" if write is in_sql else b'"'
    # All of them are in the first line, and before the first control code that is escaped before another byte.
    before = re.compile(rb"((?!=[01][0-9A-F]=)[^\n])*%b((?!=[01][0-9A-F]=)[^\n])*=[01][0-9A-F]=[^%b]*" % (sign, sign))
    for value, is_there in ((VALUE, True), (VALUE.swapcase(), False)):
        contents = (noise(9, number) + value for number in range(3000))
        packed = (binascii.b2a_qp(zlib.compress(each), istext=False) for each in contents)
        quoted = [*itertools.islice(filter(before.fullmatch, packed), 4)]
        assert len(quoted) == 4
        for text in map(write, quoted):
            findings = played(untyped, text)
            assert (("quotes doubled", "quoted-printable", "zlib") in seen(findings)) == is_there
            assert outcome(played(untyped, text, range(0, len(text), 31))) == outcome(findings)
