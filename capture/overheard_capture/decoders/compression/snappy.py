"""Snappy: a block, and the formats that contain blocks (`format_description.txt` and `framing_format.txt`)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from overheard_capture.decoders.compression.blocks import BlockHeader, Blocks, Headed, Stored
from overheard_capture.decoders.compression.deflate import CorruptError
from overheard_capture.decoders.compression.lz77 import Element, Lz77
from overheard_capture.decoders.signatures import SNAPPY_FRAMED_MAGIC, SNAPPY_XERIAL_MAGIC

if TYPE_CHECKING:
    from overheard_capture.decoders.compression.deflate import Decompressor

# After the magic of xerial: two numbers of four bytes, the version and the oldest version that can read it.
_XERIAL_HEADER = 16
# A chunk decompresses to 64 KiB at most; a block of xerial, to what its writer chose (32 KiB).
_MAX_CHUNK, _MAX_XERIAL = 80 << 10, 16 << 20


class SnappyElements(Lz77):
    """The elements of a block after its length."""

    native = 2

    def _next_element(self, data: bytes, at: int) -> Element | None:
        tag = data[at]
        kind, length = tag & 3, (tag >> 2) + 1
        if kind == 0:
            end = at + 1
            if length > 60:
                size = length - 60
                _ = data[at + size]
                end += size
                length = int.from_bytes(data[at + 1 : end], "little") + 1
            return Element(end, length)
        if kind == 1:
            return Element(at + 2, 0, 4 + (tag >> 2 & 7), tag >> 5 << 8 | data[at + 1])
        size = 2 if kind == 2 else 4
        _ = data[at + size]
        return Element(at + 1 + size, 0, length, int.from_bytes(data[at + 1 : at + 1 + size], "little"))


class Snappy(Headed):
    """A block, which begins with its decompressed length, a varint."""

    def _read_header(self, data: bytes) -> tuple[int, Decompressor] | None:
        length = 0
        for at, byte in enumerate(data):
            length |= (byte & 0x7F) << 7 * at
            if length >> 32:
                raise CorruptError
            if byte < 0x80:
                return at + 1, SnappyElements(length)
        return None


class FramedSnappy(Blocks):
    """Chunks, with a type and a length of three bytes. Most begin with a checksum of four bytes, which is skipped."""

    _began = False

    def _next_block(self, data: bytes) -> BlockHeader | None:
        if len(data) < 4:
            return None
        kind, length = data[0], int.from_bytes(data[1:4], "little")
        if kind == 0xFF and data[:10] == SNAPPY_FRAMED_MAGIC[: len(data)]:
            self._began = len(data) >= 10
            return BlockHeader(10, 0) if self._began else None
        if not self._began:
            raise CorruptError
        if 0x80 <= kind < 0xFF:
            # Padding, and chunks that may be skipped.
            return BlockHeader(4, length)
        if kind > 1 or not 4 < length <= _MAX_CHUNK:
            # Something else follows.
            self.eof = True
            return None
        if len(data) < 8:
            return None
        return BlockHeader(8, length - 4, Stored() if kind else Snappy())


class XerialSnappy(Blocks):
    """The format of snappy-java, as in Kafka: blocks after their compressed length."""

    _began = False

    def _next_block(self, data: bytes) -> BlockHeader | None:
        if data[:8] == SNAPPY_XERIAL_MAGIC[: len(data)]:
            if len(data) < _XERIAL_HEADER:
                return None
            self._began = True
            return BlockHeader(_XERIAL_HEADER, 0)
        if not self._began:
            raise CorruptError
        if len(data) < 4:
            return None
        length = int.from_bytes(data[:4], "big")
        if not 0 < length <= _MAX_XERIAL:
            # Something else follows.
            self.eof = True
            return None
        return BlockHeader(4, length, Snappy())
