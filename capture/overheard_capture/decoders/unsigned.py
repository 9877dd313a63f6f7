"""Compression without a signature: raw deflate, blocks of LZ4 and Snappy, and compressed data after its length.

It is looked for only in bytes that were written as text, such as base64: there it is common, and a guess is cheap.
"""

from __future__ import annotations

import re
import zlib
from functools import partial
from typing import TYPE_CHECKING

from overheard_capture.content.text_detector import looks_like_text
from overheard_capture.decoders.after_header import AfterHeader
from overheard_capture.decoders.compression.deflate import CorruptError
from overheard_capture.decoders.compression.formats import DEFLATE, LZ4_SIZED, SNAPPY
from overheard_capture.decoders.compression.reader import decompressing
from overheard_capture.decoders.magic import is_known, reader_of
from overheard_capture.decoders.utf16_32 import encoding_of

if TYPE_CHECKING:
    from overheard_capture.content.findings import ReaderFactory
    from overheard_capture.decoders.compression.formats import CompressionFormat

# The length of the content, as .NET, Qt and MySQL's COMPRESS() write it before compressed data, in either byte order.
_LENGTH = 4
# Shorter data is no compressed text.
_SHORTEST = 12
# The bytes of a varint before its last one.
_LONG_VARINT = re.compile(rb"[\x80-\xff]{0,3}")
# The two bits that give the type of the first block (RFC 1951, 3.2.3).
_STORED, _DYNAMIC, _INVALID = 0, 2, 3


def is_unsigned(head: bytes) -> bool:
    """Whether content that begins with `head` is compressed in such a way."""
    return len(head) >= _SHORTEST and (is_known(head[_LENGTH:]) or _format_of(head) is not None)


def unsigned_or_known(head: bytes, reader: ReaderFactory, rest: ReaderFactory) -> ReaderFactory | None:
    """The reader factory for content that begins with `head`, as `reader_of`; also if it has no signature."""
    known = reader_of(head, reader, rest)
    if known or len(head) < _SHORTEST:
        return known
    if is_known(head[_LENGTH:]):
        after = reader_of(head[_LENGTH:], reader, rest)
        return partial(AfterHeader, reader=after, length=_LENGTH) if after else None
    form = _format_of(head)
    return decompressing((form,), reader, rest) if form else None


def _format_of(head: bytes) -> CompressionFormat | None:
    """The format of compressed data without a signature: other bytes are soon malformed, or make no sense."""
    if _is_deflate(head):
        return DEFLATE
    # Both begin with literals, and no text of this kind is longer than 16 MiB.
    if not head[3] and head[4] >> 4 and _makes_sense(LZ4_SIZED, head):
        return LZ4_SIZED
    # Most random bytes are no ASCII.
    at = _LONG_VARINT.match(head).end()  # type: ignore[union-attr]  # it matches anything
    if not head[at + 1] & 3 and head[at + 2 : at + 5].isascii() and _makes_sense(SNAPPY, head):
        return SNAPPY
    return None


def _makes_sense(form: CompressionFormat, head: bytes) -> bool:
    decompressor = form.make()
    try:
        out = decompressor.decompress(head, 1 << 12)
    except CorruptError:
        return False
    if decompressor.eof and decompressor.unused_data:
        return False
    return _is_content(out)


def _is_content(out: bytes) -> bool:
    """Whether this is the beginning of text, or of something else that is known."""
    return (len(out) >= _SHORTEST and looks_like_text(out)) or is_known(out) or encoding_of(out) is not None


def _is_deflate(head: bytes) -> bool:
    """Whether this is raw deflate."""
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
        return kind == _DYNAMIC and not deflate.eof
    return (deflate.eof and not deflate.unused_data) or _is_content(out)
