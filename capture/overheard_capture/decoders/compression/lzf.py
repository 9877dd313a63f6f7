"""LZF: a block, and the chunks of the `lzf` program and of its library for Java."""

from __future__ import annotations

from overheard_capture.decoders.compression.blocks import BlockHeader, Blocks, Stored
from overheard_capture.decoders.compression.deflate import CorruptError
from overheard_capture.decoders.compression.lz77 import Element, Lz77

STORED_MAGIC, LZF_MAGIC = b"ZV\0", b"ZV\1"


class LzfBlock(Lz77):
    """A block. It tells no length."""

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
