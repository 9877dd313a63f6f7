"""History: the last delivered bytes of a direction, which retransmissions are compared with."""

from __future__ import annotations

from collections import deque

# At least this many delivered bytes are kept.
HISTORY = 256 << 10

Block = bytes | bytearray | memoryview


class History:
    """The last delivered bytes of a direction. `size` is their number, and `enabled` whether any are to be kept."""

    __slots__ = ("_blocks", "enabled", "size")

    def __init__(self) -> None:
        self._blocks: deque[Block] = deque()
        self.size = 0
        self.enabled = True

    def add(self, block: Block) -> None:
        """Keep a block that was delivered, and drop the oldest ones beyond HISTORY bytes."""
        if not self.enabled:
            return
        self._blocks.append(block)
        self.size += len(block)
        while self.size - len(self._blocks[0]) >= HISTORY:
            self.size -= len(self._blocks.popleft())

    def content(self, length: int) -> bytes | None:
        """All bytes, if there are `length` of them; otherwise None."""
        return b"".join(self._blocks) if self.size == length else None

    def matches(self, start: int, retransmitted: bytes, pending: bytearray, end: int) -> bool:
        """Whether retransmitted bytes, which begin at position `start`, equal the original ones.

        `pending` are the bytes after the kept ones, not delivered yet, which end before position `end`.
        """
        for block in (pending, *reversed(self._blocks)):
            begins = end - len(block)
            low, high = max(start, begins), min(start + len(retransmitted), end)
            if low < high and block[low - begins : high - begins] != retransmitted[low - start : high - start]:
                return False
            if begins <= start:
                break
            end = begins
        return True

    def copy_blocks(self) -> None:
        """Copy all bytes, as their memory will be reused."""
        self._blocks = deque(map(bytes, self._blocks))

    def trim(self, keep: int) -> None:
        """Drop all but the last `keep` bytes. Retransmissions of the others can no longer be compared."""
        while self.size > keep:
            block = self._blocks.popleft()
            self.size -= len(block)
            if self.size < keep:
                kept = bytes(block[len(block) - (keep - self.size) :])
                self._blocks.appendleft(kept)
                self.size += len(kept)
                break
