"""Parsing of the first bytes of a direction, before all of them have arrived."""

from __future__ import annotations

from overheard_capture.protocols.tls.cursor import TruncatedError


class Probe:
    """Reads from the front. All methods raise TruncatedError if more bytes are needed; a new Probe then starts over.

    More bytes do not change a result.
    """

    def __init__(self, data: bytes, *, ended: bool = False) -> None:
        self.data = data
        self.at = 0
        # Whether these are all the bytes of the direction.
        self._ended = ended

    def byte(self) -> int:
        """The next byte."""
        self.move_to(self.at + 1)
        return self.data[self.at - 1]

    def is_next(self, value: int) -> bool:
        """Whether this byte comes next. It does not if no more follow."""
        if self.at == len(self.data) and not self._ended:
            raise TruncatedError
        return self.data[self.at : self.at + 1] == bytes((value,))

    def number(self, size: int) -> int:
        """The next number of `size` bytes."""
        self.move_to(self.at + size)
        return int.from_bytes(self.data[self.at - size : self.at], "big")

    def move_to(self, offset: int) -> bool:
        """Move to an offset; always true."""
        if offset > len(self.data):
            raise TruncatedError
        self.at = offset
        return True

    def skip(self, length: int) -> bool:
        """Skip `length` bytes; always true."""
        return self.move_to(self.at + length)

    def match_literal(self, text: bytes) -> bool:
        """Whether `text` comes next."""
        return text.startswith(self.data[self.at : self.at + len(text)]) and self.skip(len(text))

    def match_bytes(self, *sets: bytes | None) -> bool:
        """Whether the next bytes match: one set of allowed values for each byte; None allows any."""
        for allowed in sets:
            if self.at == len(self.data):
                raise TruncatedError
            self.at += 1
            if allowed is not None and self.data[self.at - 1] not in allowed:
                return False
        return True

    def skip_past(self, end: bytes, limit: int) -> bool:
        """Skip everything up to and including `end`. Returns whether it is found within `limit` bytes."""
        found = self.data.find(end, self.at, self.at + limit)
        if found < 0 and len(self.data) - self.at < limit:
            raise TruncatedError
        return found >= 0 and self.move_to(found + len(end))
