"""base58, with the alphabets of Bitcoin and Flickr: letters and digits without 0, O, I and l, which look alike.

The characters are the digits of one large number, most significant first, so that it is decoded as a whole. Each
leading `1` is a zero byte.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from overheard.words.layer import Layer
from overheard_capture.content.byte_scan import Members
from overheard_capture.content.lazy_pattern import lazy_pattern
from overheard_capture.decoders.armour.coding import SHORTEST, Coding
from overheard_capture.decoders.base64.run import is_readable
from overheard_capture.decoders.behind_prefix import start_behind_length
from overheard_capture.decoders.documents import begins_document
from overheard_capture.decoders.unsigned import is_unsigned

if TYPE_CHECKING:
    import re
    from collections.abc import Iterator

BASE58 = Layer("base58")
_DIGITS, _CAPITAL, _SMALL = b"123456789", b"ABCDEFGHJKLMNPQRSTUVWXYZ", b"abcdefghijkmnopqrstuvwxyz"
# Writing takes quadratic time, so that what is written is short.
_LONGEST = 16 << 10
_WORD = lazy_pattern(rb"[%b%b%b]{%d,}+(?![0-9A-Za-z])" % (_DIGITS, _CAPITAL, _SMALL, SHORTEST))
_CONSTANT, _LOWER = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ", b"0123456789abcdefghijklmnopqrstuvwxyz"
_MEMBERS = Members(_CONSTANT + _LOWER, SHORTEST)
_NO_MORE = lazy_pattern(rb"(?!)")
# From this number of digits on, halves are decoded by themselves.
_FEW = 64


def _is_other(run: bytes | bytearray) -> bool:
    """Whether a run is too long, a number, a word or a constant, or contains other characters."""
    return len(run) > _LONGEST or run.islower() or run.isupper() or run.isdigit() or not _WORD.match(run)


def _is_value(_: bytes) -> bool:
    """Whether characters certainly are base58: of what decodes to nothing known, nobody can tell."""
    return False


def _find(data: bytes, start: int = 0) -> Iterator[re.Match[bytes]]:
    """All of a run, in which an escape may end before `start`."""
    if found := _WORD.match(data, start):
        yield found


def _number(digits: bytes) -> int:
    if len(digits) > _FEW:
        low = len(digits) // 2
        return int(_number(digits[:-low]) * 58**low + _number(digits[-low:]))
    number = 0
    for digit in digits:
        number = number * 58 + digit
    return number


def _of(chars: bytes, values: bytes) -> bytes:
    number = _number(chars.translate(values))
    zeros = len(chars) - len(chars.lstrip(b"1"))
    return bytes(zeros) + number.to_bytes((number.bit_length() + 7) // 8)


_BITCOIN, _FLICKR = (
    bytes.maketrans(alphabet, bytes(range(58)))
    for alphabet in (_DIGITS + _CAPITAL + _SMALL, _DIGITS + _SMALL + _CAPITAL)
)
# What shows which alphabet it is.
_TESTS = (is_readable, is_unsigned, begins_document, lambda out: start_behind_length(out) >= 0)
# Separates what the characters are in each alphabet, if they are nothing known in either.
_SEPARATOR = b"\0\xff\0"


def _decoded(chars: bytes) -> bytes:
    """What the characters are in the alphabet in which they are something known; otherwise in both."""
    either = [_of(chars, values) for values in (_BITCOIN, _FLICKR)]
    known = (out for is_known in _TESTS for out in either if is_known(out))
    return next(known, _SEPARATOR.join(either))


# A character is log(58) / log(256) of a byte.
BASE58_CODING = Coding(BASE58, _MEMBERS, _find, _NO_MORE, bytes, _decoded, 15, 11, _is_value, _is_other)
