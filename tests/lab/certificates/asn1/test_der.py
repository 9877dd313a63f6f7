"""What is BER but not DER, and the same in DER."""

from __future__ import annotations

import pytest

from lab.certificates import der
from overheard.certificates.asn1.der import deviations, reencoded
from overheard.certificates.asn1.element import parse


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"\x30\x81\x00", "a length"),
        (b"\x30\x80\0\0", "a length"),
        (der.seq(b"\1\1\1"), "a BOOLEAN"),
        (der.seq(b"\2\2\0\1"), "an INTEGER"),
        (der.seq(b"\2\2\xff\x80"), "an INTEGER"),
        (der.seq(der.bit_string(b"\xff", 4)), "unused bits"),
        (der.seq(der.tlv(0x24, der.octets(b"a"))), "a string is in pieces"),
        (der.seq(b"\6\3\x2a\x80\1"), "a number of an OBJECT IDENTIFIER"),
        (der.rdn(der.integer(6), der.integer(5)), "the elements of a SET"),
    ],
)
def test_what_is_not_der_is_told(data: bytes, says: str) -> None:
    (found,) = deviations(parse(data))
    assert found.startswith(says)


def test_der_has_no_deviations() -> None:
    assert deviations(parse(der.leaf().der)) == ()


def test_an_element_is_written_again_with_the_shortest_lengths() -> None:
    assert reencoded(parse(b"\x30\x80\x02\x01\x05\x30\x81\0\0\0")) == der.seq(der.integer(5), der.seq())
    assert reencoded(parse(b"\xbf\x81\x01\x80\0\0")) == b"\xbf\x81\x01\0"
