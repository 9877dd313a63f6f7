"""Decompressors from other libraries, behind the common interface."""

from __future__ import annotations

import bz2
import lzma
from typing import TYPE_CHECKING

import brotli  # type: ignore[import-untyped]  # it publishes no types
import zstandard

from overheard_capture.decoders.compression.deflate import CorruptError, TooLargeError

if TYPE_CHECKING:
    from overheard_capture.provenance.origin import Bytes

# Decoders must support zstd windows of up to 8 MB (RFC 9659), and larger ones occur.
_LARGEST_WINDOW = 64 << 20
_XZ_MEMORY = 128 << 20
# Four bytes of zstd may expand to 128 KiB, and one call has no output limit.
_ZSTD_STEP = 256


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


class Zstd:
    """One frame of Zstandard (RFC 8878)."""

    endless = False

    def __init__(self) -> None:
        self.ended = self.more = False
        self.left = b""
        self._zstd = zstandard.ZstdDecompressor(max_window_size=_LARGEST_WINDOW).decompressobj()
        self._tail = b""

    def inflate(self, data: Bytes, room: int) -> bytes:
        """Decompress `data` to about `room` bytes at most. Raises CorruptError."""
        data = self._tail + bytes(data)
        out, made, at = [], 0, 0
        try:
            while at < len(data) and made < room and not self.ended:
                out.append(self._zstd.decompress(data[at : at + _ZSTD_STEP]))
                at += _ZSTD_STEP
                made += len(out[-1])
                self.ended = self._zstd.eof
        except zstandard.ZstdError as problem:
            raise (TooLargeError if "memory" in str(problem) else CorruptError) from problem
        if self.ended:
            self.left, self._tail = self._zstd.unused_data + data[at:], b""
        else:
            self._tail = data[at:]
        self.more = bool(self._tail)
        return b"".join(out)


class _LibraryDecompressor:
    """bzip2 and xz, which have the same interface in the standard library."""

    endless = False

    def __init__(self, library: bz2.BZ2Decompressor | lzma.LZMADecompressor) -> None:
        self.ended = self.more = False
        self.left = b""
        self._library = library

    def inflate(self, data: Bytes, room: int) -> bytes:
        """Decompress `data` to about `room` bytes at most. Raises CorruptError."""
        try:
            out: bytes = self._library.decompress(data, room)
        except (OSError, lzma.LZMAError, EOFError, ValueError) as problem:
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
