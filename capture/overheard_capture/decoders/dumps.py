"""Rows of dumps, as of xxd, hexdump, od, gdb and Wireshark, and what their units stand for.

A row is an address and units: bytes, or words of two, four or eight bytes in either byte order. They are written as
numbers in base 2, 8, 10 or 16, or as characters. What is printed beside them is no part of a dump.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from typing import Literal

from overheard.words.named_tuple import NamedTuple
from overheard_capture.content.lazy_pattern import lazy_pattern

# The bytes that the units of a row stand for. All readings of a row have the same length.
Reading = Callable[[bytes], bytes]

# An offset or an address in memory, with a symbol as gdb has it, or in two halves as WinDbg has it.
ADDRESS = rb"[ \t]{0,8}(?:0[xX])?[0-9A-Fa-f]{4,16}(?:`[0-9A-Fa-f]{8})?(?: ?<[^<>\r\n]{1,80}>)?:?"
LONGEST_ADDRESS = 128
_OF_BASE = {8: b"01234567", 10: b"0123456789", 16: b"0123456789ABCDEFabcdef"}
_DIGITS = lazy_pattern(rb"([0-9A-Fa-f]{4,16}):?[ \t]*\Z")
_FIRST_DIGITS = lazy_pattern(rb"[ \t]{0,8}(?:0[xX])?([0-9A-Fa-f]{4,16})")
# od and hexdump end with the length alone.
LAST_ROW = lazy_pattern(rb"%b[ \t]*(?:\r?\n|\Z)" % ADDRESS)
# The first offset within a line; and that of the second row, in any base, after six, eight or sixteen bytes and more.
_FIRST_OFFSET = rb"(?<![0-9A-Fa-f])0{4,16}:?"
SECOND_OFFSET = rb"(?:0[xX])?0{2,14}(?:[1-4]0|0[68]|16|32):?"
# OpenSSL has a hyphen behind the address.
_GAP, _BETWEEN = rb"[ \t]{1,24}(?:-[ \t]{1,4})?", rb"[ \t]{1,20}"
# Beside units there may be text, which od begins with a sign.
_ENDS_LINE = rb"[ \t]*(?:>[^\r\n]*)?(?:\r?\n|\Z)"
_TEXT = rb"(?=[ \t]|\r?\n|\Z)[^\r\n]*\r?\n?"
_TEXT_APART = rb"(?:[ \t]{2}[^\r\n]*|[ \t]?)(?:\r?\n|\Z)"


def follows(before: bytes, after: bytes, size: int) -> bool:
    """Whether the address that `after` begins with is `size` more than the one that `before` ends with, in any base."""
    first, second = _DIGITS.search(before), _FIRST_DIGITS.match(after)
    if not first or not second:
        return False
    bases = (base for base in (16, 8, 10) if not {*first[1], *second[1]} - {*_OF_BASE[base]})
    return any(int(second[1], base) - int(first[1], base) == size for base in bases)


class DumpRow(NamedTuple):
    """A kind of row: `first` matches one that begins a dump, and `more` each further one.

    Group 1 are the units, of which there is a tuple of readings.
    """

    code: str
    first: re.Pattern[bytes]
    more: re.Pattern[bytes]
    readings: tuple[Reading, ...]


# ---- readings


def _bytes_in_order(units: bytes) -> bytes:
    return bytes.fromhex(units.replace(b"0x", b"").translate(None, b" \t-").decode())


def _words_reversed(units: bytes) -> bytes:
    """The least significant byte of each word first. The last word may be incomplete."""
    return b"".join(bytes.fromhex(word.decode())[::-1] for word in units.replace(b"0x", b"").split())


_NUMBER = lazy_pattern(rb"-?[0-9]++(?![^ \t])")


def _numbers(base: int, order: Literal["little", "big"], units: bytes) -> bytes:
    """Each number in as many bytes as the largest of the row takes: words of text are large."""
    numbers = [int(unit, base) for unit in _NUMBER.findall(units)]
    bits = max(max(number, ~number).bit_length() for number in numbers)
    size = next((size for size in (1, 2, 4) if bits <= 8 * size), 8)
    return b"".join((number & (1 << 8 * size) - 1).to_bytes(size, order) for number in numbers)


def _in_base(base: int) -> tuple[Reading, ...]:
    return partial(_numbers, base, "little"), partial(_numbers, base, "big")


# The characters that od and hexdump name, by their escapes or by their names; and the rest of one of several bytes.
_NAMED = {
    **dict(zip(b"nul soh stx etx eot enq ack bel bs ht nl vt ff cr so si".split(), range(16), strict=True)),
    **dict(zip(b"dle dc1 dc2 dc3 dc4 nak syn etb can em sub esc fs gs rs us sp".split(), range(16, 33), strict=True)),
    **dict(zip((b"\\" + bytes([each]) for each in b"0abtnvfr\\"), b"\0\a\b\t\n\v\f\r\\", strict=True)),
    b"": 32,
    b"lf": 10,
    b"del": 127,
}
_REST = b"**"
_SHOWN = b"|".join(re.escape(each.rjust(4)) for each in (*_NAMED, _REST))
# Each takes four columns.
_CHARACTER = rb"(?:%b| {3}(?:[!-~]|[\xc2-\xf4][\x80-\xbf]{1,3})| [0-3][0-7]{2})" % _SHOWN
_EACH_CHARACTER = lazy_pattern(_CHARACTER)


def _characters(units: bytes) -> bytes:
    return b"".join(map(_character, _EACH_CHARACTER.findall(units)))


def _character(unit: bytes) -> bytes:
    shown = unit.strip()
    if (number := _NAMED.get(shown)) is not None:
        return bytes([number])
    if shown == _REST:
        return b""
    return shown if unit.startswith(b"   ") else bytes([int(shown, 8)])


# ---- units


class _Units(NamedTuple):
    """The units of a first row and of any other, what is between them and an address, and what is behind them."""

    first: bytes
    more: bytes
    gap: bytes = _GAP
    end: bytes = _ENDS_LINE


def _several(unit: bytes, end: bytes = _ENDS_LINE) -> _Units:
    more = rb"%b(?:%b%b){%%d,63}" % (unit, _BETWEEN, unit)
    return _Units(more % 1, more % 0, end=end)


def _words(digits: int) -> _Units:
    """Words of so many digits, with the same between all of them; xxd has text behind something else."""
    word = rb"(?:0[xX])?[0-9A-Fa-f]{%d}(?![0-9A-Fa-f])" % digits
    part = rb"(?:[0-9A-Fa-f]{2}){1,%d}(?![^ \t\r\n])" % (digits // 2 - 1)
    rest = rb"(?:[ \t]{1,16}%b)?" % part
    others = rb"([ \t]{1,12})%b(?:\2%b){0,62}" % (word, word)
    more = rb"(?:%b(?:%b)?%b|%b)" % (word, others, rest, part)
    return _Units(word + others + rest, more, end=_TEXT_APART)


_BITS = _several(rb"[01]{8}", _TEXT_APART)
# od writes all digits, and gdb a zero before the first one.
_OCTAL = _several(rb"(?:[0-3][0-7]{2}|[01][0-7]{5}|[0-3][0-7]{10}|[01][0-7]{21}|0[0-7]{1,22})")
_OCTAL_WORDS = _several(rb"(?:[01][0-7]{5}|[0-3][0-7]{10}|[01][0-7]{21})(?![0-7])")
# gdb prints the character beside its number.
_DECIMAL = _several(rb"-?[0-9]{1,20}(?: '(?:\\[^\t\r\n]{1,3}|[^\t\r\n])')?")
_LONG_DECIMAL = rb"(?=[^\r\n]*[ \t]-?[0-9]{3})"
# In groups of any size, of which one has eight; hexdump and tcpdump begin the same bytes as text after two blanks.
_BYTE = rb"(?:0[xX])?[0-9A-Fa-f]{2}"
_BYTES = rb"(?:(?:%b ){8} )?%b(?:[ \t-]?%b){0,31}" % (_BYTE, _BYTE, _BYTE)
_CHARACTERS = _Units(rb"%b{2,64}" % _CHARACTER, rb"%b{1,64}" % _CHARACTER, b"")

_NUMBERS_IN_OCTAL = (partial(_numbers, 8, "little"), partial(_numbers, 8, "big"))
_Kind = tuple[str, _Units, tuple[Reading, ...]]
# The first that matches counts.
_BINARY: _Kind = ("binary dump", _BITS, (partial(_numbers, 2, "big"),))
_WORDS: tuple[_Kind, ...] = (
    *(("hex dump", _words(digits), (_bytes_in_order, _words_reversed)) for digits in (4, 8, 16)),
)
_KINDS: tuple[_Kind, ...] = (
    _BINARY,
    ("octal dump", _OCTAL, _NUMBERS_IN_OCTAL),
    *_WORDS,
    ("character dump", _CHARACTERS, (_characters,)),
    # Numbers of two digits alone are bytes in hexadecimal.
    (
        "decimal dump",
        _DECIMAL._replace(first=_LONG_DECIMAL + _DECIMAL.first),
        (partial(_numbers, 10, "little"), partial(_numbers, 10, "big")),
    ),
    ("hex dump", _Units(_BYTES, _BYTES, end=_TEXT), (_bytes_in_order,)),
)


def _rows(kinds: Iterable[_Kind], first: bytes, more: bytes) -> Iterator[DumpRow]:
    """The kinds of rows with such an address, of the first row and of any other."""
    for code, units, readings in kinds:
        begins = rb"%b%b(%b)%b" % (first, units.gap, units.first, units.end)
        goes_on = rb"%b%b(%b)%b" % (more, units.gap, units.more, units.end)
        yield DumpRow(code, lazy_pattern(begins), lazy_pattern(goes_on), readings)


# The first that matches counts. Without an address, the words of the first row must not look like one.
ROWS = (
    *_rows((_BINARY, ("octal dump", _OCTAL_WORDS, _NUMBERS_IN_OCTAL), *_WORDS), rb"(?![ \t]+000)", rb""),
    *_rows(_KINDS, ADDRESS, ADDRESS),
    *_rows(_KINDS, rb"[^\r\n]{0,400}?" + _FIRST_OFFSET, ADDRESS),
)
