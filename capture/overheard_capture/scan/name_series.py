"""What the names below one domain say one after the other: a column of them is data, and another one may number it.

Names are rows of a table: their labels, what is between dashes in these, or a number and what is right behind it.
"""

from __future__ import annotations

import re
from math import gcd
from typing import TYPE_CHECKING

from overheard_capture.content.lazy_pattern import lazy_pattern

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    Cells = Sequence[bytes]
    # A text, and the row that it is in.
    Series = list[tuple[bytes, int]]

# How many separators are looked at from each end, and how long a number right before or behind data is.
_MOST_CUTS, _WIDTHS = 3, range(1, 5)
# Data of fewer rows is in few orders, which are tried anyway.
_FEWEST = 2
# Of so many rows that count up, hardly any are the letters of a text: these would all differ.
_COUNTS = 12
_DASHES = bytes.maketrans(b".", b"-")
_DECIMAL, _HEXADECIMAL = lazy_pattern(rb"[0-9]{1,9}"), lazy_pattern(rb"[0-9a-f]{1,8}")
_LETTERS = lazy_pattern(rb"[0-9a-z]{1,2}")
# What may precede a number: no digit of it.
_BEFORE = lazy_pattern(rb"[^0-9]*")
_BASES: tuple[tuple[re.Pattern[bytes], int], ...] = ((_DECIMAL, 10), (_HEXADECIMAL, 16), (_LETTERS, 36))


def series(names: Sequence[bytes]) -> Iterator[Series]:
    """What the columns of some names say, in the order of the names, and in that of each column of numbers."""
    if len(names) < _FEWEST:
        return
    for rows, columns in _tables(names):
        orders = {at: found for at, column in enumerate(columns) if (found := _order(column))}
        data = [at for at, column in enumerate(columns) if len({*column}) > 1]
        for number, order in ((-1, range(len(rows))), *orders.items()):
            others = [at for at in data if at != number]
            together = tuple(at for at in others if at not in orders or len(rows) <= _COUNTS)
            for group in (*((at,) for at in others), *((together,) if len(together) > 1 else ())):
                yield [(b"".join([columns[at][row] for at in group]), rows[row]) for row in order]


def is_counter(texts: Cells) -> bool:
    """Whether texts only count, in whichever order."""
    return len(texts) > _COUNTS and bool(_order(texts))


def _tables(names: Sequence[bytes]) -> Iterator[tuple[Sequence[int], Sequence[Cells]]]:
    """Each way to cut names into columns, and the names that have all of them."""
    lower = [name.lower() for name in names]
    yield range(len(names)), [names]
    for separator, texts in ((b".", names), (b"-", [name.translate(_DASHES) for name in names])):
        most = min(_MOST_CUTS, max(text.count(separator) for text in texts))
        for cut in (bytes.split, bytes.rsplit):
            for count in range(1, most + 1):
                found = [
                    (row, cells) for row, text in enumerate(texts) if len(cells := cut(text, separator, count)) > count
                ]
                if len(found) >= _FEWEST:
                    yield [row for row, _ in found], [*zip(*(cells for _, cells in found), strict=True)]
    before = common_length(lower)
    for width in _WIDTHS:
        for cut_at in (_first(before, width), _last(width)):
            parts = [cut_at(name) for name in names]
            # Without a number there is nothing to cut.
            if _order([part[0] for part in parts]):
                yield range(len(names)), [*zip(*parts, strict=True)]


def _first(before: int, width: int) -> Callable[[bytes], Cells]:
    return lambda name: (name[before : before + width], name[before + width :])


def _last(width: int) -> Callable[[bytes], Cells]:
    return lambda name: (name[-width:], name[:-width])


def _order(column: Cells) -> list[int]:
    """The rows in the order of the numbers in a column; none if it does not count them."""
    lower = [cell.lower() for cell in column]
    before = len(_BEFORE.match(lower[0][: common_length(lower)])[0])  # type: ignore[index]  # it always matches
    for start in {0, before}:
        for form, base in _BASES:
            are_numbers = all(form.fullmatch(cell, start) for cell in lower)
            if are_numbers and (order := order_of([int(cell[start:], base) for cell in lower])):
                return order
    return []


def order_of(numbers: Sequence[int]) -> list[int]:
    """The places of numbers in their order; none if they are no counter.

    They are one if they differ, and few are missing between them, or between what they are multiples of.
    """
    first = min(numbers)
    step = gcd(*(number - first for number in numbers))
    if len({*numbers}) < len(numbers) or not 0 < max(numbers) - first <= 2 * step * len(numbers):
        return []
    return sorted(range(len(numbers)), key=numbers.__getitem__)


def common_length(texts: Sequence[bytes]) -> int:
    """With how many bytes all texts begin."""
    first, last = min(texts), max(texts)
    return next((at for at, pair in enumerate(zip(first, last, strict=False)) if pair[0] != pair[1]), len(first))
