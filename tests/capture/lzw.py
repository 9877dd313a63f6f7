"""Encoder of the program `compress`, which few machines still have. (`gzip -d` still reads its format.)"""

from __future__ import annotations


def compressed(data: bytes, most: int = 16, clear_at: int = 0) -> bytes:
    """A `.Z` file of `data` with codes of up to `most` bits; the table is cleared at the words `clear_at`."""
    writer = _Writer()
    table = {bytes([byte]): byte for byte in range(256)}
    word, following = b"", 257
    for at in range(len(data)):
        longer = data[at : at + 1] if not word else word + data[at : at + 1]
        if longer in table:
            word = longer
            continue
        writer.write(table[word])
        if following < 1 << most:
            table[longer] = following
            following += 1
            if following > 1 << writer.size and writer.size < most:
                writer.grow()
        word = data[at : at + 1]
        if clear_at and following >= clear_at:
            writer.write(table[word])
            word = b""
            writer.write(256)
            writer.begin_anew()
            table, following = {bytes([byte]): byte for byte in range(256)}, 257
    if word:
        writer.write(table[word])
    return b"\x1f\x9d" + bytes([0x80 | most]) + writer.end()


class _Writer:
    """Codes in groups of eight; an incomplete group is padded where the code size changes."""

    def __init__(self) -> None:
        self.size = 9
        self._out = bytearray()
        self._codes: list[int] = []

    def write(self, code: int) -> None:
        self._codes.append(code)
        if len(self._codes) == 8:
            self._flush(8)

    def _flush(self, places: int) -> None:
        number = sum(code << at * self.size for at, code in enumerate(self._codes))
        self._out += number.to_bytes((places * self.size + 7) // 8, "little")
        self._codes = []

    def grow(self) -> None:
        if self._codes:
            self._flush(8)
        self.size += 1

    def begin_anew(self) -> None:
        if self._codes:
            self._flush(8)
        self.size = 9

    def end(self) -> bytes:
        self._flush(len(self._codes))
        return bytes(self._out)
