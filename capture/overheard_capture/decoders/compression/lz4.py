"""LZ4: blocks, and the formats that contain them (`lz4_Block_format.md` and `lz4_Frame_format.md` of the reference)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from overheard_capture.content.lazy_pattern import lazy_pattern
from overheard_capture.decoders.compression.blocks import BlockHeader, Blocks, Headed
from overheard_capture.decoders.compression.deflate import CorruptError, TooLargeError
from overheard_capture.decoders.compression.lz77 import WINDOW, Element, Lz77, StoredBlock
from overheard_capture.decoders.signatures import LZ4_LEGACY_MAGIC, LZ4_MAGIC, LZ4_MOZILLA_MAGIC

if TYPE_CHECKING:
    from overheard_capture.decoders.compression.deflate import Decompressor

# A block of a legacy frame decompresses to 8 MiB at most; its last 19 bytes are the most that incompressible data adds.
_LEGACY_MAX = (8 << 20) + (8 << 20) // 255 + 16
_MAX_BLOCK = 4 << 20
_MIN_MATCH = 4
# The bytes that make a length longer by 255 each. More of them than the largest block has are malformed.
_LONGER, _MAX_LONGER = lazy_pattern(rb"\xff*"), WINDOW


class Lz4Block(Lz77):
    """A block: a token with the lengths of literals and of a copy, the literals, and the distance of the copy."""

    native = 1
    # The length of the copy in the current token; None if a token follows.
    _match: int | None = None

    @property
    def _begins_whole(self) -> bool:
        return self._match is None

    def _next_element(self, data: bytes, at: int) -> Element | None:
        if self._match is None:
            token = data[at]
            length, end = _extended(data, at + 1, token >> 4)
            self._match = token & 15
            return Element(end, length)
        distance = data[at] | data[at + 1] << 8
        length, end = _extended(data, at + 2, self._match)
        self._match = None
        return Element(end, 0, length + _MIN_MATCH, distance)


def _extended(data: bytes, at: int, length: int) -> tuple[int, int]:
    """The length with the bytes at `at` that may follow it, and the offset after them."""
    if length < 15:
        return length, at
    found = _LONGER.match(data, at)
    longer = found.end() - at if found else 0
    if longer > _MAX_LONGER:
        raise TooLargeError
    return length + 255 * longer + data[at + longer], at + longer + 1


class Lz4Frame(Blocks):
    """One frame. Its checksums are skipped, as they would not change what was read."""

    def __init__(self) -> None:
        super().__init__()
        self._flags: int | None = None
        # The last block, if later ones may depend on it.
        self._before: Lz77 | None = None

    @property
    def has_end_marker(self) -> bool:
        """Whether the frame is incomplete."""
        return not self.eof

    def _next_block(self, data: bytes) -> BlockHeader | None:
        if self._flags is None:
            return self._read_descriptor(data)
        if len(data) < 4:
            return None
        size = int.from_bytes(data[:4], "little")
        if not size:
            end = 4 + 4 * bool(self._flags & 4)
            self.eof = len(data) >= end
            if self.eof:
                del self._held[:end]
            return None
        if size & 0x7FFFFFFF > _MAX_BLOCK:
            raise CorruptError
        block = (StoredBlock if size >> 31 else Lz4Block)(before=self._before)
        self._before = None if self._flags & 0x20 else block
        return BlockHeader(4, size & 0x7FFFFFFF, block, 4 * bool(self._flags & 16))

    def _read_descriptor(self, data: bytes) -> BlockHeader | None:
        if data[:4] != LZ4_MAGIC[: len(data)]:
            raise CorruptError
        if len(data) < 6:
            return None
        flags, size = data[4], data[5]
        # Version 01, no reserved bits, and one of the four block sizes.
        if flags >> 6 != 1 or flags & 2 or size & 0x8F or size >> 4 < 4:
            raise CorruptError
        end = 7 + 8 * bool(flags & 8) + 4 * (flags & 1)
        if len(data) < end:
            return None
        self._flags = flags
        # An empty block: what follows begins with a size.
        return BlockHeader(end, 0)


class Lz4Legacy(Blocks):
    """The format of the first versions, which Linux still uses for its kernel: blocks up to the end of the file."""

    _began = False

    def _next_block(self, data: bytes) -> BlockHeader | None:
        if not self._began:
            if data[:4] != LZ4_LEGACY_MAGIC[: len(data)]:
                raise CorruptError
            self._began = len(data) >= 4
            return BlockHeader(4, 0) if self._began else None
        if len(data) < 4:
            return None
        size = int.from_bytes(data[:4], "little")
        if not 0 < size <= _LEGACY_MAX:
            # Another frame, or something else, follows.
            self.eof = True
            return None
        return BlockHeader(4, size, Lz4Block())


class SizedLz4(Headed):
    """One block after its decompressed length, as Python's lz4 stores it."""

    magic = b""

    def _read_header(self, data: bytes) -> tuple[int, Decompressor] | None:
        begin = len(self.magic)
        if data[:begin] != self.magic[: len(data)]:
            raise CorruptError
        if len(data) < begin + 4:
            return None
        return begin + 4, Lz4Block(int.from_bytes(data[begin : begin + 4], "little"))


class MozillaLz4(SizedLz4):
    """The same after a magic, as Firefox stores bookmarks and sessions."""

    magic = LZ4_MOZILLA_MAGIC
