"""What is escaped is read wherever a frame, a line or a quotation ends within it."""

from __future__ import annotations

import base64

import pytest

from capture.decoders.armour.escaped import CODED, ESCAPED, PACKED, TEXT, folded_vcard, in_html, in_json, quoted
from capture.played import VALUE, outcome, played, seen, some_findings
from overheard_capture.decoders.untyped import untyped
from rows import for_each


@for_each(content=[TEXT, PACKED], how=ESCAPED, coding=CODED)
def test_escaped_armour_is_read_from_frames_of_a_byte(coding: str, how: str, content: bytes) -> None:
    """Each frame is unescaped by itself: what is escaped may go on in the next one, and a `>` may begin one."""
    text = ESCAPED[how](CODED[coding](content))
    with pytest.MonkeyPatch.context() as patched:
        whole = seen(played(untyped, text))
        patched.setattr("capture.played.IN_A_FRAME", 1)
        assert seen(played(untyped, text)) == whole


@for_each(width=range(20, 32), in_a_frame=[1, 2, 100])
def test_a_fold_may_be_within_an_escape_in_any_frame(width: int, in_a_frame: int) -> None:
    value = "süßer Kürbis über Öl"
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("capture.played.IN_A_FRAME", in_a_frame)
        for text, is_there in ((value, True), (value.swapcase(), False)):
            card = folded_vcard(in_json(text.encode()), width)
            found = seen(played(untyped, card, findings=some_findings(value=value.encode())))
            assert (("folded lines",) in found) == is_there


def broken(text: bytes, ends: bytes) -> bytes:
    """A quotation in HTML of lines of quoted-printable that end so, within a word."""
    lines = (text[at : at + 7] for at in range(0, len(text), 7))
    return in_html(quoted(ends.join(lines)))


def test_quoted_printable_in_a_quotation_in_html_is_read() -> None:
    """As web mail and chats show a mail that was forwarded; without a soft line break, nobody would join the lines."""
    for ends in (b"=\n", b"=\r\n"):
        text = broken(b"it is " + VALUE, ends)
        findings = played(untyped, text)
        assert any("quoted-printable" in layers for layers in seen(findings))
        for size in (1, 3, 100):
            assert outcome(played(untyped, text, range(0, len(text), size))) == outcome(findings)
        assert not seen(played(untyped, broken(b"it is " + VALUE, ends[1:])))


def test_base64_in_a_quotation_in_html_with_line_ends_of_mail_is_read() -> None:
    text = in_html(quoted(base64.encodebytes(PACKED))).replace(b"\n", b"\r\n")
    assert any("gzip" in layers for layers in seen(played(untyped, text)))


@for_each(again=[0, 1, 2], value=[VALUE, VALUE.swapcase()])
def test_base64_in_a_quotation_may_be_escaped_again(again: int, value: bytes) -> None:
    """As a mail in HTML in a message of XMPP; what is on both lines shows only where both signs are taken off."""
    lines = quoted(base64.encodebytes(b"They wrote, and nobody knows when, that it is " + value))
    text = in_html(lines).replace(b"&", b"&" + b"amp;" * again)
    findings = played(untyped, text)
    assert any("base64" in layers for layers in seen(findings)) == (value == VALUE)
    assert outcome(played(untyped, text, range(0, len(text), 7))) == outcome(findings)
