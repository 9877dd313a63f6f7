from __future__ import annotations

import base64
import bz2
import gzip
import hashlib
import io
import json
import lzma
import tarfile
import time
import urllib.parse
import zlib
from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING

import cramjam
import lz4.block  # type: ignore[import-untyped]  # it publishes no types
import pytest

from capture.played import IN_A_FRAME, OFFSET, VALUE, outcome, played, seen, some_findings
from capture.wrapped import noise, words
from overheard.words.layer import Layer
from overheard_capture.content.byte_scan import base64_runs
from overheard_capture.content.opaque_values import VALUE as OPAQUE
from overheard_capture.decoders.untyped import untyped
from rows import for_each

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from overheard_capture.content.findings import Findings

PACKED = gzip.compress(b"this is " + VALUE, mtime=0)
LONG = gzip.compress(words(20_000, 1) + VALUE, mtime=0)
ENCODED = base64.b64encode(PACKED)


def folded(data: bytes, width: int, end: bytes, indent: bytes = b"") -> bytes:
    letters = base64.b64encode(data)
    return end.join(indent + letters[at : at + width] for at in range(0, len(letters), width))


def html_escaped(text: bytes, entity: bytes) -> bytes:
    return b"".join(entity % ord(each) if each in "+/=" else each.encode() for each in text.decode())


def in_javascript(form: bytes, text: bytes = b"") -> bytes:
    """Base64 in a string of JavaScript or C, with everything but letters and digits by its number."""
    text = text or base64.b64encode(LONG)
    return b"".join(b"%c" % byte if bytes([byte]).isalnum() else form % byte for byte in text)


SIGNED = {
    "an added line": "--- a/note\n+++ b/note\n@@ -1,1 +1,1 @@\n-nothing\n+{}\n",
    "a line that was left out": "@@ -1,1 +1,1 @@\n-{}\n+nothing\n",
    "an added line at the end": "+{}",
    "with a sign after it": "+{}+",
    "in JSON": '{{"patch": "-nothing\\n+{}\\n"}}',
    "twice": "+{0}\n x\n+{0}\n",
}


@for_each(
    how=SIGNED,
    charset=["cp037", "cp500", "cp1140", "utf-32-le", "utf-32-be", "utf-16-le", "koi8-r", "big5"],
    text=["Fluffy tail", "password=Fluffy tail", "The password is Fluffy tail, keep it."],
    encode=[base64.b64encode, base64.urlsafe_b64encode],
)
def test_a_sign_before_it_is_no_character_of_it(
    how: str, charset: str, text: str, encode: Callable[[bytes], bytes]
) -> None:
    """A plus sign is one of base64, and a hyphen one of base64url, so that all that follows would be shifted."""
    encoded = encode((text + " " * (-len(text) % 3) + "12345678").encode(charset)).rstrip(b"=").decode()
    assert len(encoded) >= 24
    findings = played(untyped, SIGNED[how].format(encoded).encode(), findings=some_findings(value=b"Fluffy tail"))
    assert findings.sightings
    assert not findings.unread


def test_hashes_behind_a_sign_are_no_reason() -> None:
    lines = [base64.b64encode(hashlib.sha512(b"%d" % number).digest()) for number in range(50)]
    findings = played(untyped, b"".join(b"%b%b\n\n" % (b"+-"[at % 2 :][:1], line) for at, line in enumerate(lines)))
    assert not findings.sightings
    assert not findings.unread


TEXTS = {
    "alone": ENCODED,
    "in quotes": b'x = "' + ENCODED + b'";',
    "without padding": b"<" + ENCODED.rstrip(b"=") + b">",
    "base64url": b"token: " + base64.urlsafe_b64encode(PACKED),
    "after a path": b"/api/v1/download/" + ENCODED + b"?x",
    "after letters": b"xyz" + ENCODED,
    "after a word": b"prefix_" + ENCODED + b" ",
    "slashes escaped": json.dumps({"data": base64.b64encode(LONG).decode()}).replace("/", "\\/").encode(),
    "as JSON escapes it": base64.b64encode(LONG).replace(b"+", b"\\u002b").replace(b"/", b"\\u002F"),
    "as a form escapes it": b"data="
    + base64.b64encode(LONG).replace(b"+", b"%2b").replace(b"/", b"%2F").replace(b"=", b"%3D"),
    "in lines": b"\r\n" + folded(LONG, 76, b"\r\n") + b"\r\n--x",
    "in lines of 64": b"-----BEGIN THIS-----\n" + folded(LONG, 64, b"\n") + b"\n-----END THIS-----\n",
    "in lines in JSON": b'{"data": "' + folded(PACKED, 30, b"\\n") + b'\\n"}',
    "in indented lines": b"data: |\n" + folded(LONG, 60, b"\n", b"    ") + b"\nnext: 1\n",
    "as HTML escapes it": b'value="' + html_escaped(base64.b64encode(LONG), b"&#%d;") + b'"',
    "as XML escapes it": b"<a>" + html_escaped(folded(LONG, 76, b"&#13;\n"), b"&#x%X;") + b"</a>",
    "in lines in an attribute": b'<a b="' + folded(LONG, 64, b"&#xA;") + b'"/>',
    "in lines in JSON in JSON": json.dumps(json.dumps(folded(LONG, 76, b"\r\n").decode())).encode(),
    "slashes escaped in JSON in JSON": json.dumps(
        json.dumps(base64.b64encode(LONG).decode()).replace("/", "\\/").replace("+", "\\u002b")
    ).encode(),
    "percent-encoded twice": urllib.parse.quote(urllib.parse.quote(base64.b64encode(LONG), safe="")).encode(),
    "percent-encoded four times": base64.b64encode(LONG)
    .replace(b"+", b"%2525252B")
    .replace(b"/", b"%2525252f")
    .replace(b"=", b"%2525253D"),
    "in lines in a URL": b"/a?b=" + urllib.parse.quote(folded(LONG, 76, b"\r\n"), safe="").encode() + b"&c=1",
    "in lines in a URL in a URL": b"/a?b="
    + urllib.parse.quote(urllib.parse.quote(folded(LONG, 60, b"\n"), safe=""), safe="").encode(),
    "in lines in JSON in a URL": b"/a?b="
    + urllib.parse.quote(json.dumps(folded(LONG, 76, b"\r\n").decode()), safe="").encode(),
    "base64url with signs by their number": in_javascript(b"\\%03o", base64.urlsafe_b64encode(LONG)),
    "base64url with signs as entities": in_javascript(b"&#%d;", base64.urlsafe_b64encode(LONG)),
    "with signs by their number in octal": in_javascript(b"\\%03o"),
    "with signs by their number, in a URL": urllib.parse.quote(in_javascript(b"\\x%02x"), safe="").encode(),
    "in lines by their number, in a URL in a URL": urllib.parse.quote(
        urllib.parse.quote(in_javascript(b"\\u%04x", folded(LONG, 64, b"\n")), safe=""), safe=""
    ).encode(),
    "in indented lines in JSON": json.dumps("data: |\r\n" + folded(LONG, 60, b"\r\n", b"    ").decode()).encode(),
    "after an equals sign escaped twice": b"a%253D" + ENCODED,
    "after a line break in JSON in JSON": json.dumps(json.dumps("see:\n" + ENCODED.decode())).encode(),
    "after an escape": b'{"text": "see:\\n' + ENCODED + b'"}',
    "after an escaped equals sign": b"a%3D" + ENCODED,
    "on a long line": b"data:;base64," + base64.b64encode(LONG),
    "twice": base64.b64encode(b"see: " + ENCODED),
}


@pytest.mark.slow
@for_each(name=TEXTS)
def test_it_is_found_in_any_context(name: str) -> None:
    findings = whole(TEXTS[name])
    expected = ("base64", "base64", "gzip") if name == "twice" else ("base64", "gzip")
    # A string of JavaScript may be unescaped before that.
    assert expected in {layers[-len(expected) :] for layers in seen(findings)}
    # Where the first sign comes early, the characters behind it are also read by themselves, and are opaque.
    assert not findings.unread or name == "base64url with signs by their number"


@pytest.mark.slow
@for_each(name=TEXTS, size=[1, 333, 4000])
def test_it_does_not_matter_how_it_is_cut(name: str, size: int) -> None:
    # Many pieces of the beginning, and a few of it all.
    text = TEXTS[name][: {1: 500, 333: 5000}.get(size)]
    assert outcome(played(untyped, text, range(0, len(text), size))) == outcome(whole(text))


@cache
def whole(text: bytes) -> Findings:
    """What is found without cuts, once for all tests."""
    return played(untyped, text)


@pytest.mark.parametrize("wide", ["utf-16-le", "utf-16-be"])
def test_utf_16_is_recognised(wide: str) -> None:
    """As PowerShell encodes commands."""
    inside = base64.b64encode(("$x = '" + ENCODED.decode() + "'").encode(wide))
    assert ("base64", "base64", "gzip") in seen(played(untyped, b"-EncodedCommand " + inside))


def test_data_of_unknown_type_is_searched_nevertheless() -> None:
    """The secret is in data of unknown type."""
    findings = played(
        untyped, b"v=" + base64.b64encode(b"\xff\x01\x80" * 7 + "Fluffy tail 4711".encode("utf-16-le")) + b";"
    )
    assert any(found.layers == ("base64",) for found in findings.sightings)


IN_PATHS = {
    "EBCDIC": (("password=" + VALUE.decode()).encode("cp273"), ("base64",)),
    "LZ4": (lz4.block.compress(VALUE * 9), ("base64", "lz4")),
    "long Snappy": (bytes(cramjam.snappy.compress_raw(noise(120).hex(" ").encode() + VALUE)), ("base64", "snappy")),
    "Snappy": (bytes(cramjam.snappy.compress_raw(b"the value is " + VALUE)), ("base64", "snappy")),
}


@for_each(name=IN_PATHS, after=[b"", b"/index", b"/a/longer/path/than/that.html"])
def test_data_of_unknown_type_is_searched_in_a_path(name: str, after: bytes) -> None:
    """The characters before it are as good as its own, so that nobody knows where its first group begins."""
    data, layers = IN_PATHS[name]
    segment = base64.urlsafe_b64encode(data).rstrip(b"=")
    path = b"GET /files/" + segment + after + b" HTTP/1.1"
    findings = played(untyped, path)
    assert layers in seen(findings)
    for size in (1, 7):
        assert outcome(played(untyped, path, range(0, len(path), size))) == outcome(findings)
    assert layers not in seen(played(untyped, path.replace(segment, segment[1:])))


def test_a_value_with_slashes_is_one_value() -> None:
    value = base64.b64encode(noise(64, 7)).replace(b"+", b"/")
    assert b"/" in value
    assert list(played(untyped, b"<" + value + b">").values[OPAQUE].values()) == [64]


def test_the_place_is_that_of_the_run_on_the_wire() -> None:
    text = b"x" * 30 + b" " + ENCODED + b" "
    (found,) = (found for found in played(untyped, text).sightings if found.layers == ("base64", "gzip"))
    assert found.place.frame == 1
    assert found.place.offset == OFFSET + 31
    assert found.place.length == len(ENCODED) if len(ENCODED) + 31 <= IN_A_FRAME else IN_A_FRAME - 31


@pytest.mark.parametrize(
    "text",
    [
        b"/usr/lib/python3/dist-packages/some-package/module",
        b"aVeryLongNameInCamelCaseAsInJavaScriptProgrammes",
        b"da39a3ee5e6b4b0d3255bfef95601890afd80709" * 3,
        b"eyJhbGciOiJIUzI1NiJ9." + base64.urlsafe_b64encode(noise(32, 3)),
        b"A" * 5000,
        b"=" * 5000,
        b"%2F" * 2000,
        b"\\/" * 3000,
        b"\\" * 3000,
    ],
)
def test_a_false_match_is_not_reported(text: bytes) -> None:
    findings = played(untyped, text)
    assert not findings.sightings
    assert not findings.unread


class Opener:
    """Claims to open every token, and records the tokens."""

    def __init__(self) -> None:
        self.tokens: list[bytes] = []

    def open(self, token: bytes) -> Sequence[tuple[Layer, bytes]]:
        self.tokens.append(token)
        return [(Layer("Fernet"), b"it says " + VALUE)]


TOKEN = base64.urlsafe_b64encode(b"\x80" + bytes(8) + noise(100, 5))


@pytest.mark.parametrize(
    "text", [TOKEN, b'{"token": "' + TOKEN + b'"}', b"t=" + TOKEN.replace(b"=", b"%3D") + b"&x", TOKEN.rstrip(b"=")]
)
@pytest.mark.parametrize("size", [10_000, 10])
def test_tokens_are_opened(text: bytes, size: int) -> None:
    opener = Opener()
    findings = played(untyped, text, range(0, len(text), size), findings=replace(some_findings(), opener=opener))
    assert opener.tokens == [TOKEN]
    assert seen(findings) == {("Fernet",)}


def test_long_tokens_are_opened() -> None:
    token = base64.urlsafe_b64encode(b"\x80" + bytes(8) + noise(100_000, 5))
    opener = Opener()
    findings = played(
        untyped, b"<" + token + b">", range(0, len(token), 1000), findings=replace(some_findings(), opener=opener)
    )
    assert opener.tokens == [token]
    (found,) = findings.sightings
    assert len(found.place.frames) == 1 + len(token) // IN_A_FRAME


def test_runs_are_found_completely() -> None:
    text = b"short, " + b"aG" * 12 + b" " + b"B" * 23 + b"!" + b"c" * 30 + b"Z"
    assert base64_runs(text) == [(7, 31), (56, 87)]
    assert base64_runs(bytearray(text)) == base64_runs(text)


def test_words_may_be_skipped_except_the_last() -> None:
    """Lower-case letters alone are not taken for base64."""
    text = b"some-words-with-hyphens-between but " + b"z" * 30
    assert base64_runs(text)[-1] == (36, 66)


@pytest.mark.slow
def test_it_takes_negligible_time() -> None:
    """Letters in all arrangements, a megabyte of each, in small pieces."""
    began = time.process_time()
    for text in (b"A" * 2**20, TEXTS["in lines"] * 30, b"AbcdEfghIjklMnopQrstUvwx " * 20_000, b"A\\/" * 2**18):
        played(untyped, text, range(0, len(text), 16_000))
    assert time.process_time() - began < 15


def test_text_behind_a_nul_is_read_from_its_beginning() -> None:
    """As in an answer of SASL PLAIN (RFC 4616): a slash in base64 does not begin it."""
    word = b"=?utf-8?Q?They=20say=20that=5Cx46=5Cx6c" + VALUE[2:].replace(b" ", b"=20") + b"?="
    for count in range(3):
        coded = base64.b64encode(b"\0" + b"a" * (count + 4) + b"\0" + word)
        assert any("MIME encoded words" in layers for layers in seen(played(untyped, b"AUTH PLAIN " + coded + b"\r\n")))


@pytest.mark.parametrize("name", ["LZMA", "bzip2", "zlib"])
def test_compression_among_other_bytes_is_carved(name: str) -> None:
    compress = {
        "LZMA": lambda data: lzma.compress(data, lzma.FORMAT_ALONE),
        "bzip2": bz2.compress,
        "zlib": zlib.compress,
    }
    data = b"\x82\xa4user\xa5alice\xa4note\xc5\0\x3c" + compress[name](VALUE * 3) + b"\r\n--cut--\r\n"
    for coded in (base64.b64encode(data), data.hex().encode()):
        findings = played(untyped, b"note=" + coded + b"&x=y")
        assert seen(findings)
        assert not findings.unread


@pytest.mark.parametrize("size", [1, 3, 7, 100])
def test_bzip2_within_text_is_carved_wherever_it_is_split(size: int) -> None:
    data = b"--cut\r\nContent-Type: application/octet-stream\r\n\r\n" + bz2.compress(VALUE * 3) + b"\r\n--cut--\r\n"
    findings = played(untyped, data, range(0, len(data), size))
    assert ("bzip2",) in seen(findings)
    assert outcome(findings) == outcome(played(untyped, data))


def test_an_archive_in_raw_deflate_is_read() -> None:
    """It is repetitive, so that its beginning decompresses to a lot."""
    with tarfile.open(fileobj=(held := io.BytesIO()), mode="w") as archive:
        entry = tarfile.TarInfo("note.txt")
        entry.size = len(VALUE)
        archive.addfile(entry, io.BytesIO(VALUE))
    packed = zlib.compress(held.getvalue())[2:-4]
    assert any("deflate" in layers for layers in seen(played(untyped, b"note=" + base64.b64encode(packed) + b"&x=y")))
