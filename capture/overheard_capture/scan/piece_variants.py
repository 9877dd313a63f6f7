"""In which ways pieces may continue each other: in order, by their numbers, without what frames them, or by columns."""

from __future__ import annotations

import re
from itertools import groupby, takewhile
from typing import TYPE_CHECKING

from overheard_capture.content.byte_scan import is_plain
from overheard_capture.content.lazy_pattern import lazy_pattern
from overheard_capture.decoders.magic import CARVED
from overheard_capture.decoders.message_pieces import Names
from overheard_capture.packets import Numbers
from overheard_capture.scan.name_series import common_length, order_of, series
from overheard_capture.scan.piece_numbers import Piece, by_number, data_of, without_repeats

if TYPE_CHECKING:
    from collections.abc import Iterator

    # What each piece says.
    Variant = list[tuple[bytes, Piece]]

_TEXT, _MOST_OTHERS = bytes(range(32, 127)) + b"\t\n\r\0", 1 / 5
# Random bytes behind a text may look like more of it, in a few rows. Most texts are cut after so many bytes.
# Of many rows, such bytes show.
_USUAL_SIZES, _FEW = (2, 4, 8, 16), 64
# A byte of a column as text, without zeros; None if it is no text.
_LETTERS = [bytes([byte]).strip(b"\0") if byte in _TEXT else None for byte in range(256)]
# A counter or a key before a piece, and a counter behind it.
_NUMBERED = lazy_pattern(rb"(?:[0-9]{1,5}[-_.:=|]|[0-9A-Za-z]{1,8}=)?(.*?)(?:[-_.:|][0-9]{1,5})?", re.DOTALL)
# Base32 (RFC 4648, 6), which names have in any case.
_BASE32 = lazy_pattern(rb"[A-Za-z2-7=]+")
# Numbers of characters.
_NUMBERS, _BYTES = lazy_pattern(rb"[0-9]{1,3}"), range(32, 256)
_LONG_TEXT = lazy_pattern(rb"[\x20-\x7e]{8,}")
_PRINTABLE = lazy_pattern(rb"[\x20-\x7e]+")
# How far from its beginning the length of what follows may be in a piece. So many numbers count something.
_MOST_BEFORE, _FEWEST_ROWS = 8, 3


def variants(pieces: list[Piece]) -> Iterator[Variant]:
    """All in a row, those of each flow, and both without repetitions or counters; and names as a table."""
    if isinstance(pieces[0].part, Names):
        different = [*{piece.data: piece for piece in reversed(pieces)}.values()][::-1]
        once = without_repeats(pieces)
        yield from _numbers_in_names(once)
        if len(once) < len(pieces):
            yield from _numbers_in_names(pieces)
        for texts in series([*map(data_of, different)]):
            yield [(text, different[row]) for text, row in texts]
            # Lists of numbers have dashes in names.
            yield [(text.replace(b"-", b" "), different[row]) for text, row in texts]
        return
    flows: dict[int | str, list[Piece]] = {}
    for piece in pieces:
        flows.setdefault(piece.flow, []).append(piece)
    for found in (pieces, *flows.values()):
        if len(found) > 1:
            once = without_repeats(found)
            yield [(piece.data, piece) for piece in found]
            yield [(piece.data, piece) for piece in once]
            bare = [(_unnumbered(piece.data), piece) for piece in once]
            yield bare
            # Names of hosts have no blanks.
            yield [(piece.data.replace(b"-", b" "), piece) for piece in once]
            yield [(text.replace(b"-", b" "), piece) for text, piece in bare]
            if before := common_length([*map(data_of, found)]):
                # A type or flags.
                yield [(piece.data[before:], piece) for piece in found]
            yield from by_number(found)
            yield from _inside(once)


def _numbers_in_names(pieces: list[Piece]) -> Iterator[Variant]:
    """What numbers in the same place of names are as bytes, such as `node75` and `node101`."""
    shapes: dict[bytes, list[tuple[list[bytes], Piece]]] = {}
    for piece in pieces:
        if numbers := _NUMBERS.findall(piece.data):
            shapes.setdefault(_NUMBERS.sub(b"0", piece.data), []).append((numbers, piece))
    for found in shapes.values():
        for column in range(len(found[0][0])) if len(found) > 1 else ():
            rows = [(int(numbers[column]), piece) for numbers, piece in found]
            yield [(bytes([number]), piece) for number, piece in rows if number in _BYTES]


def _inside(pieces: list[Piece]) -> Iterator[Variant]:
    """What is text in other bytes, and what follows its length, where all pieces have that in the same place."""
    if is_plain(b"".join(map(data_of, pieces))):
        return
    texts = [max(_PRINTABLE.findall(piece.data), key=len, default=b"") for piece in pieces]
    yield [*zip(texts, pieces, strict=True)]
    for at in range(min(_MOST_BEFORE, *(len(piece.data) for piece in pieces))):
        if all(piece.data[at] == len(piece.data) - at - 1 for piece in pieces):
            yield [(piece.data[at + 1 :], piece) for piece in pieces]


def respelled(texts: tuple[bytes, ...]) -> Iterator[tuple[bytes, ...]]:
    """What the same pieces say in another way: base32 in capitals, and what each has over and over once."""
    joined = b"".join(texts)
    if not (joined.islower() or joined.isupper()) and _BASE32.fullmatch(joined):
        # A resolver may change the case of names at random.
        yield tuple(text.upper() for text in texts)
    # Hardly ever do they repeat themselves: the first one shows that.
    periods = list(takewhile(bool, map(_period, texts)))
    if texts and len(periods) == len(texts):
        yield tuple(text[:period] for period, text in zip(periods, texts, strict=True))
        # All but the last are of one length, though some repeat something shorter.
        usual = max(periods)
        yield (*(text[:usual] for text in texts[:-1]), texts[-1][: periods[-1]])


def _period(text: bytes) -> int:
    """After how many bytes a text repeats itself; 0 if it does not."""
    at = text.find(text[:1], 1)
    while 0 < at <= len(text) // 2:
        if text.startswith(text[at:]):
            return at
        at = text.find(text[:1], at + 1)
    return 0


def columns(pieces: list[Piece]) -> Iterator[Variant]:
    """Columns that are text and differ, where pieces are rows of one length: each, and all that are side by side."""
    if isinstance(pieces[0].part, Numbers) and CARVED.first(b"".join(map(data_of, pieces))) >= 0:
        yield [(piece.data, piece) for piece in pieces]
    yield from _columns_of(pieces)
    yield from _texts_in_rows(pieces)
    once = without_repeats(pieces)
    if len(once) < len(pieces):
        yield from _columns_of(once)
    if isinstance(pieces[0].part, Numbers) and len(pieces[0].data) > 1:
        for rows in _by_counter(once):
            yield from _columns_of(rows)


def _texts_in_rows(rows: list[Piece]) -> Iterator[Variant]:
    """The longest text in each row: what is random around it is no text for long."""
    texts = [max(_LONG_TEXT.findall(row.data), key=len, default=b"") for row in rows]
    if sum(map(bool, texts)) > 1:
        yield [(text, row) for text, row in zip(texts, rows, strict=True) if text]


def _by_counter(rows: list[Piece]) -> Iterator[list[Piece]]:
    """The rows in the order of each column that counts them, without it."""
    for at in range(len(rows[0].data)) if len(rows) >= _FEWEST_ROWS else ():
        if (order := order_of([piece.data[at] for piece in rows])) and order != [*range(len(rows))]:
            yield [rows[row]._replace(data=rows[row].data[:at] + rows[row].data[at + 1 :]) for row in order]


def _columns_of(rows: list[Piece]) -> Iterator[Variant]:
    joined, width = b"".join(map(data_of, rows)), len(rows[0].data)
    columns = [joined[at::width] for at in range(width)]
    for is_text, run in groupby(range(width), lambda at: _is_text(columns[at])):
        # Columns may be the same in a few rows, between others that are not.
        differ = [at for at in run if is_text and columns[at].count(columns[at][:1]) < len(rows)]
        has_sizes = isinstance(rows[0].part, Numbers) or len(rows) <= _FEW
        sizes = (*_USUAL_SIZES, width) if has_sizes else (width,)
        ends = {min(differ[0] + size, differ[-1] + 1) for size in sizes} if differ else ()
        for first, after in sorted({*((differ[0], end) for end in ends), *((at, at + 1) for at in differ)}):
            # Zeros fill what is shorter, and rows of others may be between.
            if after - first == 1:
                # The same in less time, as there are many.
                letters = zip(map(_LETTERS.__getitem__, columns[first]), rows, strict=True)
                yield [(letter, row) for letter, row in letters if letter is not None]
                continue
            texts = ((row.data[first:after].replace(b"\0", b""), row) for row in rows)
            yield [(text, row) for text, row in texts if is_plain(text)]


def _is_text(column: bytes) -> bool:
    """Whether nearly all bytes are text or zeros; of random bytes, two in five are."""
    return len(column.translate(None, _TEXT)) <= _MOST_OTHERS * len(column)


def _unnumbered(data: bytes) -> bytes:
    match = _NUMBERED.fullmatch(data)
    return match[1] if match else data
