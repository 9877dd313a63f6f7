"""What can be said of bytes at a glance, because it is asked of every byte that nothing else explains."""

from __future__ import annotations

import ctypes
import re

from overheard_capture.native import core, pointer

# Letters and digits of base64 and base64url. A shorter run of them is not taken for either.
LETTERS = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/_-"
SHORTEST = 24
_RUN = re.compile(rb"[A-Za-z0-9+/_-]{%d,}+" % SHORTEST)
_SOFT = re.compile(rb"=\r?\n")
_PLAIN = bytes(range(32, 127)) + b"\t\n\r"

# Words that lack capital letters, or any letter beyond those of hexadecimal numbers, are no base64: of 10^9 runs not
# one is like that.
SMALL, HEXADECIMAL = b"abcdefghijklmnopqrstuvwxyz0123456789/_-", b"0123456789ABCDEF_-"
# For the compiled part: which bytes are letters, and of which of these kinds; and room for what it finds.
_MEMBERS = bytes((byte in LETTERS) | (byte in SMALL) << 1 | (byte in HEXADECIMAL) << 2 for byte in range(256))
_AT_ONCE = 1024
_FOUND = (ctypes.c_uint64 * (2 * _AT_ONCE))()


def is_plain(data: bytes | bytearray) -> bool:
    """Whether all of it is printable ASCII, or white space that text has."""
    compiled = core()
    if compiled is None:
        return data.isascii() and not data.translate(None, _PLAIN)
    return bool(compiled.is_plain(pointer(data), ctypes.c_uint64(len(data))))


def letter_runs(data: bytes | bytearray) -> list[tuple[int, int]]:
    """Where letters of base64 stand, at least so many in a row: where each run begins and ends.

    Those that are words may be left out, but for one at the end of the data.
    """
    if len(data) < SHORTEST:
        return []
    compiled = core()
    if compiled is None:
        return [run.span() for run in _RUN.finditer(data)]
    found: list[tuple[int, int]] = []
    at = ctypes.c_uint64(0)
    place, length = pointer(data), ctypes.c_uint64(len(data))
    while True:
        count = compiled.runs(
            place, length, _MEMBERS, ctypes.c_uint64(SHORTEST), _FOUND, ctypes.c_uint64(_AT_ONCE), ctypes.byref(at)
        )
        edges = _FOUND[: 2 * count]
        found += zip(edges[::2], edges[1::2], strict=True)
        if count < _AT_ONCE:
            return found


def soft_break(data: bytes | bytearray, start: int = 0) -> int:
    """Where the first line ends of which quoted-printable says that it goes on; -1 where none does."""
    compiled = core()
    if compiled is None:
        found = _SOFT.search(data, start)
        return found.start() if found else -1
    return int(compiled.soft_break(pointer(data), ctypes.c_uint64(len(data)), ctypes.c_uint64(start)))


def is_simple(data: bytes | bytearray) -> bool:
    """Whether nothing that is written otherwise than it is meant can be in this text."""
    return not letter_runs(data) and soft_break(data) < 0 and ENCODED_WORD.first(data) < 0


class LiteralSet:
    """Several texts, of which the first is looked for. None is empty, or longer than 255 bytes."""

    def __init__(self, *texts: bytes) -> None:
        self._texts = texts
        self._packed = b"".join(bytes([len(text)]) + text for text in texts)
        self._count = ctypes.c_uint64(len(texts))

    def first(self, data: bytes | bytearray, start: int = 0) -> int:
        """Where, from `start` on, the first of them stands; -1 where none does."""
        compiled = core()
        if compiled is None:
            return min((place for text in self._texts if (place := data.find(text, start)) >= 0), default=-1)
        length, begin = ctypes.c_uint64(len(data)), ctypes.c_uint64(start)
        return int(compiled.first_of(pointer(data), length, begin, self._packed, self._count))


# What an encoded word begins with (RFC 2047, 2).
ENCODED_WORD = LiteralSet(b"=?")
