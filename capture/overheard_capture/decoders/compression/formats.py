"""What can be inflated: one row each."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from overheard_capture.decoders.compression.deflate import Decompressor, Deflate, Gzip, Zlib
from overheard_capture.decoders.compression.libraries import Brotli, bzip2, xz, zstd
from overheard_capture.decoders.compression.lzw import Lzw


class Kind(NamedTuple):
    """The name of the layer, what makes a decompressor, what another member begins with, and what may pad its end."""

    name: str
    make: Callable[[], Decompressor]
    again: tuple[bytes, ...] = ()
    padding: bytes = b""


GZIP = Kind("gzip", Gzip, (b"\x1f\x8b\x08",), b"\0")
ZLIB = Kind("zlib", Zlib)
DEFLATE = Kind("deflate", Deflate)
BROTLI = Kind("br", Brotli)
# The second is a frame to be skipped, whose first byte may be any of 16.
ZSTD = Kind("zstd", zstd, (b"\x28\xb5\x2f\xfd", *(bytes([first]) + b"\x2a\x4d\x18" for first in range(0x50, 0x60))))
COMPRESS = Kind("compress", Lzw)
BZIP2 = Kind("bzip2", bzip2, (b"BZh",))
XZ = Kind("xz", xz, (b"\xfd7zXZ\0",), b"\0")

KINDS = (GZIP, ZLIB, DEFLATE, BROTLI, ZSTD, COMPRESS, BZIP2, XZ)

# By the name of a content coding (RFC 9110, 8.4.1). Where there are several, the first that fits is meant: some say
# deflate and leave out what should be around it.
CODINGS: dict[bytes, tuple[Kind, ...]] = {
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
