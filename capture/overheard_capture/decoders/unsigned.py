"""Compression without a signature: raw deflate, brotli, LZMA of any properties, and compressed data after its length.

It is looked for only in bytes that were written as text, such as base64: there it is common, and a guess is cheap.
"""

from __future__ import annotations

import zlib
from functools import partial
from typing import TYPE_CHECKING

from overheard.words.layer import Layers
from overheard_capture.content.text_detector import looks_like_text
from overheard_capture.decoders.compression.formats import BROTLI, DEFLATE, LZMA
from overheard_capture.decoders.compression.reader import decompressing
from overheard_capture.decoders.magic import HEAD, is_known, is_lzma, reader_of
from overheard_capture.decoders.utf16_32 import encoding_of

if TYPE_CHECKING:
    from overheard_capture.content.findings import Findings, ReaderFactory
    from overheard_capture.content.readers import Reader
    from overheard_capture.decoders.compression.formats import CompressionFormat
    from overheard_capture.provenance.origin import Bytes, Origin

# The length of the content, as .NET, Qt and MySQL's COMPRESS() write it before compressed data, in either byte order.
_LENGTH = 4
# How many bytes may be needed to recognise it: the code tables of brotli alone may take 1 KiB.
LONG_HEAD = 2 << 10
# In bytes, a short stream of brotli.
_LITTLE = 64
# Shorter data is no compressed text.
_SHORTEST = 12
# Shorter brotli has no text but words of its dictionary; identifiers of 12 bytes are common.
_SHORTEST_BROTLI = 16
# The two bits that give the type of the first block (RFC 1951, 3.2.3).
_STORED, _DYNAMIC, _INVALID = 0, 2, 3


def is_unsigned(head: bytes, *, certainly: bool = False) -> bool:
    """Whether content that begins with `head` is compressed in such a way: `certainly` if some of it makes sense."""
    return len(head) >= _SHORTEST and (is_known(head[_LENGTH:]) or _format_of(head, certainly=certainly) is not None)


def unsigned_or_known(head: bytes, reader: ReaderFactory, rest: ReaderFactory) -> ReaderFactory | None:
    """The reader factory for content that begins with `head`, as `reader_of`; also if it has no signature."""
    known = reader_of(head[:HEAD], reader, rest)
    if known or len(head) < _SHORTEST:
        return known
    if is_known(head[_LENGTH:][:HEAD]):
        after = reader_of(head[_LENGTH:][:HEAD], reader, rest)
        return partial(_AfterLength, reader=after) if after else None
    form = _format_of(head)
    return decompressing((form,), reader, rest) if form else None


def _format_of(head: bytes, *, certainly: bool = False) -> CompressionFormat | None:
    if is_lzma(head):
        return LZMA
    if _is_brotli(head):
        return BROTLI
    return DEFLATE if _is_deflate(head, certainly) else None


def _is_deflate(head: bytes, certainly: bool) -> bool:
    """Whether this is raw deflate: random bytes are soon malformed, or decompress to what makes no sense."""
    kind = head[0] >> 1 & 3
    if kind == _INVALID or (kind == _STORED and int.from_bytes(head[1:3]) ^ int.from_bytes(head[3:5]) != 0xFFFF):
        return False
    # ISA-L's is slower to create.
    deflate = zlib.decompressobj(-15)
    try:
        out = deflate.decompress(head, 1 << 12)
    except zlib.error:
        return False
    if not out:
        # The code tables of a dynamic block are long, and few random bytes are valid ones.
        return kind == _DYNAMIC and not deflate.eof and not certainly
    if deflate.eof and not deflate.unused_data:
        return True
    return _makes_sense(out)


def _makes_sense(out: bytes) -> bool:
    return (len(out) >= _SHORTEST and looks_like_text(out)) or is_known(out) or encoding_of(out) is not None


def _is_brotli(head: bytes) -> bool:
    """Whether this is brotli (RFC 7932): one in ten random inputs is well-formed, but decompresses to no text.

    Something else may follow its end, so that what was decompressed before an error counts.
    """
    if len(head) < _SHORTEST_BROTLI:
        return False
    # Imported on first use: most captures contain nothing that needs it.
    from overheard_capture.decoders.compression.libraries import brotli_head  # noqa: PLC0415

    out = brotli_head(head, HEAD)
    return bool(out) and _makes_sense(out)


def _may_be_brotli(head: bytes) -> bool:
    """Whether the head of a first block is one of a short stream (9): one type of blocks each, and not much content."""
    bits, at = int.from_bytes(head, "little"), 0

    def take(count: int) -> int:
        nonlocal at
        at += count
        return bits >> (at - count) & ((1 << count) - 1)

    if take(1) and not take(3) and take(3) == 1:
        return False
    last = take(1)
    if (last and take(1)) or take(2):
        return False
    take(16)
    return bool(not last and take(1)) or not take(3)


class _AfterLength:
    """Reads the bytes after the length."""

    def __init__(self, findings: Findings, layers: Layers, reader: ReaderFactory) -> None:
        self._reader: Reader = reader(findings, layers)
        self._to_skip = _LENGTH

    def feed(self, data: Bytes, origin: Origin) -> None:
        """Read the next bytes."""
        skipped = min(self._to_skip, len(data))
        self._to_skip -= skipped
        if len(data) > skipped:
            self._reader.feed(data[skipped:], origin.after(skipped))

    def gap(self, length: int) -> None:
        """`length` bytes are missing here."""
        self._reader.gap(length)

    def close(self) -> None:
        """No more bytes follow."""
        self._reader.close()
