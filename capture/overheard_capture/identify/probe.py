"""The start of a direction, of which there may be more to come."""

from __future__ import annotations

from overheard_capture.protocols.tls.cursor import TruncatedError


class Probe:
    """Reads from the front. Where too few bytes are there, it raises CutShortError: wait for more, and begin anew.

    A question that is answered by what is there is answered so whatever follows.
    """

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.at = 0

    def byte(self) -> int:
        """The next byte."""
        self.move_to(self.at + 1)
        return self.data[self.at - 1]

    def number(self, size: int) -> int:
        """A number of so many bytes."""
        self.move_to(self.at + size)
        return int.from_bytes(self.data[self.at - size : self.at], "big")

    def move_to(self, place: int) -> bool:
        """Go there; always true."""
        if place > len(self.data):
            raise TruncatedError
        self.at = place
        return True

    def skip(self, length: int) -> bool:
        """Pass over so many bytes; always true."""
        return self.move_to(self.at + length)

    def literal(self, text: bytes) -> bool:
        """Whether this comes next."""
        return text.startswith(self.data[self.at : self.at + len(text)]) and self.skip(len(text))

    def form(self, *places: bytes | None) -> bool:
        """Whether bytes come next that are among those which each place allows; None allows any."""
        return all(self.byte() in allowed if allowed is not None else self.skip(1) for allowed in places)

    def until(self, end: bytes, most: int) -> bool:
        """Pass over all up to `end`, and over that. Whether it comes within so many bytes."""
        found = self.data.find(end, self.at, self.at + most)
        if found < 0 and len(self.data) - self.at < most:
            raise TruncatedError
        return found >= 0 and self.move_to(found + len(end))
