"""lz-string, as web pages keep state in base64: LZW of UTF-16 code units, with new ones as they are.

Codes are in as many bits as there are entries for, the least significant bit first.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from overheard_capture.decoders.compression.deflate import CorruptError

if TYPE_CHECKING:
    from overheard_capture.provenance.origin import Bytes

# The codes of a new code unit of 8 or 16 bits, and of the end.
_BYTE, _UNIT, _END = range(3)
_UNIT_BITS = {_BYTE: 8, _UNIT: 16}
# Entries reach back to any part of the text. Longer ones are no state of a web page.
_LONGEST = 4 << 20


class LzString:
    """Decompresses one text, to UTF-8."""

    def __init__(self) -> None:
        self.eof = self.has_pending_output = False
        self.unused_data = b""
        self.fields: list[bytes] = []
        self._held, self._at = bytearray(), 0
        # The text, what was returned of it, and where each entry is in it; also the one before.
        self._text, self._returned = "", 0
        self._entries: list[tuple[int, int]] = [(0, 0)] * 3
        self._before: tuple[int, int] | None = None

    @property
    def has_end_marker(self) -> bool:
        """No: in base64 it may be in a last character that is no byte."""
        return False

    def decompress(self, data: Bytes, max_length: int) -> bytes:
        """Decompress `data`. Returns about `max_length` bytes at most; raises CorruptError."""
        self._held += data
        while not self.eof and len(self._text) - self._returned < max_length:
            start = self._at
            try:
                self._next()
            except IndexError:
                self._at = start
                break
        self.has_pending_output = len(self._text) - self._returned >= max_length and not self.eof
        out, self._returned = self._text[self._returned :], len(self._text)
        return out.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace").encode()

    def _next(self) -> None:
        code = self._bits(max((len(self._entries) - (self._before is None)).bit_length(), 2))
        if code == _END:
            self.eof, self.unused_data = True, bytes(self._held[-(-self._at // 8) :]).strip(b"\0")
            return
        begins = len(self._text)
        if code in _UNIT_BITS:
            self._text += chr(self._bits(_UNIT_BITS[code]))
            self._entries.append((begins, 1))
        else:
            self._text += self._copied(code)
        if self._before:
            start, length = self._before
            # The first unit of this one follows it.
            self._entries.append((start, length + 1))
        self._before = begins, len(self._text) - begins
        if len(self._text) > _LONGEST:
            raise CorruptError

    def _copied(self, code: int) -> str:
        if code < len(self._entries):
            start, length = self._entries[code]
        elif code == len(self._entries) and self._before:
            start, length = self._before
            return self._text[start : start + length] + self._text[start]
        else:
            raise CorruptError
        return self._text[start : start + length]

    def _bits(self, count: int) -> int:
        """The next bits as a number. Raises IndexError where there are too few."""
        end = self._at + count
        if end > 8 * len(self._held):
            raise IndexError
        whole = int.from_bytes(self._held[self._at // 8 : -(-end // 8)])
        bits = f"{whole >> -end % 8 & (1 << count) - 1:0{count}b}"
        self._at = end
        return int(bits[::-1], 2)
