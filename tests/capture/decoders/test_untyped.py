from __future__ import annotations

import base64
import gzip
import zlib

import pytest
import zstandard

from capture.played import VALUE, outcome, played, seen
from capture.wrapped import hashes, noise
from overheard_capture.content.findings import Reason, UnreadContent
from overheard_capture.decoders.untyped import untyped
from rows import for_each

OPAQUE = UnreadContent(Reason.OPAQUE, "neither text nor a known format")
RANDOM = noise(3000, 8)


@for_each(
    text=[
        b"",
        b"a",
        b"plain text\r\n\twith white space\n" * 50,
        "naïve café, 東京, ελληνικά 🐿".encode() * 10,
        b"x" * 300 + "é".encode() + b"y" * 300,
        "Ein Text mit Umlauten: schön, grün und größer als zwei Zeilen, damit er zählt.".encode("latin-1"),
        "Text of two bytes a letter.".encode("utf-16"),
        ("And without a mark: long enough. " * 9).encode("utf-16-be"),
        "Four bytes a letter.".encode("utf-32"),
        "Слова без метки, по два байта.".encode("utf-16-le"),
        "秘密の合言葉です、四バイトで。".encode("utf-32-be"),
        b"H" * 300,
        b"x^2 + y^2 = z^2",
        b"BZh is how it begins, and it is text all the same",
        b"PK is how it begins, and it is text",
    ]
)
def test_text_is_read(text: bytes) -> None:
    findings = played(untyped, text)
    assert not findings.unread
    for size in (1, 3, 50):
        assert outcome(played(untyped, text, range(0, len(text), size))) == outcome(findings)


@pytest.mark.slow
@pytest.mark.parametrize(
    "odd",
    [
        b"\0",
        b"\x01\x02\x03",
        b"text with a \x07 bell",
        b"\xff\xfe\xfd",
        b"text and \xff",
        RANDOM,
        b"text " * 100 + RANDOM,
        b"\xff\xfe\x00\xd8\x00\xd8" * 5,
        b"\x1f\x8b" + RANDOM,
        b"x\x9c" + RANDOM,
        b"\x1f\x9d\x90" + b"\xff" * 100,
    ],
)
def test_unknown_binary_content_is_reported_as_unread(odd: bytes) -> None:
    """Once per content, however it arrives."""
    findings = played(untyped, odd)
    assert findings.unread == {OPAQUE: 1}
    for size in (1, 3, 50):
        assert outcome(played(untyped, odd, range(0, len(odd), size))) == outcome(findings)


@for_each(before=[b"\0\1\2\xff", b"PKPKP", b"((P", RANDOM[:77], b"text, then "], size=[1, 2, 77, 5000])
def test_files_within_unknown_content_are_read(before: bytes, size: int) -> None:
    """As an unknown protocol might carry it."""
    first, second = gzip.compress(b"this is " + VALUE), zstandard.compress(VALUE + b" once more" * 20)
    whole = before + first + b"\xfe\xff" + second + b"\3\3"
    findings = played(untyped, whole, range(0, len(whole), size))
    assert {("gzip",), ("zstd",)} <= seen(findings)
    assert findings.unread == {OPAQUE: 1}


def test_a_wrong_guess_is_not_reported() -> None:
    """Random bytes may look like the beginning of a file."""
    findings = played(untyped, b"\xff" + b"\x1f\x8b\x08\0" * 100 + b"PK\3\4" * 100)
    assert findings.unread == {OPAQUE: 1}


def test_thousands_of_concatenated_files_are_read() -> None:
    """Without a nested call for each of them."""
    findings = played(
        untyped, (gzip.compress(b"a") + zstandard.compress(b"b")) * 1500 + gzip.compress(VALUE), range(0, 99999, 5000)
    )
    assert seen(findings) == {("gzip",)}
    assert not findings.unread


def test_a_truncated_file_is_damaged() -> None:
    findings = played(untyped, gzip.compress(RANDOM)[:-100])
    assert [each.why for each in findings.unread if each.layers == ()] == [Reason.DAMAGED]


def test_content_in_utf_16_is_found() -> None:
    text = 'key = "' + base64.b64encode(gzip.compress(b"this is " + VALUE)).decode() + '"'
    assert ("base64", "gzip") in seen(played(untyped, text.encode("utf-16")))


@pytest.mark.parametrize("level", range(10))
def test_zlib_is_recognised_by_its_decompressed_content(level: int) -> None:
    findings = played(untyped, zlib.compress(hashes(len(RANDOM)) + VALUE, level))
    assert ("zlib",) in seen(findings)
    assert not findings.unread
