"""What `compress` makes: LZW with codes that grow (files named `.Z`, and the content coding of that name)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from overheard_capture.decoders.compression.deflate import CorruptError

if TYPE_CHECKING:
    from overheard_capture.provenance.origin import Bytes

LZW_MAGIC = b"\x1f\x9d"
_CLEAR = 256


class Lzw:
    """It has no end of its own. Codes come in groups of eight; the rest of a group is void when their size changes."""

    endless = True

    def __init__(self) -> None:
        self.ended = self.more = False
        self.left = b""
        self._data = bytearray()
        # The largest size of a code, and whether one of them clears the table.
        self._most = 0
        self._clears = False
        self._size = 9
        # How many codes of the current size were read.
        self._read = 0
        # How many bytes are to be passed over.
        self._void = 0
        self._table: list[bytes] = []
        self._before = b""

    def inflate(self, data: Bytes, room: int) -> bytes:
        """What comes of it."""
        self._data += data
        if not self._most and not self._begin():
            return b""
        out, made = [], 0
        self.more = True
        while made < room:
            code = self._next()
            if code is None:
                self.more = False
                break
            if code == _CLEAR and self._clears:
                self._end_group()
                self._anew()
                continue
            out.append(self._word(code))
            made += len(out[-1])
        return b"".join(out)

    def _begin(self) -> bool:
        if self._data[:2] != LZW_MAGIC[: len(self._data)]:
            raise CorruptError
        if len(self._data) < 3:
            return False
        self._most, self._clears = self._data[2] & 0x1F, bool(self._data[2] & 0x80)
        if not 9 <= self._most <= 16 or self._data[2] & 0x60:
            raise CorruptError
        del self._data[:3]
        self._anew()
        return True

    def _anew(self) -> None:
        self._table = [bytes([byte]) for byte in range(256)] + [b""] * self._clears
        self._size, self._read, self._before = 9, 0, b""

    def _next(self) -> int | None:
        """The next code, once it has come."""
        # All codes of this size are taken: those that follow are larger.
        if len(self._table) >= 1 << self._size and self._size < self._most:
            self._end_group()
            self._size += 1
        self._drop_void()
        at = self._read % 8 * self._size
        if len(self._data) * 8 < at + self._size:
            return None
        number = int.from_bytes(self._data[at // 8 : at // 8 + 4], "little")
        self._read += 1
        if not self._read % 8:
            del self._data[: self._size]
        return number >> at % 8 & (1 << self._size) - 1

    def _end_group(self) -> None:
        """What is left of a group that has begun says nothing."""
        self._void += self._size if self._read % 8 else 0
        self._read = 0

    def _drop_void(self) -> None:
        if self._void:
            dropped = min(self._void, len(self._data))
            del self._data[:dropped]
            self._void -= dropped

    def _word(self, code: int) -> bytes:
        known = len(self._table)
        if code < known and (code != _CLEAR or not self._clears):
            word = self._table[code]
        elif code == known and self._before and known < 1 << self._most:
            word = self._before + self._before[:1]
        else:
            raise CorruptError
        if self._before and known < 1 << self._most:
            self._table.append(self._before + word[:1])
        self._before = word
        return word
