"""LZF, for which no kept library is left: a compressor as simple as possible."""

from __future__ import annotations


def lzf_block(data: bytes) -> bytes:
    """`data` as a block: a copy where eight bytes were there before, and literals elsewhere."""
    out, literals, at = bytearray(), bytearray(), 0
    while at < len(data):
        before = data.rfind(data[at : at + 8], max(at - 8000, 0), at + 7) if at + 8 <= len(data) else -1
        if before < 0:
            literals.append(data[at])
            at += 1
            if len(literals) == 32:
                _flush(out, literals)
            continue
        _flush(out, literals)
        length = 8
        while length < 264 and at + length < len(data) and data[before + length] == data[at + length]:
            length += 1
        distance = at - before - 1
        short = length - 2 < 7
        out.append((length - 2 if short else 7) << 5 | distance >> 8)
        out += b"" if short else bytes([length - 9])
        out.append(distance & 255)
        at += length
    _flush(out, literals)
    return bytes(out)


def _flush(out: bytearray, literals: bytearray) -> None:
    if literals:
        out.append(len(literals) - 1)
        out += literals
        literals.clear()


def lzf_chunks(data: bytes, size: int = 1000) -> bytes:
    """`data` in chunks, of which some are not compressed."""
    chunks = []
    for at in range(0, len(data), size):
        piece = data[at : at + size]
        packed = lzf_block(piece)
        lengths = (len(packed).to_bytes(2, "big"), len(piece).to_bytes(2, "big"))
        stored = b"ZV\0" + lengths[1] + piece
        chunks.append(stored if at and len(packed) >= len(piece) else b"ZV\1" + b"".join(lengths) + packed)
    return b"".join(chunks)
