"""Compressed formats that consist of a header and one block, or of many blocks with a header each."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING

from overheard.words.named_tuple import NamedTuple
from overheard_capture.decoders.compression.deflate import CorruptError

if TYPE_CHECKING:
    from overheard_capture.decoders.compression.deflate import Decompressor
    from overheard_capture.provenance.origin import Bytes


class Headed(ABC):
    """A header, and one block after it."""

    def __init__(self) -> None:
        self.eof = self.has_pending_output = False
        self.unused_data = b""
        self.fields: list[bytes] = []
        self.has_end_marker = True
        self._header = b""
        self._block: Decompressor | None = None

    @abstractmethod
    def _read_header(self, data: bytes) -> tuple[int, Decompressor] | None:
        """The length of the header, and what decompresses the block; None if it is incomplete. Raises CorruptError."""

    def decompress(self, data: Bytes, max_length: int) -> bytes:
        """Decompress `data`. Returns about `max_length` bytes at most; raises CorruptError."""
        if self._block is None:
            self._header += bytes(data)
            found = self._read_header(self._header)
            if found is None:
                return b""
            data, self._block, self._header = self._header[found[0] :], found[1], b""
        block = self._block
        out = block.decompress(data, max_length)
        self.eof, self.unused_data = block.eof, block.unused_data
        self.has_pending_output, self.has_end_marker = block.has_pending_output, block.has_end_marker
        return out


class Stored:
    """A block that is not compressed."""

    has_end_marker = has_pending_output = eof = False
    unused_data = b""

    def __init__(self) -> None:
        self.fields: list[bytes] = []

    def decompress(self, data: Bytes, max_length: int) -> bytes:  # noqa: ARG002 - as long as the input
        """Return `data`."""
        return bytes(data)


class _Field(Stored):
    """A block that is no content, which is kept."""

    def __init__(self) -> None:
        super().__init__()
        self._pieces: list[bytes] = []

    def decompress(self, data: Bytes, max_length: int) -> bytes:  # noqa: ARG002 - there is no output
        """Keep `data`."""
        self._pieces.append(bytes(data))
        return b""

    @property
    def kept(self) -> bytes:
        """All of the block; empty if it is padding."""
        field = b"".join(self._pieces)
        return field if any(field) else b""


class BlockHeader(NamedTuple):
    """The header of a block: its length, that of the block, what decompresses the block, and the length of a trailer.

    The length of the block is None if it tells its end. If nothing decompresses it, it is read as a field.
    """

    length: int
    compressed: int | None
    block: Decompressor | None = None
    trailer: int = 0


class Blocks(ABC):
    """Blocks, each with a header. `magic` begins the first one."""

    def __init__(self) -> None:
        self.eof = self.has_pending_output = False
        self.unused_data = b""
        self.fields: list[bytes] = []
        self._held = bytearray()
        self._block: Decompressor | None = None
        # What is left of the current block, and how many bytes of a trailer are to be skipped.
        self._remaining: int | None = 0
        self._to_skip = self._trailer = 0

    @property
    def has_end_marker(self) -> bool:
        """Whether the data cannot end here."""
        return self._block is not None or bool(self._held) or self._to_skip > 0

    @abstractmethod
    def _next_block(self, data: bytes) -> BlockHeader | None:
        """The header at the beginning of `data`; None if it is incomplete, or if it sets `eof`. Raises CorruptError."""

    def decompress(self, data: Bytes, max_length: int) -> bytes:
        """Decompress `data`. Returns about `max_length` bytes at most; raises CorruptError."""
        self._held += data
        out = bytearray()
        while len(out) < max_length:
            if self._to_skip:
                skipped = min(self._to_skip, len(self._held))
                del self._held[:skipped]
                self._to_skip -= skipped
                if self._to_skip:
                    break
            if self._block is not None:
                piece, ended = self._read_block(self._block, max_length - len(out))
                out += piece
                if not ended and not self._held:
                    break
            elif not self._begin_block():
                break
        self.has_pending_output = len(out) >= max_length and not self.eof
        return bytes(out)

    def _begin_block(self) -> bool:
        header = self._next_block(bytes(self._held[:_LONGEST_HEADER]))
        if header is None:
            if self.eof:
                self.unused_data, self._held = bytes(self._held), bytearray()
            return False
        del self._held[: header.length]
        self._remaining, self._trailer = header.compressed, header.trailer
        self._block = header.block if header.block is not None else _Field()
        return True

    def _read_block(self, block: Decompressor, max_length: int) -> tuple[bytes, bool]:
        """Read from the current block. Returns its output, and whether it has ended."""
        piece = bytes(self._held[: self._remaining])
        del self._held[: len(piece)]
        out = block.decompress(piece, max_length)
        if self._remaining is None:
            if not block.eof:
                return out, False
            self._held[:0] = block.unused_data
        else:
            self._remaining -= len(piece)
            if self._remaining or block.has_pending_output:
                return out, False
            if block.unused_data or (block.has_end_marker and not block.eof):
                raise CorruptError
        if isinstance(block, _Field) and block.kept:
            self.fields.append(block.kept)
        self._block, self._to_skip = None, self._trailer
        return out, True


# No header of a block is longer.
_LONGEST_HEADER = 64
