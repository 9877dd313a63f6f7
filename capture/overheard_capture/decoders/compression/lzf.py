"""LZF: a block, and the chunks of the `lzf` program and of its library for Java."""

from __future__ import annotations

from typing import TYPE_CHECKING

from overheard_capture.decoders.compression.blocks import BlockHeader, Blocks, Headed, Stored
from overheard_capture.decoders.compression.deflate import CorruptError
from overheard_capture.decoders.compression.lz77 import Element, Lz77
from overheard_capture.decoders.signatures import LZF_MAGIC

if TYPE_CHECKING:
    from overheard_capture.decoders.compression.deflate import Decompressor

# A compressed string of Redis.
STRING = b"\xc3"
# It compresses strings that are longer than this.
_SHORTEST = 20
STORED_MAGIC = b"ZV\0"


class LzfBlock(Lz77):
    """A block. It tells no length."""

    native = 3

    def _next_element(self, data: bytes, at: int) -> Element | None:
        control = data[at]
        if control < 0x20:
            return Element(at + 1, control + 1)
        length, at = control >> 5, at + 1
        if length == 7:
            length, at = 7 + data[at], at + 1
        return Element(at + 1, 0, length + 2, (control << 8 & 0x1F00 | data[at]) + 1)


class Lzf(Blocks):
    """Chunks of up to 64 KiB, compressed or not."""

    _began = False

    def _next_block(self, data: bytes) -> BlockHeader | None:
        if data[:3] not in (STORED_MAGIC, LZF_MAGIC):
            if len(data) >= 3 or not LZF_MAGIC[:2].startswith(data[:2]):
                if not self._began:
                    raise CorruptError
                # Something else follows.
                self.eof = True
            return None
        compressed = data[2] == 1
        if len(data) < 5 + 2 * compressed:
            return None
        self._began, length = True, int.from_bytes(data[3:5], "big")
        if not compressed:
            return BlockHeader(5, length, Stored())
        return BlockHeader(7, length, LzfBlock(int.from_bytes(data[5:7], "big")))


class LzfString(Headed):
    """A compressed string of Redis: its length, and that of the string itself, as RDB writes lengths."""

    def _read_header(self, data: bytes) -> tuple[int, Decompressor] | None:
        if not data.startswith(STRING):
            raise CorruptError
        compressed, at = _rdb_length(data, 1)
        length, at = _rdb_length(data, at) if at else (0, 0)
        if not at:
            return None
        if not 0 < compressed < length or length <= _SHORTEST:
            raise CorruptError
        return at, LzfBlock(length)


def _rdb_length(data: bytes, at: int) -> tuple[int, int]:
    """The length at `at`, in one byte, two or five, and the offset after it; the latter is 0 if it is incomplete."""
    if at >= len(data):
        return 0, 0
    size = {0: 1, 1: 2}.get(data[at] >> 6, 5)
    if size == 5 and data[at] != 0x80:
        raise CorruptError
    number = data[at : at + size]
    if len(number) < size:
        return 0, 0
    return int.from_bytes(number[1:], "big") if size == 5 else int.from_bytes(number, "big") & 0x3FFF, at + size
