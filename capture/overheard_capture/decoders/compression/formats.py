"""What can be inflated: one row each."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from overheard.words.layer import Layer, LayerKind
from overheard_capture.captures.inputs import ZSTD_MAGIC
from overheard_capture.decoders.compression.deflate import GZIP_MEMBER, Decompressor, Deflate, Gzip, Zlib
from overheard_capture.decoders.compression.libraries import Brotli, bzip2, xz, zstd
from overheard_capture.decoders.compression.lzw import Lzw

BZIP2_MAGIC, XZ_MAGIC = b"BZh", b"\xfd7zXZ\0"


class CompressionFormat(NamedTuple):
    """The layer, what makes a decompressor, what another member begins with, and what may pad its end."""

    layer: Layer
    make: Callable[[], Decompressor]
    again: tuple[bytes, ...] = ()
    padding: bytes = b""


def _layer(code: str) -> Layer:
    return Layer(code, LayerKind.COMPRESSION)


GZIP = CompressionFormat(_layer("gzip"), Gzip, (GZIP_MEMBER,), b"\0")
ZLIB = CompressionFormat(_layer("zlib"), Zlib)
DEFLATE = CompressionFormat(_layer("deflate"), Deflate)
BROTLI = CompressionFormat(_layer("br"), Brotli)
# The second is a frame to be skipped, whose first byte may be any of 16.
ZSTD = CompressionFormat(
    _layer("zstd"), zstd, (ZSTD_MAGIC, *(bytes([first]) + b"\x2a\x4d\x18" for first in range(0x50, 0x60)))
)
COMPRESS = CompressionFormat(_layer("compress"), Lzw)
BZIP2 = CompressionFormat(_layer("bzip2"), bzip2, (BZIP2_MAGIC,))
XZ = CompressionFormat(_layer("xz"), xz, (XZ_MAGIC,), b"\0")
