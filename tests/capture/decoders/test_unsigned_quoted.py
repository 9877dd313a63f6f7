"""Compression without a signature in quoted-printable with few escapes."""

from __future__ import annotations

import base64
import binascii

import cramjam
import pytest

from capture.played import VALUE, played, seen, some_findings
from overheard_capture.decoders.untyped import untyped

SECRET = b'password=Tr0ub4dor&3<"it\'s">%+\\/=?'
# Its block is text but for the tag and the offset of a copy.
BLOCK = bytes(cramjam.snappy.compress_raw(SECRET.hex().encode()))


def literal(text: bytes) -> bytes:
    return bytes([len(text) - 1 << 2]) + text


# As another program may write it: with four characters that were 40 characters before, which is a sign.
DIGITS = b"Fluffy tail 4711".hex().encode()
COPIED = b"?" + literal(DIGITS[:21]) + literal(DIGITS[21:] + b"20" * 4) + b"\x01(" + literal(b"21" * 6 + DIGITS[:7])


def quoted(data: bytes) -> bytes:
    return binascii.b2a_qp(data, istext=False)


def test_the_blocks_are_text_but_for_a_few_escapes() -> None:
    assert quoted(BLOCK).count(b"=") == 2
    assert quoted(COPIED).count(b"=") == 1


@pytest.mark.parametrize(("block", "secret"), [(BLOCK, SECRET), (COPIED, VALUE)])
@pytest.mark.parametrize("size", [1, 7, 1000])
def test_a_short_block_is_read_if_it_is_all(block: bytes, secret: bytes, size: int) -> None:
    for text, layers in ((quoted(block), ()), (base64.b64encode(quoted(block)), ("base64",))):
        findings = played(untyped, text, range(0, len(text), size), findings=some_findings(value=secret))
        assert (*layers, "quoted-printable", "snappy", "hexadecimal") in seen(findings)
        assert not findings.unread


def test_numbers_in_text_that_begins_like_a_block_are_none() -> None:
    others = COPIED[:-1], COPIED + b"x", b"@" + COPIED[1:], COPIED.replace(b"\x01(", b"\x01~")
    texts = b"D|%b=10&b=16" % (b"ab" * 20), b"40=1F%b" % (b"x" * 40), b"month=01&day=16&year=2026"
    for text in (*texts, *(b"note: " + DIGITS[:20] + quoted(each) for each in others)):
        findings = played(untyped, text)
        assert not findings.sightings
        assert not findings.unread
