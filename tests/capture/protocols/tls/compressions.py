"""Compression without a signature, by the libraries of others."""

from __future__ import annotations

import lzma
import zlib
from typing import TYPE_CHECKING

import brotli  # type: ignore[import-untyped]  # it publishes no types
import cramjam
import lz4.block  # type: ignore[import-untyped]  # it publishes no types

if TYPE_CHECKING:
    from collections.abc import Callable


def deflate(data: bytes, end: int = zlib.Z_FINISH, strategy: int = zlib.Z_DEFAULT_STRATEGY) -> bytes:
    """Raw deflate."""
    writer = zlib.compressobj(9, zlib.DEFLATED, -15, strategy=strategy)
    return writer.compress(data) + writer.flush(end)


def raw_lzma(data: bytes, kind: int) -> bytes:
    """LZMA without a header."""
    return lzma.compress(data, lzma.FORMAT_RAW, filters=[{"id": kind, "preset": 6}])


COMPRESSED: dict[str, Callable[[bytes], bytes]] = {
    "deflate": deflate,
    "deflate with fixed codes": lambda data: deflate(data, strategy=zlib.Z_FIXED),
    "deflate of a WebSocket": lambda data: deflate(data, zlib.Z_SYNC_FLUSH)[:-4],
    "brotli": lambda data: bytes(brotli.compress(data)),
    "brotli, quickly": lambda data: bytes(brotli.compress(data, quality=1)),
    "LZMA": lambda data: raw_lzma(data, lzma.FILTER_LZMA1),
    "LZMA2": lambda data: raw_lzma(data, lzma.FILTER_LZMA2),
    "LZ4": lambda data: bytes(lz4.block.compress(data, store_size=False)),
    "Snappy": lambda data: bytes(cramjam.snappy.compress_raw(data)),
}
