"""Whatever makes bytes fewer, undone as the bytes come.

A promise: what comes out is bounded by what went in, and is handed on as soon as it can be read.
"""

from overheard_capture.layers.inflate.kinds import BZIP2, CODINGS, COMPRESS, DEFLATE, GZIP, KINDS, XZ, ZLIB, ZSTD
from overheard_capture.layers.inflate.reader import Inflate, inflating

__all__ = ["BZIP2", "CODINGS", "COMPRESS", "DEFLATE", "GZIP", "KINDS", "XZ", "ZLIB", "ZSTD", "Inflate", "inflating"]
