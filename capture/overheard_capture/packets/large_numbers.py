"""Bytes written as one large number, with more or fewer digits than hexadecimal has: in base 10, 36 and 62.

The first byte is the most significant one. Nothing tells such a number from an identifier: it counts if it says
something.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from overheard.words.layer import Layer, LayerKind

if TYPE_CHECKING:
    from collections.abc import Iterator

LAYER = Layer("large number", LayerKind.SPELLED)
# What has fewer digits is a word, and writing more takes quadratic time.
_DIGITS = range(12, 1 << 10)
_DECIMAL, _SMALL, _CAPITAL = b"0123456789", b"abcdefghijklmnopqrstuvwxyz", b"ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_MIXED = (_DECIMAL + _CAPITAL + _SMALL, _DECIMAL + _SMALL + _CAPITAL)


def decoded_numbers(text: bytes) -> Iterator[bytes]:
    """What a text stands for in each base that it may be in: only one that has letters of both cases is in base 62."""
    if len(text) not in _DIGITS or not text.isalnum():
        return
    if text.isdigit():
        yield _bytes_of(int(text))
        return
    yield _bytes_of(int(text, 36))
    for digits in _MIXED if text not in (text.lower(), text.upper()) else ():
        number = 0
        for value in text.translate(bytes.maketrans(digits, bytes(range(len(digits))))):
            number = number * len(digits) + value
        yield _bytes_of(number)


def _bytes_of(number: int) -> bytes:
    return number.to_bytes((number.bit_length() + 7) // 8)
