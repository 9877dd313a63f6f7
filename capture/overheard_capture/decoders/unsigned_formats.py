"""The formats of compressed data without a signature: other bytes are soon malformed, or make no sense."""

from __future__ import annotations

import re
import zlib

from overheard.words.named_tuple import NamedTuple
from overheard_capture.content.lazy_pattern import lazy_pattern
from overheard_capture.content.text_detector import NO_CONTROL, looks_like_text
from overheard_capture.decoders.compression.deflate import CorruptError
from overheard_capture.decoders.compression.formats import (
    BROTLI,
    DEFLATE,
    LZ4_SIZED,
    LZMA,
    LZSTRING,
    SNAPPY,
    CompressionFormat,
)
from overheard_capture.decoders.documents import begins_document
from overheard_capture.decoders.formats import is_lzma
from overheard_capture.decoders.magic import HEAD, is_known
from overheard_capture.decoders.opaque import begins_database
from overheard_capture.decoders.unsigned_heads import (
    LENGTH,
    LITTLE,
    SHORTEST,
    SHORTEST_BROTLI,
    begins_lz_string,
)
from overheard_capture.decoders.utf16_32 import encoding_of
from overheard_capture.native.structures import (
    AS_ANY,
    AS_BROTLI,
    AS_DEFLATE,
    AS_LZ4,
    AS_LZ_STRING,
    AS_LZMA,
    AS_SNAPPY,
)

# A block of Snappy: its length, a varint, and the tag of a literal. That is text, or begins with a byte order mark; its
# length may be behind the tag. See `may_be_snappy` in `content.c`, which is the same.
_LITERAL = rb"[%b]" % re.escape(bytes(range(0, 0xF0, 4)))
_SNAPPY = lazy_pattern(rb"[\x80-\xff]{0,3}.(?:%b|[\xf0\xf4\xf8\xfc])" % _LITERAL, re.DOTALL)
_SNAPPY_OF_TEXT = lazy_pattern(
    rb"[\x80-\xff]{0,3}.(?:%b|\xf0.|\xf4..|\xf8.{3}|\xfc.{4})"
    rb"(?:[\0-\x7f]{3}|[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|\xff\xfe|\xfe\xff|\0\0\xfe)" % _LITERAL,
    re.DOTALL,
)
# What may follow compressed data that is escaped in a string: nothing, or the quote at the end of that; and a block,
# whose length is known, in a line or an element.
_QUOTES = (b"", b'"', b"'")
_ENDS = (*_QUOTES, b"<", b"\r", b"\n")
_NO_CONTROL_BUT_ESCAPE = NO_CONTROL + b"\x1b"
# What may follow a block: what a coding filled its last group with, as Z85 does.
_PADDING = tuple(map(bytes, range(4)))
# How much is decompressed at first, and how much if all of it is to be seen.
_FEW, _MANY = 1 << 12, 1 << 18
# The two bits that give the type of the first block (RFC 1951, 3.2.3).
_STORED, _DYNAMIC, _INVALID = 0, 2, 3


def format_of(head: bytes, why: int = AS_ANY, *, certainly: bool = False) -> CompressionFormat | None:
    """The format of compressed data without a signature: other bytes are soon malformed, or make no sense.

    `why` has a bit for each format that was not ruled out before.
    """
    if why & AS_LZMA and is_lzma(head):
        return LZMA
    if whole := block_of(head, why):
        return whole
    if why & AS_BROTLI and _is_brotli(head):
        return BROTLI
    if why & AS_DEFLATE and _is_deflate(head, certainly=certainly):
        return DEFLATE
    may_be = [*_blocks(head, why), *([LZSTRING] if why & AS_LZ_STRING and _may_be_lz_string(head) else [])]
    return next((form for form in may_be if _begins_content(form, head)), None)


def block_of(head: bytes, why: int = AS_ANY) -> CompressionFormat | None:
    """The format of a whole block of compressed data."""
    return next((form for form in _blocks(head, why) if _block_ends(form, head)), None)


def _blocks(head: bytes, why: int) -> list[CompressionFormat]:
    """The formats of which this may be a block. It begins with literals, and no text of LZ4 is longer than 16 MiB."""
    may_be = (
        (LZ4_SIZED, why & AS_LZ4 and not head[3] and head[4] >> 4),
        (SNAPPY, why & AS_SNAPPY and _SNAPPY.match(head)),
    )
    return [form for form, fits in may_be if fits]


def _may_be_lz_string(head: bytes) -> bool:
    """Whether it begins so. A short one of other characters than those of ASCII may be anything."""
    if not begins_lz_string(head):
        return False
    # To decompress all of a long one takes milliseconds.
    if (beginning := _decompressed(LZSTRING, head[:LITTLE])) is None:
        return False
    out = beginning.out
    return _is_content(out) if len(head) > LITTLE else out.isascii()


def _block_ends(form: CompressionFormat, head: bytes) -> bool:
    """Whether all of this is one block. Other bytes hardly ever decompress to as many as the length before a block."""
    block = _decompressed(form, head)
    if block and len(block.out) == _FEW:
        # What is repetitive, such as a database, ends within the head nevertheless.
        block = _decompressed(form, head, _MANY)
    if block is None or not block.is_whole:
        return False
    return block.rest in _PADDING or (len(block.out) >= SHORTEST and block.rest[:1] in _ENDS)


def _begins_content(form: CompressionFormat, head: bytes) -> bool:
    """Whether this is the beginning of a block of content in this format."""
    if (block := _decompressed(form, head)) is None or (block.is_whole and block.rest):
        return False
    return (form is not SNAPPY or _SNAPPY_OF_TEXT.match(head) is not None) and _is_content(block.out)


class _Decompressed(NamedTuple):
    """What the first bytes decompress to, whether that is all of it, and what follows it then."""

    out: bytes
    is_whole: bool
    rest: bytes


def _decompressed(form: CompressionFormat, head: bytes, most: int = _FEW) -> _Decompressed | None:
    """The same, of up to so many bytes; None if these are malformed."""
    decompressor = form.make()
    try:
        out = decompressor.decompress(head, most)
    except CorruptError:
        return None
    return _Decompressed(out, decompressor.eof, decompressor.unused_data)


def _is_content(out: bytes) -> bool:
    """Whether this is the beginning of text, or of something else that is known."""
    is_text = len(out) >= SHORTEST and looks_like_text(out)
    return is_text or is_known(out) or is_known(out[LENGTH:]) or encoding_of(out) is not None or begins_database(out)


def _is_deflate(head: bytes, *, certainly: bool) -> bool:
    """Whether this is raw deflate."""
    kind = head[0] >> 1 & 3
    if kind == _INVALID or (kind == _STORED and int.from_bytes(head[1:3]) ^ int.from_bytes(head[3:5]) != 0xFFFF):
        return False
    # ISA-L's is slower to create.
    deflate = zlib.decompressobj(-15)
    try:
        out = deflate.decompress(head, _FEW)
        if deflate.unconsumed_tail:
            # What is repetitive, such as an archive of tar, ends within the head nevertheless.
            deflate.decompress(deflate.unconsumed_tail, _MANY)
    except zlib.error:
        return False
    if not out:
        # The code tables of a dynamic block are long, and few random bytes are valid ones.
        return kind == _DYNAMIC and not deflate.eof and not certainly
    rest = deflate.unused_data
    if (deflate.eof and (rest in _PADDING or rest[:1] in _QUOTES)) or _is_content(out):
        return True
    # What was compressed before becomes no shorter.
    return not certainly and kind == _STORED and _is_deflate(out, certainly=True)


def _is_brotli(head: bytes) -> bool:
    """Whether this is brotli (RFC 7932): one in ten random inputs is well-formed, but decompresses to no text.

    Something else may follow its end, so that what was decompressed before an error counts.
    """
    if len(head) < SHORTEST_BROTLI or (len(head) <= LITTLE and not _may_be_brotli(head)):
        return False
    # Imported on first use: most captures contain nothing that needs it.
    from overheard_capture.decoders.compression.libraries import brotli_head, is_whole_brotli  # noqa: PLC0415

    out = brotli_head(head, HEAD)
    if not out or _is_content(out) or _is_deflate(out, certainly=True):
        return bool(out)
    # Other bytes hardly ever end where a stream does. A short one may be a document or, if it is not stored, text in
    # another charset, which may be switched to with an escape (ISO 2022), or what was compressed before.
    is_text = not out.translate(None, _NO_CONTROL_BUT_ESCAPE)
    is_packed = out not in head and (is_text or (len(out) >= SHORTEST and block_of(out) is not None))
    is_packed = is_packed or (out in head and _is_brotli(out))
    may_be_whole = len(head) > LITTLE or is_packed or begins_document(out)
    return may_be_whole and any(map(is_whole_brotli, {head.removesuffix(padding) for padding in _PADDING}))


def _may_be_brotli(head: bytes) -> bool:
    """Whether a short stream begins so (9): with one type of blocks each, and at most 64 KiB of content."""
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
