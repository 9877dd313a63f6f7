"""Work: how much it may take to read what is encoded, compressed or quoted in what is on the wire.

One capture has one account. Each byte on the wire adds to it, and whatever is read inside something else takes from it:
what is decoded, joined or unescaped, in steps. A step is about what reading a byte of ordinary text takes. They are
counted, not measured, so that the result does not depend on the machine.

Ordinary traffic does not come near the bound: pages that are compressed 61:1 take 62 steps a byte, and compressed lists
of short identifiers in base64, of which each is decoded by itself, 193. Bytes can be made that unwrap to any amount of
what is slow to read.
"""

from __future__ import annotations

# How many steps each byte on the wire allows, and how many there are anyway.
EACH, ANYWAY = 256, 16 << 20
# How many it takes to begin a content, to decode a run of characters, to look at a place where something may begin, and
# to join a piece.
TO_BEGIN, TO_DECODE, TO_TRY, TO_JOIN = 1024, 512, 64, 64
# What is reported where nothing is left.
TOO_MUCH = "content within content that takes more work to read than is allowed for a capture of this size"


class Work:
    """The steps that are left. `was_too_much` is whether anything was not read because there were none."""

    __slots__ = ("left", "was_too_much")

    def __init__(self) -> None:
        self.left, self.was_too_much = ANYWAY, False

    def allow(self, size: int) -> None:
        """Allow what so many bytes on the wire do."""
        self.left += EACH * size

    def take(self, steps: int = 0) -> bool:
        """Take steps. Returns whether there were enough; what was begun may have taken more than were left."""
        self.left -= steps
        self.was_too_much |= self.left < 0
        return self.left >= 0
