"""Whether numbers of several messages say a text together: a few letters each, perhaps all under a key of one byte.

What is random can be written in n bits less, by any code, only once in 2^n times (Kraft's inequality). The codes write
text, hexadecimal and base64 in fewer bits than eight a byte, and all else in more. What they save must be more than 48
bits beyond what it takes to say which code, key and columns: of a million fields of random values, fewer than one in
10^8 are taken for text. Clocks, counters and fields with few values are not random, and are left out.
"""

from __future__ import annotations

from collections import deque
from functools import cache
from itertools import groupby
from operator import gt, itemgetter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

_CERTAIN, _KEY, _CODE = 48, 8, 2
# Of numbers that are not random, one column has each letter once, as the hosts of a network have: that saves less.
_ALONE = 64
# In tenths of a bit: by how much each byte of text is shorter, from the most frequent letters on, and by how much all
# others are longer. The sum of 2^-length is less than 1 in each code.
_BIT, _LONGER = 10, 50
_TEXT = {b" etaoinsr": 40, b"hldcum": 30, b"fpgwybvkxjqz": 10, b"0123456789": 0, b"ETAOINSRHLDCUMFPGWYBVKXJQZ": -10}
_PRINTABLE, _PRINTABLE_LONGER = range(32, 127), 30
_HEXADECIMAL = {b"0123456789abcdef": 39}
_BASE64 = {b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/-_=": 18}
# A number that counts is so near to the last one of its counter: up to 16, or what is in the bytes behind three. Of
# random numbers, one in 128 is near one of so many others, and about one in four that are text.
_NEAR, _BITS_BEFORE, _MOST_COUNTERS, _SHORTEST_COUNTER = 16, 24, 16, 2
# Where all but one in eight are up to four times as far from it, all are counters: of texts, one in three is not.
_LONG_STEP, _DISTANT = 4, 1 / 8
# Text is in three of eight blocks of 32 bytes, under any key; random bytes are in all of them.
_BLOCKS, _TEXT_BLOCKS, _MOST = bytes(byte >> 5 for byte in range(256)), 3, 3 / 4
# So many rows are a column; of a counter, few are less than the one before, and a field of few values has fewer. A long
# text in hexadecimal has the second number of different ones.
_COLUMN, _FALLS, _FEW_VALUES, _MANY_VALUES = 8, 1 / 8, 6, 12
# A row that may be text by itself, as 16 bytes save too few bits.
_FEW_ROWS, _LONG_ROW = 4, 20
# Text has its most frequent letter, or blank, less often.
_MOST_FREQUENT = 1 / 3


def says_text(values: Iterable[bytes], *, is_random: bool = True) -> int:
    """How many bytes of text these values say in order; 0 if they say none.

    Values that must be random may have a key, and text in some columns only. Others, such as addresses, are text if all
    that differs in them is. A value that returns is counted once, and one of a byte as often
    as others were between.
    """
    by_width: dict[int, list[bytes]] = {}
    for value, _ in groupby(values):
        if any(value):
            by_width.setdefault(len(value), []).append(value)
    found = 0
    for width, group in by_width.items():
        rows = group if width == 1 else [*dict.fromkeys(group)]
        if size := _in_rows(rows, is_random=is_random):
            # It takes time to look for counters, and text is rare.
            found = max(found, min(size, _in_rows(_without_counters(rows), is_random=is_random)))
    return found


def _in_rows(rows: Sequence[bytes], *, is_random: bool) -> int:
    """How many bytes of text rows of one length say."""
    columns = [*_columns(rows)]
    if is_random:
        return _in_random(columns) or (_in_one(rows) if len(rows) > 1 else 0)
    needed = _CERTAIN + _CODE if len(columns) > 1 else _ALONE
    return _saves(b"".join(columns), 0, needed)


def _in_one(rows: Sequence[bytes]) -> int:
    """How many bytes of text one row says by itself, if it is long enough."""
    if len(rows[0]) < _LONG_ROW:
        return 0
    return max((_in_random([*map(bytes, zip(row, strict=True))]) for row in rows if _may_be_text(row)), default=0)


def _without_counters(rows: Sequence[bytes]) -> Sequence[bytes]:
    """The rows that are near none of those before: several connections have counters of their own.

    They are compared as numbers, from the first byte on that differs in them.
    """
    pairs = zip(min(rows), max(rows), strict=True)
    common = next((at for at, (first, last) in enumerate(pairs) if first != last), len(rows[0]))
    width = len(rows[0]) - common
    if width < _SHORTEST_COUNTER:
        return rows
    near = max(_NEAR, 1 << max(8 * width - _BITS_BEFORE, 0))
    counters, others, distant = deque[int](maxlen=_MOST_COUNTERS), [], 0
    for row in rows:
        number = int.from_bytes(row[common:])
        before = min(counters, key=lambda each: abs(number - each), default=None)
        if before is None or abs(number - before) > near:
            others.append(row)
        distant += before is None or abs(number - before) > _LONG_STEP * near
        if before is not None and abs(number - before) <= _LONG_STEP * near:
            counters.remove(before)
        counters.append(number)
    return others if distant > _DISTANT * len(rows) else []


def _columns(rows: Sequence[bytes]) -> Iterator[bytes]:
    """The columns of rows of one length that differ, and are no counter; those of few rows, as they are."""
    joined, width = b"".join(rows), len(rows[0]) if rows else 0
    for at in range(width):
        column = joined[at::width]
        if len(rows) < _COLUMN:
            if len(rows) == 1 or len({*column}) > 1:
                yield column
            continue
        if len({*column}) < min(_FEW_VALUES + len(rows) // 16, _MANY_VALUES):
            continue
        changes = bytes(map(itemgetter(0), groupby(column)))
        if sum(map(gt, changes, changes[1:])) > _FALLS * len(changes):
            yield changes


def _in_random(columns: Sequence[bytes]) -> int:
    """How many bytes some columns side by side have of text, under the same key."""
    needed = _CERTAIN + _KEY + _CODE + 2 * len(columns).bit_length()
    for run in _runs(columns):
        together = b"".join(run)
        # Nothing is shorter than half of a byte.
        if 4 * len(together) >= needed and _may_be_text(together):
            for code in (code for key in range(256) for code in _codes(key)):
                if size := _best(run, code, _BIT * needed):
                    return size
    return 0


def _best(columns: Sequence[bytes], code: bytes, needed: int) -> int:
    """The number of bytes in some columns side by side, if a code saves so much in them."""
    saved = size = 0
    for column in columns:
        saved, size = saved + sum(column.translate(code)) - _LONGER * len(column), size + len(column)
        if saved >= needed:
            return size
        if saved <= 0:
            saved = size = 0
    return 0


def _runs(columns: Sequence[bytes]) -> Iterator[Sequence[bytes]]:
    """The columns side by side that may be text: those of few rows if all are in so few blocks."""
    if columns and len(columns[0]) >= _FEW_ROWS:
        for may_be_text, side_by_side in groupby(columns, _may_be_text):
            if may_be_text:
                yield [*side_by_side]
        return
    masks, last = [_blocks(column) for column in columns], 0
    for first in range(len(columns)):
        blocks, after = 0, first
        while after < len(columns) and (blocks | masks[after]).bit_count() <= _TEXT_BLOCKS:
            blocks |= masks[after]
            after += 1
        if after > last:
            yield columns[first:after]
            last = after


def _blocks(data: bytes) -> int:
    """A bit for each block in which there is a byte."""
    blocks = 0
    for byte in data:
        blocks |= 1 << (byte >> 5)
    return blocks


def _may_be_text(data: bytes) -> bool:
    """Whether bytes are in as few blocks as text, and are not mostly the same."""
    counts = sorted(map(data.translate(_BLOCKS).count, range(8)))
    if sum(counts[-_TEXT_BLOCKS:]) < _MOST * len(data):
        return False
    return len(data) < _COLUMN or max(map(data.count, {*data})) <= _MOST_FREQUENT * len(data)


def _saves(data: bytes, key: int, needed: int) -> int:
    """The number of bytes, if a code writes them in so many bits less."""
    is_text = any(sum(data.translate(code)) - _LONGER * len(data) >= _BIT * needed for code in _codes(key))
    return len(data) if is_text else 0


_BYTES = int.from_bytes(bytes(range(256)))


@cache
def _codes(key: int) -> tuple[bytes, ...]:
    """For each code, by how many bits it writes each byte under this key shorter, more than the longest of all."""
    under_key = (_BYTES ^ int.from_bytes(bytes([key]) * 256)).to_bytes(256)
    return tuple(under_key.translate(shorter) for shorter in _shorter())


@cache
def _shorter() -> tuple[bytes, ...]:
    text = [-_PRINTABLE_LONGER if byte in _PRINTABLE else -_LONGER for byte in range(256)]
    codes = [text, [-_LONGER] * 256, [-_LONGER] * 256]
    for code, lengths in zip(codes, (_TEXT, _HEXADECIMAL, _BASE64), strict=True):
        for letters, shorter in lengths.items():
            for letter in letters:
                code[letter] = shorter
    return tuple(bytes(shorter + _LONGER for shorter in code) for code in codes)
