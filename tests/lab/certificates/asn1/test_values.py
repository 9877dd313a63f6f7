"""Values: numbers, identifiers, strings and bits, also as only BER writes them."""

from __future__ import annotations

import pytest

from lab.certificates import der
from overheard.certificates.asn1 import values
from overheard.certificates.asn1.element import Asn1Error, parse


@pytest.mark.parametrize("number", [0, 1, 127, 128, 255, 256, -1, -128, -129, 1 << 200])
def test_an_integer_is_read(number: int) -> None:
    assert values.integer(parse(der.integer(number))) == number


@pytest.mark.parametrize("dotted", ["1.2.840.113549", "2.5.29.17", "0.9.2342", "2.999.1", "1.3.6.1.4.1.55555.1"])
def test_an_identifier_is_read(dotted: str) -> None:
    assert values.oid(parse(der.oid(dotted) if not dotted.startswith("2.999") else b"\x06\x03\x88\x37\x01")) == dotted


def test_a_long_identifier_is_shown_by_its_beginning() -> None:
    assert values.oid(parse(der.tlv(6, b"\xff" * 2000 + b"\1"))).startswith(
        "(an OBJECT IDENTIFIER of 2001 octets, ffff"
    )


@pytest.mark.parametrize("data", [b"\xff", b"\1", b"\x80"])
def test_all_but_zero_is_true(data: bytes) -> None:
    assert values.boolean(parse(der.tlv(1, data)))
    assert not values.boolean(parse(b"\1\1\0"))


def test_strings_may_be_in_pieces() -> None:
    assert values.octets(parse(der.tlv(0x24, der.integer(5)))) == b"\5"
    assert values.octets(parse(der.tlv(0x24, der.octets(b"ab"), der.tlv(0x24, der.octets(b"c"))))) == b"abc"
    assert values.bits(parse(der.tlv(0x23, der.bit_string(b"a"), der.bit_string(b"\xff", 4)))) == b"a\xf0"


@pytest.mark.parametrize(
    ("tag", "data", "read"),
    [
        (0x0C, "é".encode(), "é"),
        (0x13, b"plain", "plain"),
        (0x14, b"\xe9", "é"),
        (0x16, b"\xe9", "é"),
        (0x1E, b"\0a\0b", "ab"),
        (0x1C, b"\0\0\0a", "a"),
        (0x0C, b"\xe9", "\\xe9"),
        (0x1E, b"\0a\0", "a\\x00"),
    ],
)
def test_a_string_is_text_in_its_charset(tag: int, data: bytes, read: str) -> None:
    assert values.text(parse(der.tlv(tag, data))) == read


@pytest.mark.parametrize(
    ("data", "unused", "numbers"),
    [(b"\x80", 7, {0}), (b"\x06", 1, {5, 6}), (b"\0\x80", 7, {8}), (b"\xff", 7, {0}), (b"", 0, set())],
)
def test_named_bits_are_numbered_from_the_left(data: bytes, unused: int, numbers: set[int]) -> None:
    assert values.named_bits(parse(der.bit_string(data, unused))) == numbers


@pytest.mark.parametrize(
    ("read", "data"),
    [
        (values.integer, b"\x02\0"),
        (values.integer, b"\x22\x03\x02\x01\5"),
        (values.integer, b"\x04\x01\5"),
        (values.small, der.integer(1 << 33)),
        (values.boolean, b"\1\2\0\0"),
        (values.oid, b"\6\0"),
        (values.oid, b"\6\1\x80"),
        (values.bits, b"\3\0"),
        (values.bits, b"\3\1\1"),
        (values.bits, b"\3\2\x09\0"),
        (values.text, der.integer(5)),
    ],
)
def test_another_value_is_an_error(read: object, data: bytes) -> None:
    with pytest.raises(Asn1Error):
        read(parse(data))  # type: ignore[operator]
