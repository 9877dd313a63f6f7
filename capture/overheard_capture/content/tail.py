"""The tail of content: its last bytes, in which a match may have begun that ends in what is still to come."""

from __future__ import annotations

from typing import TYPE_CHECKING

from overheard_capture.provenance.origin import Origin, joined

if TYPE_CHECKING:
    from overheard_capture.provenance.origin import Bytes


class Tail:
    """The last bytes of content, and an `origin` of their own: that of a whole block is large."""

    __slots__ = ("data", "origin")

    def __init__(self) -> None:
        self.clear()

    def clear(self) -> None:
        """Forget it: what comes does not follow it."""
        self.data, self.origin = b"", Origin([])

    def add(self, data: Bytes, origin: Origin, most: int) -> None:
        """Take in what follows, and keep the last bytes, `most` of them."""
        size = len(data)
        if size >= most:
            self.data, self.origin = bytes(data[size - most :]), joined([(origin, size - most, size)])
            return
        held = self.data
        gone = max(len(held) + size - most, 0)
        parts = [(self.origin, gone, len(held))] if held else []
        self.data, self.origin = held[gone:] + bytes(data), joined([*parts, (origin, 0, size)])
