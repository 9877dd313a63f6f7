"""What follows a mark within a line: a `LineDecoder` of one part of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import re


class WithinLine:
    """What follows a mark, of which there is one part in one line."""

    restarts = False
    ended = True

    def __init__(self) -> None:
        self.rest = 0

    def written(self, line: bytes, characters: re.Pattern[bytes]) -> bytes:
        """These characters at the beginning, which may be none; the rest of the line is no part of it."""
        found = characters.match(line)
        written = found[0] if found else b""
        self.rest = len(line) - len(written)
        return written
