"""Content codings: the names of compressions in headers."""

from __future__ import annotations

from overheard_capture.decoders.compression.formats import (
    BROTLI,
    BZIP2,
    COMPRESS,
    DEFLATE,
    GZIP,
    LZ4,
    SNAPPY,
    SNAPPY_FRAMED,
    XZ,
    ZLIB,
    ZSTD,
    CompressionFormat,
)

# By content coding (RFC 9110, 8.4.1). If there are several formats, the first that matches counts: some servers send
# raw deflate without the zlib header.
CONTENT_CODINGS: dict[bytes, tuple[CompressionFormat, ...]] = {
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
    b"lz4": (LZ4,),
    # Of gRPC, and of Prometheus and others who put a block without framing there.
    b"snappy": (SNAPPY_FRAMED, SNAPPY),
    b"x-snappy-framed": (SNAPPY_FRAMED,),
}
