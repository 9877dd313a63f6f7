"""LZ77 with Huffman codes, as Windows has it (MS-XCA, 2.1 and 2.2)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from overheard.words.named_tuple import NamedTuple
from overheard_capture.decoders.compression.deflate import CorruptError
from overheard_capture.decoders.compression.lz77 import WINDOW

if TYPE_CHECKING:
    from overheard_capture.provenance.origin import Bytes

# 256 letters; and 256 kinds of copies, by the number of bits of their distance, and their length or 15.
_LETTERS = 256
_TABLE_LENGTH, _LONGEST_CODE = 256, 15
# A table of codes is for so much of the output.
_PER_TABLE = 64 << 10
_MIN_MATCH, _NIBBLE, _BYTE = 3, 15, 255


class _Position(NamedTuple):
    """A position in the input: the next byte, and the `left` bits from before it that are not used yet.

    Bits come in pairs of bytes, the highest first, and are read 16 to 31 ahead; what is not a bit stands between them.
    """

    at: int
    bits: int
    left: int

    def after(self, data: bytes, length: int) -> _Position:
        """The position after so many bits. May raise IndexError."""
        at, bits, count = self.at, self.bits, self.left - length
        if count < 16:
            bits, at, count = bits << 16 | data[at] | data[at + 1] << 8, at + 2, count + 16
        return _Position(at, bits & (1 << count) - 1, count)

    def peek(self, length: int) -> int:
        """The next bits as a number."""
        return self.bits >> self.left - length


class HuffmanLz77:
    """Decompresses data of this decompressed length."""

    def __init__(self, length: int) -> None:
        self.eof = length == 0
        self.has_pending_output = False
        self.unused_data = b""
        self.fields: list[bytes] = []
        self._left = length
        self._held = b""
        self._position: _Position | None = None
        # By the next 15 bits: the symbol and the length of its code.
        self._codes: list[tuple[int, int]] = []
        self._until_table = 0
        self._history = bytearray()

    @property
    def has_end_marker(self) -> bool:
        """Whether data is missing."""
        return not self.eof

    def decompress(self, data: Bytes, max_length: int) -> bytes:
        """Decompress `data`. Returns about `max_length` bytes at most; raises CorruptError."""
        self._held += bytes(data)
        begin = len(self._history)
        end = begin + min(max_length, self._left)
        try:
            while len(self._history) < end:
                self._step(self._held)
        except IndexError:
            self.has_pending_output = False
        else:
            self.has_pending_output = len(self._history) - begin < self._left
        out = bytes(self._history[begin : begin + self._left])
        self._left -= len(out)
        position = self._position
        if not self._left:
            self.eof, self.has_pending_output = True, False
            self.unused_data = self._held[position.at :] if position else self._held
        elif position:
            self._held, self._position = self._held[position.at :], position._replace(at=0)
        if len(self._history) > 2 * WINDOW:
            del self._history[:-WINDOW]
        return out

    def _step(self, data: bytes) -> None:
        """Read a table, a letter or a copy. Raises IndexError, and changes nothing, if it is incomplete."""
        position = self._position
        if position is None or self._until_table <= 0:
            at = position.at if position else 0
            _ = data[at + _TABLE_LENGTH + 3]
            self._codes = _codes(data[at : at + _TABLE_LENGTH])
            at += _TABLE_LENGTH
            bits = int.from_bytes(data[at : at + 2], "little") << 16 | int.from_bytes(data[at + 2 : at + 4], "little")
            self._position, self._until_table = _Position(at + 4, bits, 32), _PER_TABLE
            return
        symbol, length = self._codes[position.peek(_LONGEST_CODE)]
        if not length:
            raise CorruptError
        position = position.after(data, length)
        if symbol < _LETTERS:
            self._history.append(symbol)
            self._position, self._until_table = position, self._until_table - 1
            return
        copied, position = _copied(data, position, symbol & _NIBBLE)
        size = symbol - _LETTERS >> 4
        distance = 1 << size | (position.peek(size) if size else 0)
        self._position = position.after(data, size)
        self._copy(distance, copied)

    def _copy(self, distance: int, length: int) -> None:
        out = self._history
        # The last copy may be longer than what is left.
        length = min(length, self._left)
        if distance > min(len(out), WINDOW):
            raise CorruptError
        piece = bytes(out[-distance:])
        out += (piece * (length // distance + 1))[:length]
        self._until_table -= length


def _copied(data: bytes, position: _Position, length: int) -> tuple[int, _Position]:
    """The length of a copy, and the position after it. Long ones have further bytes (2.2.4)."""
    if length == _NIBBLE:
        at = position.at
        length, at = data[at] + _NIBBLE, at + 1
        if length == _BYTE + _NIBBLE:
            length, at = data[at] | data[at + 1] << 8, at + 2
            if length < _NIBBLE:
                raise CorruptError
        position = position._replace(at=at)
    return length + _MIN_MATCH, position


def _codes(table: bytes) -> list[tuple[int, int]]:
    """By the next 15 bits, the symbol and the length of its code; a length of 0 if there is none (2.2.4)."""
    lengths = [half for byte in table for half in (byte & 15, byte >> 4)]
    codes = list[tuple[int, int]]()
    for length in range(1, _LONGEST_CODE + 1):
        for symbol, own in enumerate(lengths):
            if own == length:
                codes += [(symbol, length)] * (1 << _LONGEST_CODE - length)
    if len(codes) > 1 << _LONGEST_CODE:
        raise CorruptError
    return codes + [(0, 0)] * ((1 << _LONGEST_CODE) - len(codes))
