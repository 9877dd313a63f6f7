"""Decompressors from other libraries, adapted to the interface `Decompressor`."""

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

# How many bytes are decompressed at a time if any of them may be malformed.
_STEP = 16
_LONG_OUTPUT = 256 << 10
_XZ_MEMORY = 128 << 20
_ZIP_LZMA_HEADER = 9
# Decoders of zstd support windows of at least 8 MB (RFC 9659), and larger ones exist: 64 MB, as a power of 2.
_ZSTD_WINDOW = 26


class Brotli:
    """Brotli (RFC 7932)."""

    has_end_marker = True

    def __init__(self) -> None:
        self.eof = self.has_pending_output = False
        self.fields: list[bytes] = []
        self.unused_data = b""
        self._brotli = brotli.Decompressor()

    def decompress(self, data: Bytes, max_length: int) -> bytes:
        """Decompress `data`. Returns about `max_length` bytes at most; raises CorruptError."""
        try:
            out: bytes = self._brotli.process(bytes(data), output_buffer_limit=max_length)
        except brotli.error as problem:
            raise CorruptError from problem
        self.eof = self._brotli.is_finished()
        # `can_accept_more_data` may be true although more output is available.
        self.has_pending_output = not self.eof and (len(out) >= max_length or not self._brotli.can_accept_more_data())
        return out


def brotli_head(data: bytes, enough: int) -> bytes:
    """About the first `enough` bytes of what `data` decompresses to, up to an error. It is quick for other data."""
    decompressor, out = brotli.Decompressor(), b""
    try:
        for at in range(0, len(data), _STEP):
            out += decompressor.process(data[at : at + _STEP], output_buffer_limit=enough)
            if len(out) >= enough:
                break
    except brotli.error:
        pass
    return out


def is_whole_brotli(data: bytes) -> bool:
    """Whether this is one stream, and nothing else; false if it decompresses to a lot."""
    decompressor = brotli.Decompressor()
    try:
        decompressor.process(data, output_buffer_limit=_LONG_OUTPUT)
    except brotli.error:
        return False
    return bool(decompressor.is_finished())


class _LibraryDecompressor:
    """bzip2, xz, LZMA and zstd, which have the same interface in the standard library."""

    has_end_marker = True

    def __init__(self, library: bz2.BZ2Decompressor | lzma.LZMADecompressor | zstandard.ZstdDecompressor) -> None:
        self.eof = self.has_pending_output = False
        self.fields: list[bytes] = []
        self.unused_data = b""
        self._library = library

    def decompress(self, data: Bytes, max_length: int) -> bytes:
        """Decompress `data`. Returns about `max_length` bytes at most; raises CorruptError."""
        try:
            out: bytes = self._library.decompress(data, max_length)
        except (OSError, lzma.LZMAError, zstandard.ZstdError, EOFError, ValueError) as problem:
            raise (TooLargeError if "emory" in str(problem) else CorruptError) from problem
        self.eof = self._library.eof
        self.unused_data = self._library.unused_data
        self.has_pending_output = not self.eof and not self._library.needs_input
        return out


def bzip2() -> _LibraryDecompressor:
    """One stream of bzip2."""
    return _LibraryDecompressor(bz2.BZ2Decompressor())


def xz() -> _LibraryDecompressor:
    """One stream of xz."""
    return _LibraryDecompressor(lzma.LZMADecompressor(lzma.FORMAT_XZ, memlimit=_XZ_MEMORY))


def lzma_alone() -> _LibraryDecompressor:
    """LZMA with the header of `.lzma` files."""
    return _LibraryDecompressor(lzma.LZMADecompressor(lzma.FORMAT_ALONE, memlimit=_XZ_MEMORY))


class ZipLzma:
    """LZMA as in zip archives (APPNOTE.TXT, 5.8.8): a version, the properties and their length, then the stream.

    Whether that marks its end is a flag of the archive, which knows the length.
    """

    has_end_marker = False

    def __init__(self) -> None:
        self.eof = self.has_pending_output = False
        self.fields: list[bytes] = []
        self.unused_data = b""
        # The incomplete header.
        self._header = b""
        self._stream: _LibraryDecompressor | None = None

    def decompress(self, data: Bytes, max_length: int) -> bytes:
        """Decompress `data`. Returns about `max_length` bytes at most; raises CorruptError."""
        if not self._stream:
            self._header += bytes(data)
            if len(self._header) < _ZIP_LZMA_HEADER:
                return b""
            if self._header[2:4] != b"\5\0":
                raise CorruptError
            # The header of a file of unknown length.
            data, self._stream = self._header[4:9] + b"\xff" * 8 + self._header[9:], lzma_alone()
        out = self._stream.decompress(data, max_length)
        self.eof, self.unused_data = self._stream.eof, self._stream.unused_data
        self.has_pending_output = self._stream.has_pending_output
        return out


def zstd() -> _LibraryDecompressor:
    """One frame of Zstandard (RFC 8878)."""
    window: dict[int, int] = {zstandard.DecompressionParameter.window_log_max: _ZSTD_WINDOW}
    return _LibraryDecompressor(zstandard.ZstdDecompressor(options=window))
