"""Secrets in groups: digits, words and lines, with what programs write between them."""

from __future__ import annotations

import re
import string
from collections.abc import Iterator

from overheard.words.spelling.layout import MARKUP
from overheard.words.spelling.look import either, exactly, one_of, repeated, row
from overheard.words.spelling.shape import Pattern, Shape, Spelling, end_of

# A card or a phone (ISO/IEC 7812-1; E.164), which may have separators in the secret.
_NUMBER = re.compile(rb"\+?(?:[0-9][ ()./-]*){12,19}")
_DIGITS_APART = either(
    one_of(b" -.+,'_"), *map(exactly, (b"&nbsp;", b"&#160;", b"%20", b"\\u00a0", b"\xa0", "\u00a0".encode()))
)
# Fewer words are not rare enough.
_WORDS = re.compile(rb"[A-Za-z]{2,}(?: [A-Za-z]{2,}){3,}")
_NO_LETTER = one_of(bytes(set(range(256)) - set(string.ascii_letters.encode())))
_WORDS_APART = either(repeated(_NO_LETTER, 1, 16), row(MARKUP, repeated(_NO_LETTER, 0, 8)))
# Prefixes of logs are shorter than the lines of a key (RFC 7468, 2), so that no line fits into one.
_LONG_LINE, _FEWEST_LINES = 60, 3
_LINES_APART = repeated(one_of(bytes(range(256))), 1, _LONG_LINE - 4)


def grouped(value: bytes) -> Iterator[Pattern]:
    """The digits of a number, the words of a phrase or the lines of a key, with something else between them."""
    lines = value.splitlines()
    if _NUMBER.fullmatch(value):
        digits = re.sub(rb"[^0-9]", b"", value)
        shape = Shape(tuple(exactly(digits[at : at + 1]) for at in range(len(digits))), often=_DIGITS_APART)
        yield Pattern(shape, (Spelling("digits in groups"),), end_of(shape))
    elif _WORDS.fullmatch(value):
        words = value.split()
        shape = Shape(tuple(map(exactly, words)), _WORDS_APART)
        yield Pattern(shape, (Spelling("words apart"),), row(_NO_LETTER, exactly(words[-1])))
    elif len(lines) > _FEWEST_LINES and all(len(line) >= _LONG_LINE for line in lines[1:-2]) and all(lines):
        shape = Shape(tuple(map(exactly, lines)), _LINES_APART)
        yield Pattern(shape, (Spelling("lines apart"),), exactly(lines[-1]))
