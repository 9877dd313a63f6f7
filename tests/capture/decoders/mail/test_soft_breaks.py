"""Lines of quoted-printable that were indented before they were encoded again, or after that."""

from __future__ import annotations

import binascii
import quopri

import pytest

from capture.played import VALUE, outcome, played, seen
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
