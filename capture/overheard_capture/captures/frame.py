"""One frame as it was captured."""

from __future__ import annotations

from typing import NamedTuple


class Frame(NamedTuple):
    """One frame. `number` counts from 1, on over all files; `time` is in seconds since the epoch."""

    number: int
    time: float
    link_type: int
    original_length: int
    data: bytes

    @property
    def cut_short(self) -> bool:
        """Whether the wire had more of it than the file has."""
        return len(self.data) < self.original_length
