"""Decompressors from other libraries, behind the common interface."""

from __future__ import annotations

import bz2
import lzma
import sys
from typing import TYPE_CHECKING

import brotli  # type: ignore[import-untyped]  # it publishes no types

from overheard_capture.decoders.compression.deflate import CorruptError, TooLargeError

if sys.version_info >= (3, 14):
    from compression import zstd as zstandard
else:
    # The same module, for earlier versions.
    from backports import zstd as zstandard

if TYPE_CHECKING:
    from overheard_capture.provenance.origin import Bytes

_XZ_MEMORY = 128 << 20
# Decoders of zstd support windows of at least 8 MB (RFC 9659), and larger ones exist: 64 MB, as a power of 2.
_ZSTD_WINDOW = 26


class Brotli:
    """Brotli (RFC 7932)."""

    endless = False

    def __init__(self) -> None:
        self.ended = self.more = False
        self.left = b""
        self._brotli = brotli.Decompressor()

    def inflate(self, data: Bytes, room: int) -> bytes:
        """Decompress `data` to about `room` bytes at most. Raises CorruptError."""
        try:
            out: bytes = self._brotli.process(bytes(data), output_buffer_limit=room)
        except brotli.error as problem:
            raise CorruptError from problem
        self.ended = self._brotli.is_finished()
        # It claims to accept more input although more output is available.
        self.more = not self.ended and (len(out) >= room or not self._brotli.can_accept_more_data())
        return out


class _LibraryDecompressor:
    """bzip2, xz and zstd, which have the same interface in the standard library."""

    endless = False

    def __init__(self, library: bz2.BZ2Decompressor | lzma.LZMADecompressor | zstandard.ZstdDecompressor) -> None:
        self.ended = self.more = False
        self.left = b""
        self._library = library

    def inflate(self, data: Bytes, room: int) -> bytes:
        """Decompress `data` to about `room` bytes at most. Raises CorruptError."""
        try:
            out: bytes = self._library.decompress(data, room)
        except (OSError, lzma.LZMAError, zstandard.ZstdError, EOFError, ValueError) as problem:
            raise (TooLargeError if "emory" in str(problem) else CorruptError) from problem
        self.ended = self._library.eof
        self.left = self._library.unused_data
        self.more = not self.ended and not self._library.needs_input
        return out


def bzip2() -> _LibraryDecompressor:
    """One stream of bzip2."""
    return _LibraryDecompressor(bz2.BZ2Decompressor())


def xz() -> _LibraryDecompressor:
    """One stream of xz."""
    return _LibraryDecompressor(lzma.LZMADecompressor(lzma.FORMAT_XZ, memlimit=_XZ_MEMORY))


def zstd() -> _LibraryDecompressor:
    """One frame of Zstandard (RFC 8878)."""
    window: dict[int, int] = {zstandard.DecompressionParameter.window_log_max: _ZSTD_WINDOW}
    return _LibraryDecompressor(zstandard.ZstdDecompressor(options=window))
