"""Whatever makes bytes fewer, undone as the bytes come.

A promise: what comes out is bounded by what went in, and is handed on as soon as it can be read.
"""

from overheard_capture.decoders.compression.formats import (
    BZIP2,
    CODINGS,
    COMPRESS,
    DEFLATE,
    FORMATS,
    GZIP,
    XZ,
    ZLIB,
    ZSTD,
)
from overheard_capture.decoders.compression.reader import CompressedReader, decompressing

__all__ = [
    "BZIP2",
    "CODINGS",
    "COMPRESS",
    "DEFLATE",
    "FORMATS",
    "GZIP",
    "XZ",
    "ZLIB",
    "ZSTD",
    "CompressedReader",
    "decompressing",
]
