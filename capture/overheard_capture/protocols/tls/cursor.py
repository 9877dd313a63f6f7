"""Reading numbers and vectors from bytes that may be anything, as the presentation language of TLS has them."""

from __future__ import annotations


class TruncatedError(ValueError):
    """There are fewer bytes than are asked for."""


class Cursor:
    """Reads from the front; copies nothing. Its length is what is left, and it is true while there is something."""

    def __init__(self, data: bytes | memoryview) -> None:
        self._left = memoryview(data)

    def __len__(self) -> int:
        """How much is left."""
        return len(self._left)

    def take(self, length: int) -> memoryview:
        """The next bytes. Raises CutShortError, as all that follow do."""
        if length > len(self._left):
            raise TruncatedError
        taken, self._left = self._left[:length], self._left[length:]
        return taken

    def number(self, size: int) -> int:
        """A number of so many bytes (RFC 8446, 3.3)."""
        return int.from_bytes(self.take(size), "big")

    def vector(self, size: int) -> Cursor:
        """What follows a length of so many bytes (RFC 8446, 3.4)."""
        return Cursor(self.take(self.number(size)))

    def rest(self) -> memoryview:
        """All that is left."""
        return self.take(len(self._left))


def text(data: memoryview, encoding: str = "utf-8") -> str:
    """Bytes of a stranger as text that does nothing to a terminal."""
    decoded = str(data, encoding, "replace")
    return "".join(character if character.isprintable() else "\N{REPLACEMENT CHARACTER}" for character in decoded)
