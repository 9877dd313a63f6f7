"""The decompressor interface, and deflate with its two containers zlib and gzip (RFC 1950 to 1952)."""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING, Any, Protocol

from overheard_capture.captures.inputs import GZIP_MAGIC

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

# The beginning of a gzip member: deflate is the only method ever assigned (RFC 1952, 2.3.1).
GZIP_MEMBER = GZIP_MAGIC + b"\x08"
# A longer gzip header is malformed.
_LONGEST_HEAD = 256 << 10
_ERRORS: tuple[type[Exception], ...] = (zlib.error, fast_zlib.error)


class CorruptError(Exception):
    """The data is malformed."""


class TooLargeError(CorruptError):
    """Decompression needs more memory than allowed."""


class Decompressor(Protocol):
    """Decompresses data piece by piece."""

    # Whether the end was reached, and the bytes after it in the last piece.
    ended: bool
    left: bytes
    # Whether more output is available without more input.
    more: bool
    # Whether the format has no end marker.
    endless: bool

    def inflate(self, data: Bytes, room: int) -> bytes:
        """Decompress `data` to about `room` bytes at most. Raises CorruptError."""


class Deflate:
    """Raw deflate (RFC 1951)."""

    endless = False

    def __init__(self) -> None:
        self.ended = self.more = False
        self.left = b""
        self._zlib: Any = fast_zlib.decompressobj(wbits=-15)
        self._tail = b""

    def inflate(self, data: Bytes, room: int) -> bytes:
        """Decompress `data` to about `room` bytes at most. Raises CorruptError."""
        try:
            out: bytes = self._zlib.decompress(self._tail + bytes(data) if self._tail else data, room)
        except _ERRORS as problem:
            raise CorruptError from problem
        inflater = self._zlib
        if inflater.eof:
            self.ended, self.more, self.left = True, False, inflater.unused_data
        else:
            self._tail = inflater.unconsumed_tail
            self.more = bool(self._tail) or len(out) >= room
        return out


class _DeflateContainer:
    """Deflate with a header and a trailer. The checksum in the trailer is skipped, as all data was read by then."""

    endless = False
    _behind = 0

    def __init__(self) -> None:
        self.ended = self.more = False
        self.left = b""
        self._inside = Deflate()
        self._head: bytes | None = b""
        self._to_pass = self._behind

    def inflate(self, data: Bytes, room: int) -> bytes:
        """Decompress `data` to about `room` bytes at most. Raises CorruptError."""
        if self._head is not None:
            self._head += bytes(data)
            length = self._length(self._head)
            if length is None:
                return b""
            data, self._head = self._head[length:], None
        inside, out = self._inside, b""
        over = inside.ended
        if not over:
            out = inside.inflate(data, room)
            self.more, over = inside.more, inside.ended
            if not over:
                return out
            data = inside.left
        passed = min(self._to_pass, len(data))
        self._to_pass -= passed
        self.ended, self.left = not self._to_pass, bytes(data[passed:])
        return out

    def _length(self, head: bytes) -> int | None:
        """The length of the header; None if it is incomplete."""
        raise NotImplementedError


class Zlib(_DeflateContainer):
    """Deflate with a header of two bytes and an Adler-32 trailer (RFC 1950)."""

    _behind = 4

    def _length(self, head: bytes) -> int | None:
        if len(head) < 2:
            return None
        if head[0] & 0x0F != 8 or head[0] >> 4 > 7 or int.from_bytes(head[:2], "big") % 31 or head[1] & 0x20:
            raise CorruptError
        return 2


class Gzip(_DeflateContainer):
    """One member of a gzip file (RFC 1952)."""

    _behind = 8

    def _length(self, head: bytes) -> int | None:
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
                    _wait(head)
                    return None
        at += 2 * bool(flags & 2)
        if len(head) >= at:
            return at
        _wait(head)
        return None


def _wait(head: bytes) -> None:
    """Limit the size of an incomplete header: a file name is not that long."""
    if len(head) > _LONGEST_HEAD:
        raise CorruptError
