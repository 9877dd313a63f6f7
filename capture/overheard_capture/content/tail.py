"""The tail of content: its last bytes, in which a match may begin that ends in the bytes to follow."""

from __future__ import annotations

from typing import TYPE_CHECKING

from overheard_capture.provenance.origin import Origin, joined

if TYPE_CHECKING:
    from overheard_capture.provenance.origin import Bytes

# So many pieces at least are kept by themselves: most contents end before anybody asks where they come from.
_MOST_PIECES = 32


class Tail:
    """The last bytes of content, and their origin, without that of the block they come from."""

    __slots__ = ("_most", "_pieces", "_skipped", "data")

    def __init__(self) -> None:
        self.clear()

    def clear(self) -> None:
        """Empty the tail: the next bytes do not follow it."""
        self.data = b""
        # The origin and the length of each piece; and how many bytes of the first are no longer in the tail.
        self._pieces: list[tuple[Origin, int]] = []
        self._skipped = 0
        # How many pieces are kept by themselves: as many as the spans of those joined, as joining takes so long.
        self._most = _MOST_PIECES

    @property
    def origin(self) -> Origin:
        """The origin of `data`."""
        return joined((origin, 0, length) for origin, length in self._pieces).after(self._skipped)

    def add(self, data: Bytes, origin: Origin, most: int) -> None:
        """Append bytes, and keep the last `most` of all."""
        size = len(data)
        if size >= most:
            self.data, self._skipped = bytes(data[size - most :]), 0
            self._pieces = [(origin.lasting(size - most, size), most)]
            return
        excess = max(len(self.data) + size - most, 0)
        self.data = self.data[excess:] + bytes(data)
        self._skipped += excess
        self._pieces.append((origin.lasting(0, size), size))
        if len(self._pieces) > self._most:
            self._drop()

    def _drop(self) -> None:
        """Drop the pieces of which nothing is left, and join the others if they are many."""
        gone = 0
        while gone < len(self._pieces) and self._skipped >= self._pieces[gone][1]:
            self._skipped -= self._pieces[gone][1]
            gone += 1
        del self._pieces[:gone]
        if len(self._pieces) > self._most:
            size = len(self.data)
            spans = self.origin.sliced(0, size)
            self._pieces, self._skipped, self._most = [(Origin(spans), size)], 0, max(len(spans), _MOST_PIECES)
