"""The formats that have a signature: how each is told from what begins with the same bytes, and its reader."""

from __future__ import annotations

from typing import TYPE_CHECKING

from overheard.words.named_tuple import NamedTuple
from overheard_capture.content.byte_scan import is_plain
from overheard_capture.decoders.archives.members import ar, is_ar, is_tar, tar
from overheard_capture.decoders.archives.zip import zip_archive
from overheard_capture.decoders.compression.deflate import CorruptError, Deflate, Zlib
from overheard_capture.decoders.compression.formats import (
    BZIP2,
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
    ZLIB,
    ZSTD,
)
from overheard_capture.decoders.compression.lzw import Lzw
from overheard_capture.decoders.compression.reader import decompressing
from overheard_capture.decoders.keys import der, is_der, is_ssh_key, ssh_key
from overheard_capture.decoders.media.container import media
from overheard_capture.decoders.media.formats import FORMATS as MEDIA
from overheard_capture.decoders.media.images import png
from overheard_capture.decoders.pdf import pdf
from overheard_capture.decoders.pgp import is_pgp, pgp
from overheard_capture.decoders.rdb import is_rdb, rdb, rdb_after_version

if TYPE_CHECKING:
    from collections.abc import Callable

    from overheard_capture.content.findings import ReaderFactory
    from overheard_capture.decoders.compression.deflate import Decompressor
    from overheard_capture.decoders.compression.formats import CompressionFormat

# The checksum of bzip2, its first table, and some of the block.
_HEAD_OF_BZIP2 = 48
_LZMA_HEADER, _MAX_PROPERTIES, _UNKNOWN_LENGTH = 13, 224, (1 << 64) - 1


class KnownFormat(NamedTuple):
    """A format whose signature was seen: `test` tells from the first bytes of a content whether it is that.

    `reader` makes the reader factory, from those for the content and for the bytes after its end.
    """

    reader: Callable[[ReaderFactory, ReaderFactory], ReaderFactory]
    test: Callable[[bytes], bool] = lambda _: True


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


def _compressed(form: CompressionFormat, test: Callable[[bytes], bool] | None = None) -> KnownFormat:
    return KnownFormat(lambda reader, rest: decompressing((form,), reader, rest), test or _decompresses(form.make))


# By the names in `signatures.py`; tar has no signature.
FORMATS = {
    "gzip": _compressed(GZIP),
    "zstd": _compressed(ZSTD),
    "LZ4": _compressed(LZ4),
    "LZ4, legacy": _compressed(LZ4_LEGACY),
    "Snappy, framed": _compressed(SNAPPY_FRAMED),
    "Snappy, Xerial": _compressed(SNAPPY_XERIAL),
    "LZ4, Mozilla": _compressed(LZ4_MOZILLA),
    "LZF": _compressed(LZF),
    "MongoDB": _compressed(MONGODB),
    "SMB2": _compressed(SMB2),
    "Kafka": _compressed(KAFKA, _is_kafka),
    "zip": KnownFormat(zip_archive),
    "ar": KnownFormat(ar, is_ar),
    "PNG": KnownFormat(media(png, "PNG")),
    "PDF": KnownFormat(pdf),
    "Redis": KnownFormat(rdb, is_rdb),
    "Redis, from its first field on": KnownFormat(rdb_after_version),
    "OpenPGP": KnownFormat(pgp, is_pgp),
    "DER": KnownFormat(der, is_der),
    "SSH key": KnownFormat(ssh_key, is_ssh_key),
    "xz": _compressed(XZ),
    "LZMA": _compressed(LZMA, is_lzma),
    "bzip2": _compressed(BZIP2, _is_bzip2),
    "compress": _compressed(COMPRESS, _is_compress),
    **{each.name: KnownFormat(media(each.walk, each.name), each.test) for each in MEDIA},
    "zlib": _compressed(ZLIB, _is_zlib),
    "tar": KnownFormat(tar, is_tar),
}
