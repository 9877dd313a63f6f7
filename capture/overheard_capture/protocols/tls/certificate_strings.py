"""Strings in certificates whose bytes are not those of their text: wide ones, and ones in pieces (ITU-T X.690, 8)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from overheard_capture.content.lazy_pattern import lazy_pattern
from overheard_capture.protocols.tls.cursor import Cursor, TruncatedError

if TYPE_CHECKING:
    from collections.abc import Iterator

    Range = tuple[int, int]

# ASCII in a UniversalString or in a BMPString.
_WIDE = lazy_pattern(rb"(?:\0\0\0[\t\r\n -~]){8,}|(?:\0[\t\r\n -~]){8,}")
# A string type that is constructed: OCTET, UTF8, Numeric, Printable, Teletex, IA5, Visible, General, Universal and BMP.
_CONSTRUCTED, _CONSTRUCTED_BIT = lazy_pattern(rb"[\x24\x2c\x32-\x34\x36\x3a-\x3c\x3e]"), 0x20
_OCTET_STRING, _INDEFINITE, _INDEFINITE_LENGTH = 0x04, 0x80, -1
# So many pieces are looked at in one message; certificates have none.
_MAX_PIECES = 4096


def wide_strings(message: bytes) -> Iterator[Range]:
    """Where text of two or four bytes a character is."""
    for found in _WIDE.finditer(message):
        yield found.span()


def constructed_strings(message: bytes) -> Iterator[list[Range]]:
    """Where the pieces of each string are that is in several."""
    at, left = 0, _MAX_PIECES
    while left > 0 and (found := _CONSTRUCTED.search(message, at)):
        pieces: list[Range] = []
        at = found.end()
        try:
            for piece in _pieces(message, found.start()):
                left -= 1
                pieces.append(piece)
                if not left:
                    return
        except TruncatedError:
            continue
        if len(pieces) > 1:
            yield pieces
            at = pieces[-1][1]


def _pieces(message: bytes, at: int) -> Iterator[Range]:
    """The pieces of the constructed string at `at`. Raises TruncatedError if there is none."""
    cursor = Cursor(memoryview(message)[at:])
    tag = cursor.number(1) & ~_CONSTRUCTED_BIT
    length = _length(cursor)
    last = None if length == _INDEFINITE_LENGTH else len(cursor) - length
    if last is not None and last < 0:
        raise TruncatedError
    while last is None or len(cursor) > last:
        kind, size = cursor.number(1), _length(cursor)
        if last is None and kind == size == 0:
            return
        # Pieces of other strings are octet strings, or of their type (8.23.6).
        if kind not in (tag, _OCTET_STRING) or size < 0 or len(cursor) - size < (last or 0):
            raise TruncatedError
        start = len(message) - len(cursor)
        cursor.take(size)
        yield start, start + size


def _length(cursor: Cursor) -> int:
    """The length of a content (8.1.3)."""
    first = cursor.number(1)
    if first == _INDEFINITE:
        return _INDEFINITE_LENGTH
    return cursor.number(first & 0x7F) if first & 0x80 else first
