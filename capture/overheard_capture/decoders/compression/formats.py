"""Compression formats, one row each."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from overheard.words.layer import Layer, LayerKind
from overheard_capture.captures.inputs import ZSTD_MAGIC
from overheard_capture.decoders.compression.deflate import GZIP_MEMBER, Decompressor, Deflate, Gzip, Zlib
from overheard_capture.decoders.compression.lzw import Lzw

BZIP2_MAGIC, XZ_MAGIC = b"BZh", b"\xfd7zXZ\0"


class CompressionFormat(NamedTuple):
    """A format: its layer and decompressor, the magics of a further member, and the padding between members."""

    layer: Layer
    make: Callable[[], Decompressor]
    member_magics: tuple[bytes, ...] = ()
    padding: bytes = b""


# ---- other libraries, imported on first use: most captures contain nothing that needs them


def _brotli() -> Decompressor:
    from overheard_capture.decoders.compression.libraries import Brotli  # noqa: PLC0415

    return Brotli()


def _zstd() -> Decompressor:
    from overheard_capture.decoders.compression.libraries import zstd  # noqa: PLC0415
    from overheard_capture.decoders.compression.skippable import FrameOrSkippable  # noqa: PLC0415

    return FrameOrSkippable(zstd)


def _bzip2() -> Decompressor:
    from overheard_capture.decoders.compression.libraries import bzip2  # noqa: PLC0415

    return bzip2()


def _xz() -> Decompressor:
    from overheard_capture.decoders.compression.libraries import xz  # noqa: PLC0415

    return xz()


def _lzma() -> Decompressor:
    from overheard_capture.decoders.compression.libraries import lzma_alone  # noqa: PLC0415

    return lzma_alone()


# ---- the formats


def _layer(code: str) -> Layer:
    return Layer(code, LayerKind.COMPRESSION)


GZIP = CompressionFormat(_layer("gzip"), Gzip, (GZIP_MEMBER,), b"\0")
ZLIB = CompressionFormat(_layer("zlib"), Zlib)
DEFLATE = CompressionFormat(_layer("deflate"), Deflate)
BROTLI = CompressionFormat(_layer("br"), _brotli)
# The other magics are those of skippable frames: the first byte is one of 16 (RFC 8878, 3.1.2).
ZSTD = CompressionFormat(
    _layer("zstd"), _zstd, (ZSTD_MAGIC, *(bytes([first]) + b"\x2a\x4d\x18" for first in range(0x50, 0x60)))
)
COMPRESS = CompressionFormat(_layer("compress"), Lzw)
BZIP2 = CompressionFormat(_layer("bzip2"), _bzip2, (BZIP2_MAGIC,))
XZ = CompressionFormat(_layer("xz"), _xz, (XZ_MAGIC,), b"\0")
LZMA = CompressionFormat(_layer("lzma"), _lzma)
