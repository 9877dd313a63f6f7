"""What can be inflated: one row each."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from overheard.words.layer import Layer, LayerKind
from overheard_capture.decoders.compression.deflate import Decompressor, Deflate, Gzip, Zlib
from overheard_capture.decoders.compression.libraries import Brotli, Zstd, bzip2, xz
from overheard_capture.decoders.compression.lzw import Lzw


class CompressionFormat(NamedTuple):
    """The layer, what makes a decompressor, what another member begins with, and what may pad its end."""

    layer: Layer
    make: Callable[[], Decompressor]
    again: tuple[bytes, ...] = ()
    padding: bytes = b""


def _layer(code: str) -> Layer:
    return Layer(code, LayerKind.COMPRESSION)


GZIP = CompressionFormat(_layer("gzip"), Gzip, (b"\x1f\x8b\x08",), b"\0")
ZLIB = CompressionFormat(_layer("zlib"), Zlib)
DEFLATE = CompressionFormat(_layer("deflate"), Deflate)
BROTLI = CompressionFormat(_layer("br"), Brotli)
# The second is a frame to be skipped, whose first byte may be any of 16.
ZSTD = CompressionFormat(
    _layer("zstd"), Zstd, (b"\x28\xb5\x2f\xfd", *(bytes([first]) + b"\x2a\x4d\x18" for first in range(0x50, 0x60)))
)
COMPRESS = CompressionFormat(_layer("compress"), Lzw)
BZIP2 = CompressionFormat(_layer("bzip2"), bzip2, (b"BZh",))
XZ = CompressionFormat(_layer("xz"), xz, (b"\xfd7zXZ\0",), b"\0")

FORMATS = (GZIP, ZLIB, DEFLATE, BROTLI, ZSTD, COMPRESS, BZIP2, XZ)

# By the name of a content coding (RFC 9110, 8.4.1). Where there are several, the first that fits is meant: some say
# deflate and leave out what should be around it.
CODINGS: dict[bytes, tuple[CompressionFormat, ...]] = {
    b"gzip": (GZIP,),
    b"x-gzip": (GZIP,),
    b"deflate": (ZLIB, DEFLATE),
    b"br": (BROTLI,),
    b"zstd": (ZSTD,),
    b"compress": (COMPRESS,),
    b"x-compress": (COMPRESS,),
    b"bzip2": (BZIP2,),
    b"x-bzip2": (BZIP2,),
    b"xz": (XZ,),
    b"x-xz": (XZ,),
}
