"""The algorithms of Windows: LZNT1 and plain LZ77 (MS-XCA, 2.4 and 2.5)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from overheard_capture.decoders.compression.blocks import BlockHeader, Blocks
from overheard_capture.decoders.compression.lz77 import Element, Lz77, StoredBlock

if TYPE_CHECKING:
    from overheard_capture.provenance.origin import Bytes

_MIN_MATCH = 3
# The greatest length in three bits, in four, and in eight.
_SHORT, _NIBBLE, _BYTE = 7, 15, 255


class PlainLz77(Lz77):
    """Flags for 32 elements in four bytes, then these: literals, and copies (MS-XCA, 2.4.4)."""

    # The current flags, how many of them are left, and the half of a byte that the next long copy uses.
    _flags = _flags_left = 0
    _half: int | None = None

    def _next_element(self, data: bytes, at: int) -> Element | None:
        flags, left, half = self._flags, self._flags_left, self._half
        if not left:
            _ = data[at + 3]
            flags, left, at = int.from_bytes(data[at : at + 4], "little"), 32, at + 4
        left -= 1
        if at >= len(data):
            return None
        if not flags >> left & 1:
            found = Element(at, 1)
        else:
            copy = data[at] | data[at + 1] << 8
            length, half, end = self._length(data, at + 2, copy & _SHORT)
            found = Element(end, 0, length + _MIN_MATCH, (copy >> 3) + 1)
        self._flags, self._flags_left, self._half = flags, left, half
        return found

    def _length(self, data: bytes, at: int, length: int) -> tuple[int, int | None, int]:
        """The length of a copy without the minimum, the half of a byte that is left, and the offset after both."""
        half = self._half
        if length < _SHORT:
            return length, half, at
        if half is None:
            length, half, at = data[at] & _NIBBLE, data[at] >> 4, at + 1
        else:
            length, half = half, None
        if length < _NIBBLE:
            return length + _SHORT, half, at
        length, at = data[at], at + 1
        if length < _BYTE:
            return length + _NIBBLE + _SHORT, half, at
        for size in (2, 4):
            _ = data[at + size - 1]
            length, at = int.from_bytes(data[at : at + size], "little"), at + size
            if length:
                break
        return max(length, _NIBBLE + _SHORT), half, at


class _Chunk(Lz77):
    """Flags for eight elements in a byte, then these. How far copies reach depends on the place (MS-XCA, 2.5)."""

    _flags = 1
    _place = 0

    def _next_element(self, data: bytes, at: int) -> Element | None:
        flags = self._flags
        if flags == 1:
            flags, at = 0x100 | data[at], at + 1
        if at >= len(data):
            return None
        if not flags & 1:
            found = Element(at, 1)
        else:
            copy = data[at] | data[at + 1] << 8
            bits = 16 - max((self._place - 1).bit_length(), 4)
            found = Element(at + 2, 0, (copy & (1 << bits) - 1) + _MIN_MATCH, (copy >> bits) + 1)
        self._flags, self._place = flags >> 1, self._place + found.literals + found.copied
        return found


class Lznt1(Blocks):
    """Chunks that decompress to 4 KiB each, up to this length together."""

    def __init__(self, length: int) -> None:
        super().__init__()
        self._left, self.eof = length, length == 0

    @property
    def has_end_marker(self) -> bool:
        """Whether chunks are missing."""
        return not self.eof

    def decompress(self, data: Bytes, max_length: int) -> bytes:
        """Decompress `data`. Returns about `max_length` bytes at most; raises CorruptError."""
        out = super().decompress(data, max_length)
        self._left -= len(out)
        if self._left <= 0 and self._block is None:
            self.eof, self.has_pending_output = True, False
            self.unused_data, self._held = bytes(self._held), bytearray()
        return out

    def _next_block(self, data: bytes) -> BlockHeader | None:
        if len(data) < 2 or self._left <= 0:
            return None
        header = int.from_bytes(data[:2], "little")
        return BlockHeader(2, (header & 0xFFF) + 1, _Chunk() if header >> 15 else StoredBlock())
