"""Lines of quoted-printable that were indented before they were encoded again, or after that."""

from __future__ import annotations

import base64
import binascii
import quopri
import zlib

import pytest

from capture.played import VALUE, outcome, played, seen, some_findings
from overheard_capture.decoders.untyped import untyped
from rows import for_each

WIDE = (b"it is " + VALUE + b", as ever").decode()
LETTERS = range(ord("A"), ord("z"))


def indented(text: bytes, by: bytes) -> bytes:
    return b"note: |\n" + b"".join(by + line for line in text.splitlines(keepends=True)) + b"\nother: none\n"


@for_each(charset=["utf-16", "utf-32"], by=[b"  ", b"\t", b"&gt; "], count=[30, 15, 8], size=[1, 7, 1000])
def test_what_was_indented_and_encoded_again_is_read(charset: str, by: bytes, count: int, size: int) -> None:
    """A line has its indentation once, though it is several lines now, or one."""
    units = [b"%c" % byte if byte in LETTERS else b"=%02X" % byte for byte in WIDE.encode(charset)]
    lines = b"=\n".join(b"".join(units[at : at + count]) for at in range(0, len(units), count))
    text = quopri.encodestring(indented(lines, by))
    findings = played(untyped, text, range(0, len(text), size))
    assert any(layers[:2] == ("quoted-printable", "quoted-printable") for layers in seen(findings))
    assert not findings.unread
    assert outcome(findings) == outcome(played(untyped, text))


@pytest.mark.parametrize("by", [b"  ", b"\t", b"&gt; "])
@pytest.mark.parametrize("size", [1, 7, 1000])
def test_what_is_indented_alone_is_read_without_that(by: bytes, size: int) -> None:
    coded = binascii.b2a_qp(WIDE.encode("utf-32"), istext=False)
    for text in (indented(coded, by), indented(coded.replace(b"=\n", b""), by), indented(coded, by).split(b"\n\n")[0]):
        findings = played(untyped, text, range(0, len(text), size))
        assert any(layers[:1] == ("quoted-printable",) for layers in seen(findings))
        assert not findings.unread
        assert outcome(findings) == outcome(played(untyped, text))


@pytest.mark.parametrize("size", [1, 7, 1000])
def test_the_last_line_has_nothing_after_its_soft_break(size: int) -> None:
    text = b"  it is =3D Fluffy tail =\n"
    assert not played(untyped, text, range(0, len(text), size)).unread
    text += b"  4711\n"
    findings = played(untyped, text, range(0, len(text), size))
    assert seen(findings) == {("quoted-printable",)}


@pytest.mark.parametrize("size", [1, 7, 1000])
def test_a_list_of_padded_base64_is_not_quoted_printable(size: int) -> None:
    lines = [base64.b64encode(b"a value of %s, %d" % (VALUE, number)) for number in (1, 10, 100)]
    assert {line.count(b"=") for line in lines} == {0, 1, 2}
    text = b"\r\n".join([*lines, b""])
    findings = played(untyped, text, range(0, len(text), size))
    assert not any("quoted-printable" in layers for layers in seen(findings))


@pytest.mark.parametrize("width", [72, 75])
def test_base64_in_quoted_printable_is_read(width: int) -> None:
    coded = base64.b64encode(zlib.compress(b"it is " + VALUE + bytes(range(128, 200))))
    text = b"=\n".join(coded[at : at + width] for at in range(0, len(coded), width)).rstrip(b"=")
    findings = played(untyped, text + b"\n")
    assert ("quoted-printable", "base64", "zlib") in seen(findings)


@for_each(by=[b"  ", b"\t", b"&gt; "], size=[1, 7, 1000])
def test_what_is_indented_is_read_though_signs_alone_are_escaped_at_first(by: bytes, size: int) -> None:
    """The first line does not tell whether it was indented before it was encoded; one that goes on does."""
    secret = "\u0441\u0435\u043a\u0440\u0435\u0442\u043d\u044b\u0439 \u043f\u0430\u0440\u043e\u043b\u044c".encode()
    coded = b"".join(b"=%02X" % byte for byte in secret)
    for first in (b"user:=20alice\n", b"user:=20alice\nmore:=20none\n"):
        text = indented(first + b"pass:=20" + coded[:60] + b"=\n" + coded[60:] + b"\n", by)
        findings = played(untyped, text, range(0, len(text), size), findings=some_findings(value=secret))
        assert ("quoted-printable",) in seen(findings)
        assert not findings.unread
        assert outcome(findings) == outcome(played(untyped, text, findings=some_findings(value=secret)))


def test_lines_of_text_that_begin_with_blanks_are_one() -> None:
    """The second one goes on without the blanks of the first: they are a part of the text."""
    text = b"<body>\n  it is=20said\n  that it is Fluf=\nfy=20tail=204711, and\n  nothing=20else=\n, so far\n"
    assert seen(played(untyped, text))
