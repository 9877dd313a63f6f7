"""The decompressor interface, and deflate with its two containers zlib and gzip (RFC 1950 to 1952)."""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING, Any, Protocol

from overheard_capture.decoders.signatures import GZIP_MEMBER

fast_zlib: Any = zlib
try:
    # ISA-L is twice as fast.
    from isal import isal_zlib
except ImportError:
    pass
else:
    fast_zlib = isal_zlib

if TYPE_CHECKING:
    from overheard_capture.provenance.origin import Bytes

# A longer gzip header is malformed.
_LONGEST_HEADER = 256 << 10
_ERRORS: tuple[type[Exception], ...] = (zlib.error, fast_zlib.error)


class CorruptError(Exception):
    """The data is malformed."""


class TooLargeError(CorruptError):
    """Decompression needs more memory than allowed."""


class Decompressor(Protocol):
    """Decompresses data piece by piece."""

    # Whether the end of the stream was reached, and the bytes after it in the last piece of input.
    eof: bool
    unused_data: bytes
    # Whether more output is available without more input.
    has_pending_output: bool
    # The optional fields in the header of the stream, such as a comment; empty until it was read.
    fields: list[bytes]

    @property
    def has_end_marker(self) -> bool:
        """Whether the stream is incomplete unless `eof` is set: most formats mark their end."""

    def decompress(self, data: Bytes, max_length: int) -> bytes:
        """Decompress `data`. Returns about `max_length` bytes at most; raises CorruptError."""


class Deflate:
    """Raw deflate (RFC 1951)."""

    has_end_marker = True

    def __init__(self) -> None:
        self.eof = self.has_pending_output = False
        self.fields: list[bytes] = []
        self.unused_data = b""
        self._zlib: Any = fast_zlib.decompressobj(wbits=-15)
        self._unconsumed = b""

    def decompress(self, data: Bytes, max_length: int) -> bytes:
        """Decompress `data`. Returns about `max_length` bytes at most; raises CorruptError."""
        try:
            out: bytes = self._zlib.decompress(self._unconsumed + bytes(data) if self._unconsumed else data, max_length)
        except _ERRORS as problem:
            raise CorruptError from problem
        if self._zlib.eof:
            self.eof, self.has_pending_output, self.unused_data = True, False, self._zlib.unused_data
        else:
            self._unconsumed = self._zlib.unconsumed_tail
            self.has_pending_output = bool(self._unconsumed) or len(out) >= max_length
        return out


class _DeflateContainer:
    """Deflate with a header and a trailer. The trailer is skipped: a wrong checksum would not change what was read."""

    has_end_marker = True
    _trailer_length = 0

    def __init__(self) -> None:
        self.eof = self.has_pending_output = False
        self.unused_data = b""
        self.fields: list[bytes] = []
        self._deflate = Deflate()
        # The incomplete header; None once it was read.
        self._header: bytes | None = b""
        self._trailer_left = self._trailer_length

    def decompress(self, data: Bytes, max_length: int) -> bytes:
        """Decompress `data`. Returns about `max_length` bytes at most; raises CorruptError."""
        if self._header is not None:
            self._header += bytes(data)
            length = self._header_length(self._header)
            if length is None:
                return b""
            self.fields = self._optional_fields(self._header[:length])
            data, self._header = self._header[length:], None
        deflate, out = self._deflate, b""
        in_trailer = deflate.eof
        if not in_trailer:
            out = deflate.decompress(data, max_length)
            self.has_pending_output, in_trailer = deflate.has_pending_output, deflate.eof
            if not in_trailer:
                return out
            data = deflate.unused_data
        skipped = min(self._trailer_left, len(data))
        self._trailer_left -= skipped
        self.eof, self.unused_data = not self._trailer_left, bytes(data[skipped:])
        return out

    def _header_length(self, head: bytes) -> int | None:
        """The length of the header; None if it is incomplete."""
        raise NotImplementedError

    @staticmethod
    def _optional_fields(header: bytes) -> list[bytes]:  # noqa: ARG004 - zlib has none
        """The optional fields of a complete header."""
        return []


class Zlib(_DeflateContainer):
    """Deflate with a header of two bytes and an Adler-32 trailer (RFC 1950)."""

    _trailer_length = 4

    def _header_length(self, head: bytes) -> int | None:
        if len(head) < 2:
            return None
        if head[0] & 0x0F != 8 or head[0] >> 4 > 7 or int.from_bytes(head[:2], "big") % 31 or head[1] & 0x20:
            raise CorruptError
        return 2


class Gzip(_DeflateContainer):
    """One member of a gzip file (RFC 1952)."""

    _trailer_length = 8

    def _header_length(self, head: bytes) -> int | None:
        if head[:3] != GZIP_MEMBER[: len(head)] or (len(head) > 3 and head[3] & 0xE0):
            raise CorruptError
        if len(head) < 10:
            return None
        flags, at = head[3], 10
        if flags & 4:
            at += 2 + int.from_bytes(head[10:12], "little")
        for flag in (8, 16):
            if flags & flag:
                at = head.find(b"\0", at) + 1 if len(head) >= at else 0
                if not at:
                    _limit_header(head)
                    return None
        at += 2 * bool(flags & 2)
        if len(head) >= at:
            return at
        _limit_header(head)
        return None

    @staticmethod
    def _optional_fields(header: bytes) -> list[bytes]:
        """The extra subfields, the name and the comment (RFC 1952, 2.3.1)."""
        found, at = list[bytes](), 10
        if header[3] & 4:
            end = 12 + int.from_bytes(header[10:12], "little")
            found, at = _subfields(header[12:end]), end
        for flag in (8, 16):
            if header[3] & flag:
                found.append(header[at : header.index(b"\0", at)])
                at += len(found[-1]) + 1
        return [field for field in found if field]


def _subfields(extra: bytes) -> list[bytes]:
    """The content of each subfield of an extra field; or all of it, if it does not consist of subfields."""
    found, at = list[bytes](), 0
    while at + 4 <= len(extra):
        end = at + 4 + int.from_bytes(extra[at + 2 : at + 4], "little")
        found.append(extra[at + 4 : end])
        at = end
    return found if at == len(extra) else [extra]


def _limit_header(head: bytes) -> None:
    """Raise CorruptError if an incomplete header is too long: a file name is not that long."""
    if len(head) > _LONGEST_HEADER:
        raise CorruptError
