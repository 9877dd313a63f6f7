"""What all decompressors have in common, and how deflate and its two wrappings are decompressed (RFC 1950 to 1952)."""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING, Any, Protocol

from overheard_capture.captures.inputs import GZIP_MAGIC

fast_zlib: Any = zlib
try:
    # Twice as fast.
    from isal import isal_zlib
except ImportError:
    pass
else:
    fast_zlib = isal_zlib

if TYPE_CHECKING:
    from overheard_capture.provenance.origin import Bytes

# A member of gzip begins with this: no other method than deflate was ever assigned (RFC 1952, 2.3.1).
GZIP_MEMBER = GZIP_MAGIC + b"\x08"
# A header of gzip that is longer is none.
_LONGEST_HEAD = 256 << 10
_ERRORS: tuple[type[Exception], ...] = (zlib.error, fast_zlib.error)


class CorruptError(Exception):
    """It goes on as nothing that this can be."""


class TooLargeError(CorruptError):
    """It wants more memory than it gets."""


class Decompressor(Protocol):
    """Decompresses what it is given, piece by piece."""

    # Whether its end has come, and what followed that in what it was given last.
    ended: bool
    left: bytes
    # Whether there is more to be had, for no more input.
    more: bool
    # Whether it may end anywhere.
    endless: bool

    def inflate(self, data: Bytes, room: int) -> bytes:
        """What comes of `data`: about `room` bytes at most."""


class Deflate:
    """Deflate without anything around it (RFC 1951)."""

    endless = False

    def __init__(self) -> None:
        self.ended = self.more = False
        self.left = b""
        self._zlib: Any = fast_zlib.decompressobj(wbits=-15)
        self._tail = b""

    def inflate(self, data: Bytes, room: int) -> bytes:
        """What comes of it."""
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
    """Deflate with something before and behind it. The checksum behind it is passed over: all was read by then."""

    endless = False
    _behind = 0

    def __init__(self) -> None:
        self.ended = self.more = False
        self.left = b""
        self._inside = Deflate()
        self._head: bytes | None = b""
        self._to_pass = self._behind

    def inflate(self, data: Bytes, room: int) -> bytes:
        """What comes of it."""
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
        """How long what is before it is; None where it has not come as a whole."""
        raise NotImplementedError


class Zlib(_DeflateContainer):
    """Deflate with a header of two bytes, and Adler-32 behind (RFC 1950)."""

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
    """Wait, but not for ever: a name is not that long."""
    if len(head) > _LONGEST_HEAD:
        raise CorruptError
