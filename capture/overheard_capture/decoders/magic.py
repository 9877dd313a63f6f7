"""Signatures: how content begins that is no text, and what reads it.

One table. What looks for beginnings elsewhere, amid other bytes or in base64, is derived from it.
"""

from __future__ import annotations

import binascii
import re
from typing import TYPE_CHECKING, NamedTuple

from overheard_capture.captures.inputs import ZSTD_MAGIC
from overheard_capture.content.byte_scan import LiteralSet, is_plain
from overheard_capture.decoders.archives.zip import zip_archive
from overheard_capture.decoders.archives.zip_headers import END_OF_DIRECTORY, LOCAL_FILE
from overheard_capture.decoders.compression.deflate import GZIP_MEMBER, CorruptError, Deflate, Zlib
from overheard_capture.decoders.compression.formats import (
    BZIP2,
    BZIP2_MAGIC,
    COMPRESS,
    GZIP,
    XZ,
    XZ_MAGIC,
    ZLIB,
    ZSTD,
)
from overheard_capture.decoders.compression.lzw import LZW_MAGIC, Lzw
from overheard_capture.decoders.compression.reader import decompressing
from overheard_capture.decoders.utf16_32 import encoding_of, wide_text

if TYPE_CHECKING:
    from collections.abc import Callable

    from overheard_capture.content.findings import ReaderFactory
    from overheard_capture.decoders.compression.deflate import Decompressor
    from overheard_capture.decoders.compression.formats import CompressionFormat

# How many bytes are looked at.
HEAD = 256


class Signature(NamedTuple):
    """Content that begins with one of `magics` or of `short`, and passes the test, is read by what `reader` makes.

    `magics` are looked for anywhere. What is `short`, or ends something, is looked for at the beginning of a content
    alone. `reader` is given the factories of readers for what is inside, and for what follows the end.
    """

    magics: tuple[bytes, ...]
    reader: Callable[[ReaderFactory, ReaderFactory], ReaderFactory]
    test: Callable[[bytes], bool] = lambda _: True
    short: tuple[bytes, ...] = ()

    def fits(self, head: bytes) -> bool:
        """Whether content that begins with `head` is this."""
        return head.startswith(self.magics + self.short) and self.test(head)


def _decompresses(make: Callable[[], Decompressor]) -> Callable[[bytes], bool]:
    """Tests whether a beginning can be decompressed."""

    def test(head: bytes) -> bool:
        try:
            make().inflate(head, 1 << 16)
        except CorruptError:
            return False
        return True

    return test


def _is_zlib(head: bytes) -> bool:
    # Two bytes that many a text begins with are not enough; and there is no zlib without something beyond ASCII.
    return len(head) > 7 and not head.isascii() and _decompresses(Zlib)(head) and bool(_made(head))


def _made(head: bytes) -> bytes:
    """What comes out of a beginning; where that is not even the head of its first block, something."""
    out = Deflate().inflate(head[2:], 1 << 16)
    return out if out or len(head) > 100 else b"?"


def _is_compress(head: bytes) -> bool:
    return len(head) > 3 and head[2] & 0x60 == 0 and 9 <= head[2] & 0x1F <= 16 and _decompresses(Lzw)(head)


def _is_bzip2(head: bytes) -> bool:
    """Whether a block follows, or the end of a stream without any."""
    return head[4:10] in (b"1AY&SY", b"\x17\x72\x45\x38\x50\x90")


def _of(form: CompressionFormat) -> Callable[[ReaderFactory, ReaderFactory], ReaderFactory]:
    return lambda reader, rest: decompressing((form,), reader, rest)


# The first that fits is right.
SIGNATURES = (
    Signature((GZIP_MEMBER,), _of(GZIP), _decompresses(GZIP.make)),
    Signature((ZSTD_MAGIC,), _of(ZSTD), _decompresses(ZSTD.make)),
    Signature((LOCAL_FILE,), zip_archive, short=(END_OF_DIRECTORY,)),
    Signature((XZ_MAGIC,), _of(XZ), _decompresses(XZ.make)),
    Signature((BZIP2_MAGIC,), _of(BZIP2), _is_bzip2),
    Signature((), _of(COMPRESS), _is_compress, short=(LZW_MAGIC,)),
    # Its window may have eight sizes.
    Signature((), _of(ZLIB), _is_zlib, short=tuple(bytes([size << 4 | 8]) for size in range(8))),
)

# ---- what is derived

MAGICS = tuple(magic for signature in SIGNATURES for magic in signature.magics)
BEGINNINGS = MAGICS + tuple(magic for signature in SIGNATURES for magic in signature.short)
# Amid other bytes only those are looked for that no text has.
_CARVED = tuple(magic for magic in MAGICS if not is_plain(magic))
CARVED, LONGEST_CARVED = LiteralSet(*_CARVED), max(map(len, _CARVED))
# The text that one of these may begin with, and what of it may come in a piece of its own.
_IN_TEXT = {magic[:count] for magic in _CARVED for count in range(1, len(magic)) if is_plain(magic[:count])}
TEXT_ENDS = tuple(sorted({text[at:] for text in _IN_TEXT for at in range(len(text))}))
# How they begin in base64: three bytes are four letters.
IN_BASE64 = re.compile(b"|".join(re.escape(binascii.b2a_base64(magic[:3], newline=False)) for magic in MAGICS))


def reader_of(head: bytes, reader: ReaderFactory, rest: ReaderFactory) -> ReaderFactory | None:
    """What reads content that begins with `head`, where that is something known.

    `reader` reads what is inside, `rest` what follows its end.
    """
    if head.startswith(BEGINNINGS):
        for signature in SIGNATURES:
            if signature.fits(head):
                return signature.reader(reader, rest)
    if b"\0" in head or head.startswith((b"\xff", b"\xfe")):
        encoding = encoding_of(head)
        return wide_text(encoding, reader) if encoding else None
    return None


def is_known(head: bytes) -> bool:
    """Whether content that begins with `head` is something known, other than text."""
    return head.startswith(BEGINNINGS) and any(signature.fits(head) for signature in SIGNATURES)
