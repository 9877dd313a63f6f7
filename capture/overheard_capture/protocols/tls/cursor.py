"""A parser for the numbers and vectors of the TLS presentation language (RFC 8446, 3), safe on any input."""

from __future__ import annotations


class TruncatedError(ValueError):
    """The input ends before the requested number of bytes."""


class Cursor:
    """Reads from the front without copying. `len` is the number of bytes left; false when there are none."""

    def __init__(self, data: bytes | memoryview) -> None:
        self._remaining = memoryview(data)

    def __len__(self) -> int:
        """The number of bytes left."""
        return len(self._remaining)

    def take(self, length: int) -> memoryview:
        """Read `length` bytes. Raises TruncatedError, as do all methods that read."""
        if length > len(self._remaining):
            raise TruncatedError
        taken, self._remaining = self._remaining[:length], self._remaining[length:]
        return taken

    def number(self, size: int) -> int:
        """Read an unsigned number of `size` bytes (RFC 8446, 3.3)."""
        return int.from_bytes(self.take(size), "big")

    def vector(self, size: int) -> Cursor:
        """Read a vector whose length is a number of `size` bytes (RFC 8446, 3.4)."""
        return Cursor(self.take(self.number(size)))

    def rest(self) -> memoryview:
        """Read all that is left."""
        return self.take(len(self._remaining))


def text(data: memoryview, encoding: str = "utf-8") -> str:
    """Decode untrusted bytes. Unprintable characters are replaced, so that the result is safe on a terminal."""
    decoded = str(data, encoding, "replace")
    return "".join(character if character.isprintable() else "\N{REPLACEMENT CHARACTER}" for character in decoded)
