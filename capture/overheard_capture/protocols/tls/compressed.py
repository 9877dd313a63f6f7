"""Whether bytes that should be ciphertext are a compressed stream without a signature.

Such a stream is as random as ciphertext, but random bytes hardly ever decompress: what begins a stream for certain does
so about once in 10^9 records.
"""

from __future__ import annotations

import lzma
import zlib
from collections import Counter
from typing import TYPE_CHECKING

from overheard_capture.content.text_detector import looks_like_text
from overheard_capture.decoders.compression.lz4 import Lz4Block
from overheard_capture.decoders.compression.lzf import LzfBlock
from overheard_capture.decoders.compression.snappy import SnappyElements

if TYPE_CHECKING:
    from overheard_capture.decoders.compression.lz77 import Lz77

# What may begin somewhere, as the compiled part says it, in so many bits: others are LZ4, Snappy, LZF and LZMA2.
DEFLATE, BROTLI, OTHERS, RAW_LZMA = KINDS = 1, 2, 4, 8
ANY = sum(KINDS)
# How many bytes of a stream tell; in fewer than the second number nothing is compressed.
HEAD, SHORTEST = 1 << 10, 8
# So many bytes are decompressed at a time if any of them may be malformed.
_STEP = 16
# Codes of fixed tables: of random bytes, so many neither decode to text, nor to anything.
_LONG_FIXED, _FIXED_TEXT, _FIXED_DIFFERENT = HEAD, 32, 12
# The type of the first block (RFC 1951, 3.2.3).
_FIXED, _DYNAMIC = 1, 2
# Brotli and LZMA take many random bytes, but these are no text of so many bytes, with so many different ones.
_TEXT, _DIFFERENT, _MOST_OF_THREE = 64, 24, 0.6
# In a stream with codes of its own, most of the first bits are such that another value is malformed.
_FRAGILE, _MOST_FRAGILE = range(0, 256, 4), 36
# The properties of LZMA that are usual (lc=3, lp=0, pb=2).
_LZMA = ({"id": lzma.FILTER_LZMA1, "lc": 3, "lp": 0, "pb": 2, "dict_size": 1 << 20},)
_LZMA_2 = ({"id": lzma.FILTER_LZMA2, "dict_size": 1 << 20},)
_RESET, _LITERAL = 0xE0, 0x80
# Copies to what was there, in bits by which that is unlikely; and how many bits the distance has in each format.
_CERTAIN = 40
_CONTINUED = bytes(range(0x80, 0x100))
_LZ77: tuple[tuple[type[Lz77], int], ...] = ((Lz4Block, 16), (SnappyElements, 11), (LzfBlock, 13))


def is_compressed(head: bytes, kinds: int = ANY) -> bool:
    """Whether a stream certainly begins so, of one of some kinds."""
    head = head[:HEAD]
    return len(head) >= SHORTEST and (
        (bool(kinds & DEFLATE) and _is_deflate(head))
        or (bool(kinds & BROTLI) and _is_brotli(head))
        or (bool(kinds & (OTHERS | RAW_LZMA)) and _is_lzma(head))
        or (bool(kinds & OTHERS) and (any(_is_lz77(head, *each) for each in _LZ77)))
    )


def _is_deflate(head: bytes) -> bool:
    kind = head[0] >> 1 & 3
    if kind not in (_FIXED, _DYNAMIC):
        # What is stored stands there as it is.
        return False
    out, read = inflated(head)
    if kind == _DYNAMIC:
        return len(out) >= _TEXT
    return read >= _LONG_FIXED or (read >= _FIXED_TEXT and _is_text(out, _FIXED_TEXT, _FIXED_DIFFERENT))


def inflated(head: bytes) -> tuple[bytes, int]:
    """What raw deflate decompresses to, up to an error, and how many bytes of it were read."""
    reader, out = zlib.decompressobj(-15), b""
    for at in range(0, len(head), _STEP):
        try:
            out += reader.decompress(head[at : at + _STEP])
        except zlib.error:
            return out, at
        if reader.eof:
            return out, min(at + _STEP, len(head)) - len(reader.unused_data)
    return out, len(head)


def _is_brotli(head: bytes) -> bool:
    if not _is_much_text(brotli_beginning(head)):
        return False
    malformed = [at for at in _FRAGILE if not brotli_beginning(_flipped(head, at))]
    return len(malformed) >= _MOST_FRAGILE


def brotli_beginning(head: bytes) -> bytes:
    """What brotli decompresses to, up to an error."""
    # Imported on first use: most captures contain nothing that needs it.
    from overheard_capture.decoders.compression.libraries import brotli_head  # noqa: PLC0415

    return brotli_head(head, HEAD)


def _flipped(head: bytes, at: int) -> bytes:
    """Bytes with another value of one bit."""
    value = bytearray(head)
    value[at >> 3 if at >> 3 < len(head) else -1] ^= 1 << (at & 7)
    return bytes(value)


def _is_lzma(head: bytes) -> bool:
    filters = _LZMA_2 if head[0] >= _RESET and not head[6] else _LZMA if not head[0] and head[1] < _LITERAL else ()
    if not filters:
        return False
    try:
        out = lzma.LZMADecompressor(lzma.FORMAT_RAW, filters=filters).decompress(head, HEAD)
    except lzma.LZMAError:
        return False
    return _is_much_text(out)


def _is_much_text(out: bytes) -> bool:
    return _is_text(out, _TEXT, _DIFFERENT)


def _is_text(out: bytes, length: int, different: int) -> bool:
    """Whether this is text of some length with so many different bytes, of which no few are most of it."""
    if len(out) < length or not looks_like_text(out) or len(counts := Counter(out)) < different:
        return False
    return sum(count for _, count in counts.most_common(3)) <= _MOST_OF_THREE * len(out)


def _is_lz77(head: bytes, form: type[Lz77], width: int) -> bool:
    """Whether copies reach back to what was there. Of random bytes, the first one does not."""
    if form is SnappyElements:
        head = head[len(head) - len(head.lstrip(_CONTINUED)) + 1 :]
    size = certain = 0
    for element in form().elements(head):
        size += element.literals
        # A literal precedes the copy in the same element.
        if element.copied:
            if not 0 < element.distance <= size:
                return False
            certain += max(width - size.bit_length(), 0)
        if certain >= _CERTAIN:
            return True
        size += element.copied
    return False


def may_begin(head: bytes, kind: int) -> bool:
    """Whether a stream of some kind may begin so."""
    if kind == DEFLATE:
        return bool(head) and head[0] >> 1 & 3 in (_FIXED, _DYNAMIC) and len(inflated(head)[0]) >= SHORTEST
    if kind == RAW_LZMA:
        return len(head) >= SHORTEST and not head[0] and head[1] < _LITERAL
    return len(head) >= SHORTEST
