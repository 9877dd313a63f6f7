"""Encoded words of real mail programs: text that spans several of them is found."""

from __future__ import annotations

import base64
import gzip
from email.header import Header
from email.message import EmailMessage
from typing import TYPE_CHECKING

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from capture.played import VALUE, outcome, played, seen, some_findings
from overheard.words.layer import Layers
from overheard_capture.decoders.mail.encoded_words import EncodedWords
from overheard_capture.decoders.untyped import untyped
from rows import for_each

if TYPE_CHECKING:
    from overheard_capture.content.findings import Findings
    from overheard_capture.content.readers import Reader

LAYERS = {("MIME encoded words",)}
BASE64 = base64.b64encode(VALUE[:8]).rstrip(b"=")


def subject(text: str, charset: str = "utf-8") -> bytes:
    """A header as Python writes it."""
    return (
        b"From: a@example.test\r\nSubject: " + Header(text, charset, 76).encode(linesep="\r\n").encode() + b"\r\n\r\n"
    )


@for_each(before=range(20, 60, 3))
def test_a_secret_that_is_split_over_words_is_seen(before: int) -> None:
    """Python writes base64 words; where one ends depends on the preceding text."""
    text = subject("й" * before + VALUE.decode())
    assert b"?b?" in text
    findings = played(untyped, text)
    assert findings.sightings
    assert not findings.unread


def test_some_of_them_are_found_by_this_reader_alone() -> None:
    both_findings = [played(untyped, subject("й" * before + VALUE.decode())) for before in range(20, 60)]
    assert LAYERS in [seen(findings) for findings in both_findings]


def test_a_message_written_by_python() -> None:
    message = EmailMessage()
    message["Subject"] = "Привет, Fluffy tail 4711, и ещё много слов, чтобы строка была длинной"
    assert played(untyped, message.as_bytes()).sightings


@pytest.mark.parametrize(
    "line",
    [
        b"Subject: Fluffy =?utf-8?Q?tail_4711?=",
        b"Subject: =?utf-8?Q?Fluffy?= tail 4711",
        b"Subject: =?utf-8?Q?Fluffy?=\r\n tail 4711",
        b"Subject: =?utf-8?q?Flu?= =?ISO-8859-1*en?Q?ffy_?=\r\n\t =?utf-8?B?%b?=" % base64.b64encode(b"tail 4711"),
        b"Subject: =?utf-8?B?%b?= =?utf-8?B?%b?=" % (BASE64, base64.b64encode(VALUE[8:])),
    ],
)
@pytest.mark.parametrize(
    "around",
    [b"", b"X: 1\r\n", *(pytest.param(long, marks=pytest.mark.slow) for long in (b"y" * 5000 + b"\n", b"y" * 9000))],
)
@pytest.mark.parametrize("size", [1, 3, 50])
def test_halves_are_joined(line: bytes, around: bytes, size: int) -> None:
    text = around + (b"\r\n" if around[-1:] == b"y" else b"") + line + b"\r\nTo: b@example.test\r\n" + around
    findings = played(untyped, text)
    assert seen(findings) == LAYERS
    (found,) = findings.sightings
    assert found.matched == VALUE
    # Close to the words at every such place; far from them, pieces of a single byte only take long.
    words = range(max(len(around) - 100, 0), min(len(text) - len(around) + 100, len(text)), size)
    cuts = [*range(0, words.start, 150), *words, *range(words.stop, len(text), 150)]
    assert outcome(played(untyped, text, cuts)) == outcome(findings)


@pytest.mark.parametrize(
    "line",
    [
        b"Subject: =?utf-8?Q?Fluffy_tail_4711?=",
        b"Subject: " + VALUE + b" =?utf-8?Q?x?=",
        b"Subject: =?utf-8?B?!?= =?utf-8?Q?Fluffy?=tail 4711",
        b"Subject: =?utf-8?Q?Fluffy?=\r\ntail 4711",
        b"Subject: =?utf-8?Q?Fluffy?=" + b" " * 70_000 + b"=?utf-8?Q?_tail_4711?=",
        b"a=?b" * 3000,
    ],
)
def test_secrets_seen_without_joining_are_not_reported_twice(line: bytes) -> None:
    findings = played(untyped, line + b"\r\n")
    assert seen(findings) <= {()}
    assert not findings.unread


@pytest.mark.parametrize(
    ("text", "inside"),
    [
        (base64.b64encode(gzip.compress(VALUE, mtime=0)), ("base64", "gzip")),
        (base64.b32encode(b"the words are " + VALUE), ("base32",)),
        (b"".join(b"\\u%04x" % byte for byte in VALUE), ()),
    ],
)
@pytest.mark.parametrize("size", [1, 9, 1000])
def test_what_is_encoded_in_words_is_unwrapped(text: bytes, inside: tuple[str, ...], size: int) -> None:
    line = subject(text.decode())
    q_word = b"Subject: =?utf-8?Q?" + b"".join(b"=%02X" % byte for byte in text) + b"?=\r\n"
    for each in (line, q_word) if inside else (q_word,):
        findings = played(untyped, each, range(0, len(each), size))
        assert ("MIME encoded words", *inside) in seen(findings)
        assert not findings.unread


@pytest.mark.parametrize("size", [1000, 100_000])
def test_a_field_may_be_as_long_as_a_note(size: int) -> None:
    """Such as what a program puts into a header on as many lines as it takes."""
    text = gzip.compress(b"".join(b"%d bottles\n" % number for number in range(3000)) + VALUE, mtime=0)
    field = subject(base64.b64encode(text).decode())
    assert len(field) > 8000
    findings = played(untyped, field, range(0, len(field), size))
    assert ("MIME encoded words", "base64", "gzip") in seen(findings)


def test_a_tag_right_beside_words_is_no_part_of_what_is_encoded_in_them() -> None:
    """Angle brackets are characters of Z85."""
    word = b"=?utf-8?Q?ra=5D=3F=3DAa9=2AeCw=3FIjazC=29tw=5D8Q4w=7BCIvvqfKeazUL1A3e=3Epe=3DU=3EK?="
    before = b"<!doctype html><html><head><title>Note</title></head><body><p>"
    for text in (before + word + b"</p>", before + word, word + b"</p></body></html>"):
        findings = played(untyped, text, findings=some_findings(value=b"fluffy tail"))
        assert ("MIME encoded words", "base85") in seen(findings)
        assert not findings.unread
    other = before + word.replace(b"CIvvq", b"CIqvv") + b"</p>"
    assert not played(untyped, other, findings=some_findings(value=b"fluffy tail")).sightings


def encoded_words(findings: Findings, layers: Layers) -> Reader:
    """Create a reader of encoded words alone."""
    return EncodedWords(findings, layers, untyped)


PIECES = [
    b"=?utf-8?Q?Fluffy?=",
    b"=?utf-8?Q?_tail?=",
    b" ",
    b"\r\n",
    b"\n",
    b"\t",
    b" 4711",
    b"Fluffy tail",
    b"=",
    b"?",
    b"x" * 16_000,
]


@pytest.mark.slow
@example([b"\r\n", b"\n", b" ", b"=?utf-8?Q?Fluffy?=", b"=?utf-8?Q?_tail?=", b" 4711"], [1])
@given(st.lists(st.sampled_from(PIECES), max_size=12), st.lists(st.integers(0, 40_000), max_size=6))
@settings(max_examples=400)
def test_it_does_not_matter_how_it_is_cut(pieces: list[bytes], cuts: list[int]) -> None:
    text = b"".join(pieces)
    assert outcome(played(encoded_words, text, cuts)) == outcome(played(encoded_words, text))
