"""The tail of content: its last bytes, in which a match may begin that ends in the bytes to follow."""

from __future__ import annotations

from typing import TYPE_CHECKING

from overheard_capture.provenance.origin import Origin, joined

if TYPE_CHECKING:
    from overheard_capture.provenance.origin import Bytes


class Tail:
    """The last bytes of content, and their origin, without that of the block they come from."""

    __slots__ = ("data", "origin")

    def __init__(self) -> None:
        self.clear()

    def clear(self) -> None:
        """Empty the tail: the next bytes do not follow it."""
        self.data, self.origin = b"", Origin([])

    def add(self, data: Bytes, origin: Origin, most: int) -> None:
        """Append bytes, and keep the last `most` of all."""
        size = len(data)
        if size >= most:
            self.data, self.origin = bytes(data[size - most :]), joined([(origin, size - most, size)])
            return
        before = self.data
        excess = max(len(before) + size - most, 0)
        parts = [(self.origin, excess, len(before))] if before else []
        self.data, self.origin = before[excess:] + bytes(data), joined([*parts, (origin, 0, size)])
