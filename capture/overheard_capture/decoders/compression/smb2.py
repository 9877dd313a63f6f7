"""Compressed messages of SMB2, from the SMB2 COMPRESSION_TRANSFORM_HEADER on (MS-SMB2, 2.2.42)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from overheard_capture.decoders.compression.blocks import BlockHeader, Blocks, Stored
from overheard_capture.decoders.compression.deflate import CorruptError
from overheard_capture.decoders.compression.lz4 import Lz4Block
from overheard_capture.decoders.compression.lz77 import Element, Lz77
from overheard_capture.decoders.compression.xca import Lznt1, PlainLz77
from overheard_capture.decoders.compression.xca_huffman import HuffmanLz77
from overheard_capture.decoders.signatures import SMB2_MAGIC

if TYPE_CHECKING:
    from collections.abc import Callable

    from overheard_capture.decoders.compression.deflate import Decompressor

_HEADER, _PAYLOAD_HEADER = 16, 8
# MS-SMB2, 2.2.3.1.3.
_NONE, _PATTERN = 0, 4
_ALGORITHMS: dict[int, Callable[[int], Decompressor]] = {1: Lznt1, 2: PlainLz77, 3: HuffmanLz77, 5: Lz4Block}
_CHAINED = 1
# The longest message that the length before it can tell (MS-SMB2, 2.1).
_MAX_MESSAGE = 1 << 24


class _Pattern(Lz77):
    """A byte, three reserved ones, and how often it is repeated (MS-SMB2, 2.2.42.2.2)."""

    _repeated = 0

    def _next_element(self, data: bytes, at: int) -> Element | None:
        if not self._repeated:
            # Only the byte itself is a literal; reading goes on with the number behind it.
            _ = data[at + 7]
            self._repeated = int.from_bytes(data[at + 4 : at + 8], "little")
            return Element(at, 1)
        return Element(at + 7, 0, self._repeated - 1, 1) if self._repeated > 1 else None


class Smb2(Blocks):
    """One message: a part that is not compressed and one that is, or a chain of payloads."""

    def __init__(self) -> None:
        super().__init__()
        self._chained: bool | None = None
        # How many decompressed bytes are still to come; and the compressed part, after the one that is not.
        self._left = 0
        self._compressed: Decompressor | None = None

    @property
    def has_end_marker(self) -> bool:
        """Whether the message is incomplete."""
        return not self.eof

    def _next_block(self, data: bytes) -> BlockHeader | None:
        if self._chained is None:
            return self._read_header(data)
        if self._compressed is not None:
            block, self._compressed = self._compressed, None
            return BlockHeader(0, None, block)
        if not self._chained or self._left <= 0:
            self.eof = True
            return None
        return self._read_payload(data)

    def _read_header(self, data: bytes) -> BlockHeader | None:
        if data[:4] != SMB2_MAGIC[: len(data)]:
            raise CorruptError
        if len(data) < _HEADER:
            return None
        size, algorithm = int.from_bytes(data[4:8], "little"), int.from_bytes(data[8:10], "little")
        flags, offset = int.from_bytes(data[10:12], "little"), int.from_bytes(data[12:16], "little")
        if flags > _CHAINED or not 0 < size < _MAX_MESSAGE:
            raise CorruptError
        self._chained, self._left = flags == _CHAINED, size
        if self._chained:
            # The first payload has its own header, of which the algorithm and the flags were just read.
            return BlockHeader(8, 0)
        if offset >= _MAX_MESSAGE or algorithm not in _ALGORITHMS:
            raise CorruptError
        self._compressed = _ALGORITHMS[algorithm](size)
        return BlockHeader(_HEADER, offset, Stored())

    def _read_payload(self, data: bytes) -> BlockHeader | None:
        if len(data) < _PAYLOAD_HEADER + 4:
            return None
        algorithm, length = int.from_bytes(data[:2], "little"), int.from_bytes(data[4:8], "little")
        if length >= _MAX_MESSAGE:
            raise CorruptError
        if algorithm == _NONE:
            self._left -= length
            return BlockHeader(_PAYLOAD_HEADER, length, Stored())
        if algorithm == _PATTERN:
            if len(data) < _PAYLOAD_HEADER + 8:
                return None
            size = int.from_bytes(data[12:16], "little")
            self._left -= size
            return BlockHeader(_PAYLOAD_HEADER, length, _Pattern(size))
        if algorithm not in _ALGORITHMS or length < 4:
            raise CorruptError
        size = int.from_bytes(data[8:12], "little")
        self._left -= size
        return BlockHeader(_PAYLOAD_HEADER + 4, length - 4, _ALGORITHMS[algorithm](size))
