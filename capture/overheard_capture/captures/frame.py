"""A captured frame."""

from __future__ import annotations

from overheard.words.named_tuple import NamedTuple


class Frame(NamedTuple):
    """A captured frame.

    `number` counts from 1 over all files; `time` is in seconds since the epoch; `original_length` is its length on the
    wire, in bytes.
    """

    number: int
    time: float
    link_type: int
    original_length: int
    data: bytes

    @property
    def cut_short(self) -> bool:
        """Whether the frame was truncated to the snapshot length."""
        return len(self.data) < self.original_length
