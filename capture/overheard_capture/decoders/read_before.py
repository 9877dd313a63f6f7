"""Values that were read before, and in which nothing was sighted: the same ones have nothing in them, either."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from overheard_capture.content.findings import Findings

# How many are remembered, and how long they may be.
_MOST, _LONGEST = 512, 256


class ReadBefore:
    """Remembers values of one content under the same layers. Text repeats tokens, and hostile text nothing else."""

    __slots__ = ("_sightings", "_values")

    def __init__(self, findings: Findings) -> None:
        self._sightings = findings.sightings
        self._values: set[bytes] = set()

    def __contains__(self, value: bytes) -> bool:
        return len(value) <= _LONGEST and value in self._values

    @property
    def sighted(self) -> int:
        """How many sightings there are."""
        return len(self._sightings)

    def add(self, value: bytes, before: int) -> None:
        """Remember a value that was read, unless there are more sightings than `before`."""
        if len(value) <= _LONGEST and before == len(self._sightings):
            if len(self._values) >= _MOST:
                self._values.clear()
            self._values.add(value)
