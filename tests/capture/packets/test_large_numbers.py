"""Text that is written as one large number is recognised, and identifiers are not taken for it."""

from __future__ import annotations

import hashlib

import pytest

from overheard_capture.packets.large_numbers import decoded_numbers
from overheard_capture.packets.usual_text import is_number_of_text

TEXT = b"fluffy tail in a tree"
_SMALL, _CAPITAL = "abcdefghijklmnopqrstuvwxyz", "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
DIGITS = {
    "base 10": "0123456789",
    "base 36": "0123456789" + _SMALL,
    "base 36 in capitals": "0123456789" + _CAPITAL,
    "base 62, capitals first": "0123456789" + _CAPITAL + _SMALL,
    "base 62, small letters first": "0123456789" + _SMALL + _CAPITAL,
}


def number_of(data: bytes, digits: str) -> bytes:
    """The number that data is, in these digits."""
    number, text = int.from_bytes(data), ""
    while number:
        number, digit = divmod(number, len(digits))
        text = digits[digit] + text
    return text.encode()


@pytest.mark.parametrize("base", DIGITS)
def test_a_text_is_decoded_in_each_base(base: str) -> None:
    text = number_of(TEXT, DIGITS[base])
    assert TEXT in decoded_numbers(text)
    assert is_number_of_text(text)


def test_identifiers_words_and_other_text_are_none() -> None:
    codes = [hashlib.sha256(b"%d" % number).digest()[:20] for number in range(200)]
    assert not any(is_number_of_text(number_of(code, DIGITS[base])) for code in codes for base in DIGITS)
    for text in (b"", b"www", b"autodiscover", b"20261202130000", b"a-name-with-dashes", b"z" * 2000):
        assert not is_number_of_text(text)
    assert [*decoded_numbers(b"www")] == []
