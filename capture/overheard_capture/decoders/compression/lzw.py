"""LZW with codes of growing size, as written by `compress` (`.Z` files, and the content coding `compress`)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from overheard_capture.decoders.compression.deflate import CorruptError
from overheard_capture.decoders.signatures import LZW_MAGIC

if TYPE_CHECKING:
    from overheard_capture.provenance.origin import Bytes

_CLEAR = 256


class Lzw:
    """LZW. It has no end marker. Codes come in groups of eight; a group is padded when the code size changes."""

    has_end_marker = False

    def __init__(self) -> None:
        self.eof = self.has_pending_output = False
        self.fields: list[bytes] = []
        self.unused_data = b""
        self._data = bytearray()
        # The maximum code size in bits, and whether there is a code that clears the table.
        self._max_bits = 0
        self._has_clear_code = False
        self._bits = 9
        # The number of codes of the current size that were read.
        self._codes_read = 0
        # The number of padding bytes still to be skipped.
        self._padding = 0
        self._table: list[bytes] = []
        self._previous = b""

    def decompress(self, data: Bytes, max_length: int) -> bytes:
        """Decompress `data`. Returns about `max_length` bytes at most; raises CorruptError."""
        self._data += data
        if not self._max_bits and not self._read_header():
            return b""
        out, length = [], 0
        self.has_pending_output = True
        while length < max_length:
            code = self._next_code()
            if code is None:
                self.has_pending_output = False
                break
            if code == _CLEAR and self._has_clear_code:
                self._skip_group()
                self._clear_table()
                continue
            out.append(self._decode(code))
            length += len(out[-1])
        return b"".join(out)

    def _read_header(self) -> bool:
        if self._data[:2] != LZW_MAGIC[: len(self._data)]:
            raise CorruptError
        if len(self._data) < 3:
            return False
        self._max_bits, self._has_clear_code = self._data[2] & 0x1F, bool(self._data[2] & 0x80)
        if not 9 <= self._max_bits <= 16 or self._data[2] & 0x60:
            raise CorruptError
        del self._data[:3]
        self._clear_table()
        return True

    def _clear_table(self) -> None:
        self._table = [bytes([byte]) for byte in range(256)] + [b""] * self._has_clear_code
        self._bits, self._codes_read, self._previous = 9, 0, b""

    def _next_code(self) -> int | None:
        """The next code; None if it is incomplete."""
        # All codes of this size are assigned: the next ones are larger.
        if len(self._table) >= 1 << self._bits and self._bits < self._max_bits:
            self._skip_group()
            self._bits += 1
        self._drop_padding()
        at = self._codes_read % 8 * self._bits
        if len(self._data) * 8 < at + self._bits:
            return None
        number = int.from_bytes(self._data[at // 8 : at // 8 + 4], "little")
        self._codes_read += 1
        if not self._codes_read % 8:
            del self._data[: self._bits]
        return number >> at % 8 & (1 << self._bits) - 1

    def _skip_group(self) -> None:
        """Skip the rest of the current group."""
        self._padding += self._bits if self._codes_read % 8 else 0
        self._codes_read = 0

    def _drop_padding(self) -> None:
        if self._padding:
            dropped = min(self._padding, len(self._data))
            del self._data[:dropped]
            self._padding -= dropped

    def _decode(self, code: int) -> bytes:
        known = len(self._table)
        if code < known and (code != _CLEAR or not self._has_clear_code):
            decoded = self._table[code]
        elif code == known and self._previous and known < 1 << self._max_bits:
            decoded = self._previous + self._previous[:1]
        else:
            raise CorruptError
        if self._previous and known < 1 << self._max_bits:
            self._table.append(self._previous + decoded[:1])
        self._previous = decoded
        return decoded
