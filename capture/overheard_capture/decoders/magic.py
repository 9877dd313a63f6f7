"""Magic: the signatures of formats, and their readers.

There is one table. Patterns for carving and for base64 are derived from it.
"""

from __future__ import annotations

import binascii
import re
from typing import TYPE_CHECKING, NamedTuple

from overheard_capture.captures.inputs import ZSTD_MAGIC
from overheard_capture.content.byte_scan import LiteralSet, is_plain
from overheard_capture.content.lazy_pattern import lazy_pattern
from overheard_capture.decoders.archives.members import AR_MAGIC, ar, is_ar, is_tar, tar
from overheard_capture.decoders.archives.zip import zip_archive
from overheard_capture.decoders.archives.zip_headers import END_OF_DIRECTORY, LOCAL_FILE
from overheard_capture.decoders.carving import Carvable
from overheard_capture.decoders.compression.deflate import GZIP_MEMBER, CorruptError, Deflate, Zlib
from overheard_capture.decoders.compression.formats import (
    BZIP2,
    BZIP2_MAGIC,
    COMPRESS,
    GZIP,
    KAFKA,
    LZ4,
    LZ4_LEGACY,
    LZ4_MOZILLA,
    LZF,
    LZMA,
    MONGODB,
    SMB2,
    SNAPPY_FRAMED,
    SNAPPY_XERIAL,
    XZ,
    XZ_MAGIC,
    ZLIB,
    ZSTD,
)
from overheard_capture.decoders.compression.lz4 import LEGACY_MAGIC, LZ4_MAGIC, MOZILLA_MAGIC
from overheard_capture.decoders.compression.lzf import LZF_MAGIC
from overheard_capture.decoders.compression.lzw import LZW_MAGIC, Lzw
from overheard_capture.decoders.compression.reader import decompressing
from overheard_capture.decoders.compression.smb2 import MAGIC as SMB2_MAGIC
from overheard_capture.decoders.compression.snappy import FRAMED_MAGIC, XERIAL_MAGIC
from overheard_capture.decoders.compression.stores import KAFKA_MAGIC, MONGODB_MAGICS
from overheard_capture.decoders.keys import DER_MAGICS, SSH_MAGICS, der, is_der, is_ssh_key, ssh_key
from overheard_capture.decoders.media.container import media
from overheard_capture.decoders.media.formats import FORMATS
from overheard_capture.decoders.media.images import PNG, png
from overheard_capture.decoders.pdf import MAGIC as PDF_MAGIC
from overheard_capture.decoders.pdf import pdf
from overheard_capture.decoders.pgp import MAGICS as PGP_MAGICS
from overheard_capture.decoders.pgp import is_pgp, pgp
from overheard_capture.decoders.rdb import AUX_FIELDS, PREFIX, is_rdb, rdb, rdb_after_version
from overheard_capture.decoders.utf16_32 import encoding_of, wide_text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from overheard_capture.content.findings import ReaderFactory
    from overheard_capture.decoders.compression.deflate import Decompressor
    from overheard_capture.decoders.compression.formats import CompressionFormat

# How many bytes are needed to identify a format.
HEAD = 256


class Signature(NamedTuple):
    """A format: content that begins with one of `magics` or `short`, and passes `test`.

    `magics` are also carved from other bytes. `short` ones, which occur too often for that, count only at the beginning
    of a content, except those that are also in `carved`. `reader` makes the reader factory, from those for the content
    and for the bytes after its end.
    """

    magics: tuple[bytes, ...]
    reader: Callable[[ReaderFactory, ReaderFactory], ReaderFactory]
    test: Callable[[bytes], bool] = lambda _: True
    short: tuple[bytes, ...] = ()
    carved: tuple[bytes, ...] = ()

    def fits(self, head: bytes) -> bool:
        """Whether content that begins with `head` has this format."""
        return head.startswith(self.magics + self.short) and self.test(head)


def _decompresses(make: Callable[[], Decompressor]) -> Callable[[bytes], bool]:
    """A test whether the head of a content can be decompressed."""

    def test(head: bytes) -> bool:
        try:
            make().decompress(head, 1 << 16)
        except CorruptError:
            return False
        return True

    return test


def _is_zlib(head: bytes) -> bool:
    # Text may begin with the same two bytes; but zlib data always has a non-ASCII byte.
    return len(head) > 7 and not head.isascii() and _decompresses(Zlib)(head) and bool(_decompressed(head))


def _decompressed(head: bytes) -> bytes:
    """The decompressed head; not empty if it is too short to decompress anything."""
    out = Deflate().decompress(head[2:], 1 << 16)
    return out if out or len(head) > 100 else b"?"


def _is_compress(head: bytes) -> bool:
    return len(head) > 3 and head[2] & 0x60 == 0 and 9 <= head[2] & 0x1F <= 16 and _decompresses(Lzw)(head)


def is_lzma(head: bytes) -> bool:
    """Whether the header of an `.lzma` file begins so: properties, dictionary size, and the length of its content.

    As liblzma does, only plausible dictionary sizes and lengths are accepted. The first coded byte is always 0.
    """
    if len(head) <= _LZMA_HEADER or head[0] > _MAX_PROPERTIES or head[_LZMA_HEADER]:
        return False
    dictionary, length = int.from_bytes(head[1:5], "little"), int.from_bytes(head[5:_LZMA_HEADER], "little")
    # One bit, or two next to each other: 2^n, or 2^n + 2^(n-1).
    usual = dictionary in (1 << dictionary.bit_length() >> 1, 3 << dictionary.bit_length() >> 2, 0xFFFFFFFF)
    return bool(dictionary) and usual and not 1 << 38 <= length < _UNKNOWN_LENGTH and _decompresses(LZMA.make)(head)


def _is_bzip2(head: bytes) -> bool:
    """Whether a block follows, or the end of an empty stream. Its beginning alone is text, as in quoted-printable."""
    return head[4:10] in (b"1AY&SY", b"\x17\x72\x45\x38\x50\x90") and not is_plain(head[10:_HEAD_OF_BZIP2])


def _is_kafka(head: bytes) -> bool:
    """Whether the first record follows: after its length, a varint, its attributes are 0."""
    try:
        out = KAFKA.make().decompress(head, 1 << 16)
    except CorruptError:
        return False
    length = next((at + 1 for at, byte in enumerate(out[:5]) if byte < 0x80), 0)
    return length > 0 and out[length : length + 1] == b"\0"


def _reader_for(form: CompressionFormat) -> Callable[[ReaderFactory, ReaderFactory], ReaderFactory]:
    return lambda reader, rest: decompressing((form,), reader, rest)


# Of each of the eight window sizes, with its check bits and without a dictionary (RFC 1950, 2.2). Some of those of the
# largest window are common enough to be carved.
_ZLIB_HEADERS = tuple(
    head.to_bytes(2) for size in range(8) for head in range(size << 12 | 0x800, size << 12 | 0x900)
    if head % 31 == 0 and not head & 0x20
)  # fmt: skip
_ZLIB_CARVED = (b"x\x01", b"x\x9c", b"x\xda")

# The dictionary of `.lzma` files has at least 64 KiB; other properties are rare.
# With the beginning of the first block: three letters alone are in text.
_BZIP2_CARVED = tuple(b"BZh%d1AY&SY" % level for level in range(1, 10))
# Its checksum, the first table, and some of the block.
_HEAD_OF_BZIP2 = 48
# Most have a dictionary of a usual size, and an unknown length.
_LZMA_PRESETS = tuple(b"\x5d" + (1 << size).to_bytes(4, "little") + b"\xff" * 8 for size in (16, *range(18, 27)))
_LZMA_MAGIC, _LZMA_HEADER, _MAX_PROPERTIES, _UNKNOWN_LENGTH = b"\x5d\0\0", 13, 224, (1 << 64) - 1

# The first match counts.
SIGNATURES = (
    Signature((GZIP_MEMBER,), _reader_for(GZIP), _decompresses(GZIP.make)),
    Signature((ZSTD_MAGIC,), _reader_for(ZSTD), _decompresses(ZSTD.make)),
    Signature((LZ4_MAGIC,), _reader_for(LZ4), _decompresses(LZ4.make)),
    Signature((LEGACY_MAGIC,), _reader_for(LZ4_LEGACY), _decompresses(LZ4_LEGACY.make)),
    Signature((FRAMED_MAGIC,), _reader_for(SNAPPY_FRAMED), _decompresses(SNAPPY_FRAMED.make)),
    Signature((XERIAL_MAGIC,), _reader_for(SNAPPY_XERIAL), _decompresses(SNAPPY_XERIAL.make)),
    Signature((), _reader_for(LZ4_MOZILLA), _decompresses(LZ4_MOZILLA.make), short=(MOZILLA_MAGIC,)),
    Signature((), _reader_for(LZF), _decompresses(LZF.make), short=(LZF_MAGIC,)),
    Signature(MONGODB_MAGICS, _reader_for(MONGODB), _decompresses(MONGODB.make)),
    Signature((SMB2_MAGIC,), _reader_for(SMB2), _decompresses(SMB2.make)),
    Signature((KAFKA_MAGIC,), _reader_for(KAFKA), _is_kafka),
    Signature((LOCAL_FILE,), zip_archive, short=(END_OF_DIRECTORY,)),
    Signature((AR_MAGIC,), ar, is_ar),
    Signature((PNG,), media(png, "PNG")),
    Signature((PDF_MAGIC,), pdf),
    Signature((), rdb, is_rdb, short=(PREFIX,)),
    Signature(AUX_FIELDS, rdb_after_version),
    Signature((), pgp, is_pgp, short=PGP_MAGICS),
    Signature((), der, is_der, short=DER_MAGICS),
    Signature((), ssh_key, is_ssh_key, short=SSH_MAGICS),
    Signature((XZ_MAGIC,), _reader_for(XZ), _decompresses(XZ.make)),
    Signature(_LZMA_PRESETS, _reader_for(LZMA), is_lzma, short=(_LZMA_MAGIC,)),
    Signature((BZIP2_MAGIC,), _reader_for(BZIP2), _is_bzip2, carved=_BZIP2_CARVED),
    Signature((), _reader_for(COMPRESS), _is_compress, short=(LZW_MAGIC,)),
    *(Signature((), media(each.walk, each.name), each.test, short=each.magics) for each in FORMATS),
    Signature((), _reader_for(ZLIB), _is_zlib, short=_ZLIB_HEADERS, carved=_ZLIB_CARVED),
)

# It begins with a name.
_TAR = Signature((), tar, is_tar)

# ---- derived

MAGICS = tuple(magic for signature in SIGNATURES for magic in signature.magics)
BEGINNINGS = MAGICS + tuple(magic for signature in SIGNATURES for magic in signature.short)
ZLIB_PAIRS = frozenset(_ZLIB_HEADERS)
_ANY_PAIRS = {magic + bytes([byte]) for magic in BEGINNINGS if len(magic) == 1 for byte in range(256)}
# The first two bytes of all formats.
PAIRS = frozenset({magic[:2] for magic in BEGINNINGS if len(magic) > 1} | _ANY_PAIRS)
# For each first byte, the formats that begin with it, in order.
_BY_FIRST_BYTE = {
    first: tuple(each for each in SIGNATURES if any(magic[0] == first for magic in each.magics + each.short))
    for first in {magic[0] for magic in BEGINNINGS}
}
# Formats that may begin like text, so that all of the head may be plain.
PLAIN_MAGICS = tuple(magic for magic in MAGICS if is_plain(magic))
# Only magics that cannot occur in text are carved.
CARVED = LiteralSet(*(magic for magic in MAGICS if not is_plain(magic)))
# Of content; in headers of frames, two bytes may be the same in all of them.
_CARVED = (*CARVED.texts, *(magic for signature in SIGNATURES for magic in signature.carved))
# The prefixes of these that are text; and their suffixes, as a piece may end or begin anywhere.
TEXT_PREFIXES = {magic[:count] for magic in _CARVED for count in range(1, len(magic)) if is_plain(magic[:count])}
TEXT_ENDS = tuple(sorted({text[at:] for text in TEXT_PREFIXES for at in range(len(text))}))
# The magics in base64: their first three bytes are four characters.
IN_BASE64 = lazy_pattern(b"|".join(re.escape(binascii.b2a_base64(magic[:3], newline=False)) for magic in MAGICS))


def pair_bits(pairs: Iterable[bytes]) -> bytes:
    """A set of pairs of bytes as bits, for the compiled part."""
    table = bytearray(1 << 13)
    for first, second in pairs:
        table[first << 5 | second >> 3] |= 1 << (second & 7)
    return bytes(table)


def reader_of(head: bytes, reader: ReaderFactory, rest: ReaderFactory) -> ReaderFactory | None:
    """The reader factory for content that begins with `head`; None if its format is unknown.

    `reader` is for its content, `rest` for the bytes after its end.
    """
    if signature := _signature_of(head):
        return signature.reader(reader, rest)
    encoding = encoding_of(head)
    return wide_text(encoding, reader) if encoding else None


# What is carved from content that is nothing else.
CARVABLE = Carvable(LiteralSet(*_CARVED), reader_of, HEAD)


def is_known(head: bytes) -> bool:
    """Whether content that begins with `head` has a known format other than text."""
    return _signature_of(head) is not None


def _signature_of(head: bytes) -> Signature | None:
    for signature in _BY_FIRST_BYTE.get(head[0], ()) if head else ():
        if signature.fits(head):
            return signature
    return _TAR if b"\0" in head and is_tar(head) else None
