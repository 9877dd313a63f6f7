"""A compressor for lz-string, as web pages use it."""

from __future__ import annotations


class _Codes:
    """Bits, the least significant one of each number first; and how many a code has."""

    def __init__(self) -> None:
        self.bits = ""
        self.width, self._left = 2, 2

    def put(self, number: int, width: int) -> None:
        self.bits += f"{number:0{width}b}"[::-1]

    def count(self) -> None:
        """There is one code more."""
        self._left -= 1
        if not self._left:
            self._left, self.width = 1 << self.width, self.width + 1


def lz_string(text: str) -> bytes:
    """The bytes that `compressToBase64` writes in base64."""
    codes, numbers, new, known = _Codes(), dict[str, int](), set[str](), ""

    def emit() -> None:
        if known in new:
            is_wide = ord(known) > 255
            codes.put(int(is_wide), codes.width)
            codes.put(ord(known), 16 if is_wide else 8)
            codes.count()
            new.remove(known)
        else:
            codes.put(numbers[known], codes.width)
        codes.count()

    for character in text:
        if character not in numbers:
            numbers[character] = len(numbers) + 3
            new.add(character)
        if known + character not in numbers:
            emit()
            numbers[known + character] = len(numbers) + 3
            known = ""
        known += character
    emit()
    codes.put(2, codes.width)
    return int(codes.bits.ljust(-(-len(codes.bits) // 8) * 8, "0"), 2).to_bytes(-(-len(codes.bits) // 8))
