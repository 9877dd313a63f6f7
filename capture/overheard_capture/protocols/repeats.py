"""Datagrams that were captured twice or sent again: together they would look compressible, or begin alike."""

from __future__ import annotations

# How many of the last ones are remembered.
_MAX_RECENT = 256


class Repeats:
    """The last datagrams of one direction."""

    def __init__(self) -> None:
        self._recent: dict[int, None] = {}

    def __call__(self, datagram: bytes) -> bool:
        """Whether a datagram is the same as one of the last ones, which was checked."""
        known = hash(datagram)
        if known in self._recent:
            return True
        self._recent[known] = None
        if len(self._recent) > _MAX_RECENT:
            del self._recent[next(iter(self._recent))]
        return False
