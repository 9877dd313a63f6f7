"""The algorithms of Windows (MS-XCA): compressors as simple as possible, for which there is no library."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator


def _elements(data: bytes, window: int, longest: int) -> Iterator[tuple[bytes, int, int]]:
    """Literals, and copies: their length and distance. Copies are of six bytes or more."""
    at = 0
    while at < len(data):
        before = data.rfind(data[at : at + 6], max(at - window, 0), at + 5) if at + 6 <= len(data) else -1
        if before < 0:
            yield data[at : at + 1], 0, 0
            at += 1
            continue
        length = 6
        while length < longest and at + length < len(data) and data[before + length] == data[at + length]:
            length += 1
        yield b"", length, at - before
        at += length


def plain_lz77(data: bytes) -> bytes:
    """`data` in plain LZ77 (2.3)."""
    out, flags_at, count, half_at = bytearray(), 0, 0, -1
    for literal, length, distance in _elements(data, 8000, 1 << 20):
        if count % 32 == 0:
            flags_at, count = len(out), 0
            out += bytes(4)
        if not literal:
            flags = int.from_bytes(out[flags_at : flags_at + 4], "little") | 1 << (31 - count)
            out[flags_at : flags_at + 4] = flags.to_bytes(4, "little")
        count += 1
        if literal:
            out += literal
            continue
        rest = length - 3
        out += (distance - 1 << 3 | min(rest, 7)).to_bytes(2, "little")
        if rest < 7:
            continue
        half = min(rest - 7, 15)
        if half_at < 0:
            half_at = len(out)
            out.append(half)
        else:
            out[half_at] |= half << 4
            half_at = -1
        if half == 15:
            out.append(min(rest - 22, 255))
            if rest - 22 >= 255:
                out += rest.to_bytes(2, "little") if rest < 1 << 16 else bytes(2) + rest.to_bytes(4, "little")
    return bytes(out)


def huffman_lz77(data: bytes) -> bytes:
    """`data` in LZ77 with Huffman codes (2.1): each of the 512 symbols has a code of nine bits, which is its number."""
    out = bytearray()
    elements = list(_elements(data, 60_000, 40_000))
    while True:
        # A table is for 64 KiB of output. A copy may go beyond.
        out += b"\x99" * 256
        writer, place = _BitWriter(out), 0
        while elements and place < 1 << 16:
            literal, length, distance = elements.pop(0)
            place += length or 1
            if literal:
                writer.write(literal[0], 9)
                continue
            size, rest = distance.bit_length() - 1, length - 3
            writer.write(256 + (size << 4) + min(rest, 15), 9)
            if rest >= 15:
                writer.put(bytes([rest - 15]) if rest - 15 < 255 else b"\xff" + rest.to_bytes(2, "little"))
            writer.write(distance - (1 << size), size)
        if not elements:
            return bytes(out)


class _BitWriter:
    """Writes bits in pairs of bytes, of which two are always reserved, so that bytes may come behind them."""

    def __init__(self, out: bytearray) -> None:
        self._out = out
        self._pairs = [len(out), len(out) + 2]
        self._used = 0
        out += bytes(4)

    def write(self, number: int, size: int) -> None:
        for at in reversed(range(size)):
            if self._used == 16:
                self._pairs, self._used = [self._pairs[1], len(self._out)], 0
                self._out += bytes(2)
            place = self._pairs[0]
            pair = int.from_bytes(self._out[place : place + 2], "little") | (number >> at & 1) << (15 - self._used)
            self._out[place : place + 2] = pair.to_bytes(2, "little")
            self._used += 1

    def put(self, data: bytes) -> None:
        self._out += data


def lznt1(data: bytes) -> bytes:
    """`data` in LZNT1 (2.5)."""
    out = bytearray()
    for begin in range(0, len(data), 4096):
        piece = data[begin : begin + 4096]
        packed, items = bytearray(), bytearray()
        flags = place = 0
        # Copies are so short that their length fits into four bits, wherever they are.
        for number in itertools.count():
            element = next(_lznt1_elements(piece, place), None)
            if element is None or number % 8 == 0:
                packed += bytes([flags]) + items if number and items else b""
                flags, items = 0, bytearray()
            if element is None:
                break
            item, length = element
            flags |= (len(item) == 2) << number % 8
            items += item
            place += length
        stored = len(packed) >= len(piece)
        out += ((0x3000 if stored else 0xB000) | (len(piece if stored else packed) - 1)).to_bytes(2, "little")
        out += piece if stored else packed
    return bytes(out)


def _lznt1_elements(piece: bytes, place: int) -> Iterator[tuple[bytes, int]]:
    """The element at a place, if any: its bytes, and how many it stands for."""
    if place >= len(piece):
        return
    bits = 16 - max((place - 1).bit_length(), 4)
    length = 6
    before = piece.rfind(piece[place : place + 6], max(place - (1 << 16 - bits), 0), place + 5) if place else -1
    if before < 0 or place + 6 > len(piece):
        yield piece[place : place + 1], 1
        return
    while length < (1 << bits) + 2 and place + length < len(piece) and piece[before + length] == piece[place + length]:
        length += 1
    yield ((place - before - 1) << bits | length - 3).to_bytes(2, "little"), length
