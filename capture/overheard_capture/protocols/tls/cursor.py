"""A parser for the numbers and vectors of the TLS presentation language (RFC 8446, 3), safe on any input."""

from __future__ import annotations


class TruncatedError(ValueError):
    """The input ends before the requested number of bytes."""


class Cursor:
    """Reads from the front without copying. `len` is the number of bytes left; false when there are none."""

    __slots__ = ("_at", "_data", "_end")

    def __init__(self, data: bytes | memoryview) -> None:
        self._data = memoryview(data)
        self._at, self._end = 0, len(data)

    def __len__(self) -> int:
        """The number of bytes left."""
        return self._end - self._at

    def take(self, length: int) -> memoryview:
        """Read `length` bytes. Raises TruncatedError, as do all methods that read."""
        at, end = self._at, self._at + length
        if end > self._end:
            raise TruncatedError
        self._at = end
        return self._data[at:end]

    def number(self, size: int) -> int:
        """Read an unsigned number of `size` bytes (RFC 8446, 3.3)."""
        return int.from_bytes(self.take(size))

    def vector(self, size: int) -> Cursor:
        """Read a vector whose length is a number of `size` bytes (RFC 8446, 3.4)."""
        return Cursor(self.take(self.number(size)))

    def rest(self) -> memoryview:
        """Read all that is left."""
        return self.take(self._end - self._at)


def text(data: memoryview, encoding: str = "utf-8") -> str:
    """Decode untrusted bytes. Unprintable characters are replaced, so that the result is safe on a terminal."""
    decoded = str(data, encoding, "replace")
    return "".join(character if character.isprintable() else "\N{REPLACEMENT CHARACTER}" for character in decoded)
