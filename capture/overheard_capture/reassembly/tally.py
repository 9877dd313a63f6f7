"""Tallies: a count, and the first few examples."""

from __future__ import annotations

import bisect
from operator import itemgetter
from typing import Generic, TypeAlias, TypeVar

_Item = TypeVar("_Item")
Order: TypeAlias = tuple[int, float]
_MAX_FIRST = 5


class Tally(Generic[_Item]):
    """A count, and the first five items counted, by their given order and then by insertion."""

    def __init__(self) -> None:
        self.count = 0
        self._first: list[tuple[Order, _Item]] = []

    def __bool__(self) -> bool:
        return self.count > 0

    def __str__(self) -> str:
        shown = ", ".join(map(str, self.first))
        return shown + (f" and {self.count - len(self._first)} more" if self.count > len(self._first) else "")

    def __repr__(self) -> str:
        return f"Tally({self})"

    @property
    def first(self) -> list[_Item]:
        """The first items counted."""
        return [item for _, item in self._first]

    def add(self, item: _Item, order: Order = (0, 0)) -> None:
        """Count an item."""
        self.count += 1
        self._keep(order, item)

    def add_all(self, other: Tally[_Item]) -> None:
        """Add another tally."""
        self.count += other.count
        for each in other._first:
            self._keep(*each)

    def _keep(self, order: Order, item: _Item) -> None:
        bisect.insort(self._first, (order, item), key=itemgetter(0))
        del self._first[_MAX_FIRST:]
