"""Things that are counted, and of which the first few are told."""

from __future__ import annotations

from typing import Generic, TypeVar

_Thing = TypeVar("_Thing")
_TOLD = 5


class Tally(Generic[_Thing]):
    """How many there were, and the first few of them."""

    def __init__(self) -> None:
        self.first: list[_Thing] = []
        self.count = 0

    def __bool__(self) -> bool:
        return self.count > 0

    def __str__(self) -> str:
        told = ", ".join(map(str, self.first))
        return told + (f" and {self.count - len(self.first)} more" if self.count > len(self.first) else "")

    def __repr__(self) -> str:
        return f"Tally({self})"

    def add(self, thing: _Thing) -> None:
        """Count one more."""
        self.count += 1
        if len(self.first) < _TOLD:
            self.first.append(thing)
