"""What stands right before or behind a run of a coding, and looks like a part of it."""

from __future__ import annotations

import base64
import zlib
from typing import TYPE_CHECKING
from urllib.parse import quote

import brotli  # type: ignore[import-untyped]  # it publishes no types

from capture.encoders import z85
from capture.played import VALUE, outcome, played, seen, some_findings
from capture.wrapped import noise
from overheard_capture.decoders.armour.coding import has_length
from overheard_capture.decoders.armour.codings import CODINGS, PERCENT, _is_escaped_text
from overheard_capture.decoders.untyped import untyped
from rows import for_each

if TYPE_CHECKING:
    from collections.abc import Callable

    Write = Callable[[bytes], bytes]

BASE32_CODING, PERCENT_CODING = (next(each for each in CODINGS if each.layer == layer) for layer in ("base32", PERCENT))
NUMBERS = b"".join(b"%d %d, " % (number, number * number) for number in range(40))
PLAIN = NUMBERS + VALUE


def zlib_raw(data: bytes) -> bytes:
    return zlib.compress(data)[2:-4]


def ebcdic(data: bytes) -> bytes:
    return data.decode().encode("cp037")


def hexadecimal(data: bytes) -> bytes:
    return data.hex().encode()


PACKED: dict[str, Write] = {
    "deflate": zlib_raw,
    "br": brotli.compress,
    "zlib": zlib.compress,
}
BEFORE = {
    "a diff": b"--- a/note\n+++ b/note\n@@ -1,1 +1,1 @@\n-nothing\n+%b\n",
    "a line that was left out": b"@@ -1,1 +1,1 @@\n-%b\n+nothing\n",
    "a list": b"list:\n*%b\n",
    "a name": b"note=%b\n",
    "a path": b"/a/note.%b\n",
    "a tilde": b"see ~%b\n",
}


def percent(data: bytes) -> bytes:
    return quote(data, safe="").encode()


@for_each(packed=PACKED, before=BEFORE)
def test_a_sign_before_percent_encoded_bytes_is_none_of_them(packed: str, before: str) -> None:
    text = BEFORE[before] % percent(PACKED[packed](PLAIN))
    findings = played(untyped, text)
    assert any(layers[0] == "percent-encoded" and packed in layers for layers in seen(findings))
    for size in (1, 100):
        assert outcome(played(untyped, text, range(0, len(text), size))) == outcome(findings)


@for_each(data=[zlib.compress(PLAIN.swapcase())[2:-4], noise(200)], before=BEFORE)
def test_other_bytes_behind_a_sign_are_silent(data: bytes, before: str) -> None:
    assert not played(untyped, BEFORE[before] % percent(data)).sightings


@for_each(
    packed=["deflate", "br"],
    charset=["utf-8", "cp037", "mac-roman"],
    small=[False, True],
    word=[b"port", b"other_name", b"note2"],
)
def test_a_word_behind_base32_is_no_line_of_it(packed: str, charset: str, small: bool, word: bytes) -> None:
    """As the next name in a file of settings is."""
    for value in (VALUE, VALUE.swapcase()):
        mail = f"Dear all,\n\nplease note that the new value is now {value.decode()} and nothing else.\n\nRegards\n"
        coded = base64.b32encode(PACKED[packed](mail.encode(charset))).rstrip(b"=") + b"\n" + word
        text = b"password = " + (coded.lower() if small else coded.upper()) + b" = 1\n"
        findings = played(untyped, text)
        assert bool(findings.sightings) == (value == VALUE)
        assert outcome(played(untyped, text, range(0, len(text), 7))) == outcome(findings)


@for_each(
    write=[base64.b85encode, z85, base64.b32encode, lambda data: base64.b32encode(data).lower(), hexadecimal],
    pack=[zlib_raw, brotli.compress, ebcdic],
    escape=[
        *(b"\\n", b"\\r\\n", b"\\t", b"\\\\n", b"\\u000a", b"\\u000d\\u000a", b"\\u000A", b"\\u0009"),
        *(b"\\x0a", b"\\x0A", b"\\012", b"\\u0022", b"\\u003D", b"\\U0000003A"),
    ],
)
def test_an_escape_before_a_run_is_none_of_it(write: Write, pack: Write, escape: bytes) -> None:
    """Its letters and digits are those of the coding, too."""
    for value in (VALUE, VALUE.swapcase()):
        text = b'{"note": "see:' + escape + write(pack(NUMBERS + value)) + escape + b'bye"}\n'
        findings = played(untyped, text)
        assert bool(findings.sightings) == (value == VALUE)
    assert outcome(played(untyped, text, range(0, len(text), 7))) == outcome(findings)


@for_each(
    write=[base64.b32encode, lambda data: base64.b32encode(data).lower(), hexadecimal],
    pack=[zlib_raw, brotli.compress],
    escape=[b"\\x1B", b"\\x22", b"\\042", b"\\0", b"\\b", b"\\f"],
)
def test_what_may_be_an_escape_before_a_run_is_read_either_way(write: Write, pack: Write, escape: bytes) -> None:
    for value in (VALUE, VALUE.swapcase()):
        coded = write(pack(NUMBERS + value)).rstrip(b"=")
        text = b'{"note": "see:' + escape + coded + b'"}\n'
        findings = played(untyped, text)
        assert bool(findings.sightings) == (value == VALUE)
        assert outcome(played(untyped, text, range(0, len(text), 5))) == outcome(findings)
        assert bool(played(untyped, b"C:\\data\\" + coded).sightings) == (value == VALUE)


@for_each(write=[hexadecimal, base64.b32encode], escape=[b"", b"\\u0022", b"\\", b"\\f"])
def test_a_signature_behind_an_escape_is_one_value(write: Write, escape: bytes) -> None:
    findings = played(untyped, b'{"signature": "' + escape + write(noise(64)).rstrip(b"=") + b'"}\n')
    assert not findings.unread
    assert [len(sizes) for sizes in findings.values.values()] == [1]


@for_each(digest=[f"000a{number:036x}" for number in (0xFFFF << 120, 0x1B3F << 128, 0x78DA << 128)])
def test_a_number_that_begins_with_such_digits_is_a_number(digest: str) -> None:
    findings = played(untyped, f"commit {digest}\nu{digest}\n".encode())
    assert not findings.sightings
    assert not findings.unread


def test_a_percent_sign_and_an_equals_sign_are_escapes_of_base85() -> None:
    """Of two characters that base64 has not, one is a percent sign, or an equals sign within; one says nothing."""
    escaped = b"GFoqPQFwAlXJ~UcT3I%3DGOmS%2A5NOE%2A%25SaLRI"
    findings = played(untyped, b"/files?name=" + escaped, findings=some_findings(value=b"fluffy tail"))
    assert ("percent-encoded", "base85", "base58") in seen(findings)
    assert not _is_escaped_text(escaped)
    assert _is_escaped_text(escaped.replace(b"%2A", b"A").replace(b"%3D", b"A"))
    z85 = b"user=alice&note=h8Y2Ghdn19g%3DdZBhcJvshCm%3AIhCcFig%3DdZug%3DdZa&send=1"
    secret = "\u79d8\u5bc6\u306e\u5408\u8a00\u8449\u3067\u3059".encode()
    assert ("percent-encoded", "base85", "base64") in seen(played(untyped, z85, findings=some_findings(value=secret)))
    assert _is_escaped_text(b"note=QUJDREVGR0hJSktMTU5PUFFSU1RVVldY%3D%3D&a%3Ab=some-words")


def test_the_length_before_a_word_may_be_one_of_its_characters() -> None:
    """Before a string in a message, with its padding; before a literal of Snappy, which has it less by one."""
    word = b"4OEIKQEXQGRKFJUWTGCEBCNCICRNYWMFTFANFXEZQKE2EQG4QKCZSQHMSNVUBEUFQWLUBCNDJM======"
    message = b"\x08\x96\x01\x12\x05alice\x1aR\nP" + word
    secret = "s\u00fc\u00dfer K\u00fcrbis \u00fcber \u00d6l".encode()
    assert ("base32",) in seen(played(untyped, message, findings=some_findings(value=secret)))
    assert not seen(played(untyped, message.replace(b"MFTF", b"FTMF"), findings=some_findings(value=secret)))
    assert has_length(BASE32_CODING, b"P" + b"A" * 74) == has_length(BASE32_CODING, b"P" + b"A" * 81) == 1
    assert has_length(BASE32_CODING, b"P" + b"A" * 82) == has_length(BASE32_CODING, b"P" + b"A" * 73) == 0
    assert has_length(PERCENT_CODING, b"P" + b"A" * 80) == 0
