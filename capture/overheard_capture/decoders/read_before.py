"""Values that were read before, and in which nothing was sighted: the same ones have nothing in them, either."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Hashable

    from overheard_capture.content.findings import Findings

# How many are remembered, and how long they may be.
_MOST, _LONGEST = 512, 1024


class ReadBefore:
    """Remembers values that are read in one way, under the same layers and by the same reader.

    Text repeats tokens, and so do the contents of a direction, such as responses; and hostile text has nothing else.
    """

    __slots__ = ("_sightings", "_values", "_way")

    def __init__(self, findings: Findings, *way: Hashable) -> None:
        self._sightings = findings.sightings
        self._values = findings.read_before
        self._way = way

    def __contains__(self, value: bytes) -> bool:
        return len(value) <= _LONGEST and (self._way, value) in self._values

    @property
    def sighted(self) -> int:
        """How many sightings there are."""
        return len(self._sightings)

    def add(self, value: bytes, before: int) -> None:
        """Remember a value that was read, unless there are more sightings than `before`."""
        if len(value) <= _LONGEST and before == len(self._sightings):
            if len(self._values) >= _MOST:
                self._values.clear()
            self._values.add((self._way, value))
