"""What content is, told by its first bytes: a table, whose first row that fits is right."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from overheard_capture.decoders.archives.zip import ZIP_BEGINS, zip_archive
from overheard_capture.decoders.compression import BZIP2, COMPRESS, GZIP, XZ, ZLIB, ZSTD, decompressing
from overheard_capture.decoders.compression.deflate import CorruptError, Deflate, Zlib
from overheard_capture.decoders.compression.lzw import Lzw
from overheard_capture.decoders.utf16_32 import encoding_of, wide_text

if TYPE_CHECKING:
    from collections.abc import Callable

    from overheard_capture.content.findings import ReaderFactory
    from overheard_capture.decoders.compression.deflate import Decompressor
    from overheard_capture.decoders.compression.formats import CompressionFormat

# How many bytes are looked at.
HEAD = 256


class Signature(NamedTuple):
    """What begins with one of `magics`, and passes the test, is read by a reader that a factory makes.

    Two others read what is inside, and what follows its end.
    """

    name: str
    magics: tuple[bytes, ...]
    test: Callable[[bytes], bool]
    reader: Callable[[ReaderFactory, ReaderFactory], ReaderFactory]


def _inflates(make: Callable[[], Decompressor]) -> Callable[[bytes], bool]:
    """Tests whether a beginning can be inflated."""

    def test(head: bytes) -> bool:
        try:
            make().inflate(head, 1 << 16)
        except CorruptError:
            return False
        return True

    return test


def _is_zlib(head: bytes) -> bool:
    # Two bytes that many a text begins with are not enough; and there is no zlib without something beyond ASCII.
    return len(head) > 7 and not head.isascii() and _inflates(Zlib)(head) and bool(_made(head))


def _made(head: bytes) -> bytes:
    """What comes out of a beginning; where that is not even the head of its first block, something."""
    out = Deflate().inflate(head[2:], 1 << 16)
    return out if out or len(head) > 100 else b"?"


def _is_compress(head: bytes) -> bool:
    return len(head) > 3 and head[2] & 0x60 == 0 and 9 <= head[2] & 0x1F <= 16 and _inflates(Lzw)(head)


def _any(_: bytes) -> bool:
    return True


def _row(kind: CompressionFormat, *magics: bytes, test: Callable[[bytes], bool] = _any) -> Signature:
    return Signature(kind.layer, magics, test, lambda reader, rest: decompressing((kind,), reader, rest))


KNOWN = (
    _row(GZIP, b"\x1f\x8b\x08", test=_inflates(GZIP.make)),
    _row(ZSTD, b"\x28\xb5\x2f\xfd", test=_inflates(ZSTD.make)),
    Signature("zip", ZIP_BEGINS, _any, zip_archive),
    _row(XZ, b"\xfd7zXZ\0", test=_inflates(XZ.make)),
    _row(BZIP2, b"BZh", test=lambda head: head[4:10] in (b"1AY&SY", b"\x17\x72\x45\x38\x50\x90")),
    _row(COMPRESS, b"\x1f\x9d", test=_is_compress),
    _row(ZLIB, *(bytes([size << 4 | 8]) for size in range(8)), test=_is_zlib),
)
BEGINNINGS = tuple(magic for known in KNOWN for magic in known.magics)


def sniffed(head: bytes, reader: ReaderFactory, rest: ReaderFactory) -> ReaderFactory | None:
    """What reads content that begins with `head`, where that is something known.

    `reader` reads what is inside, `rest` what follows its end.
    """
    if head.startswith(BEGINNINGS):
        for known in KNOWN:
            if head.startswith(known.magics) and known.test(head):
                return known.reader(reader, rest)
    if b"\0" in head or head.startswith((b"\xff", b"\xfe")):
        encoding = encoding_of(head)
        return wide_text(encoding, reader) if encoding else None
    return None


def is_known(head: bytes) -> bool:
    """Whether content that begins with `head` is something known, other than text."""
    return head.startswith(BEGINNINGS) and any(head.startswith(known.magics) and known.test(head) for known in KNOWN)
