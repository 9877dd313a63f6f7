"""Fast scans over bytes of unknown content: is it plain text, and where may encoded text be in it?"""

from __future__ import annotations

import ctypes
import re
from typing import TYPE_CHECKING

from overheard_capture.native import core, pointer

if TYPE_CHECKING:
    from collections.abc import Callable

# The characters of base64 and base64url (RFC 4648), and the length from which a run of them may be either.
BASE64_ALPHABET = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/_-"
SHORTEST_RUN = 24
_RUN = re.compile(rb"[A-Za-z0-9+/_-]{%d,}+" % SHORTEST_RUN)
_SOFT = re.compile(rb"=\r?\n")
_PLAIN = bytes(range(32, 127)) + b"\t\n\r"

# The length from which characters may be base85, which is that of 20 bytes; and after what it may begin, although that
# may be part of the alphabet.
SHORTEST_BASE85, DELIMITERS = 25, b"=:\"'(<>{[,&;"

# Runs without upper-case letters, or of hexadecimal digits only, are not base64: fewer than one in 10^9 random runs is
# like that.
LOWERCASE, HEXADECIMAL = b"abcdefghijklmnopqrstuvwxyz0123456789/_-", b"0123456789ABCDEF_-"
# For the compiled part: the members of the alphabet and their classes as bits, and room for its results.
_MEMBERS = bytes(
    (byte in BASE64_ALPHABET) | (byte in LOWERCASE) << 1 | (byte in HEXADECIMAL) << 2 for byte in range(256)
)
_BATCH = 1024
# How much of a piece to look at first: runs are short.
_WINDOW = 256
_ROOM = ctypes.c_uint64(_BATCH)
_RUNS = (ctypes.c_uint64 * (2 * _BATCH))()


def is_plain(data: bytes | bytearray) -> bool:
    """Whether all bytes are printable ASCII, tab, CR or LF."""
    compiled = core()
    if compiled is None:
        return data.isascii() and not data.translate(None, _PLAIN)
    return bool(compiled.is_plain(pointer(data), ctypes.c_uint64(len(data))))


def base64_runs(data: bytes | bytearray) -> list[tuple[int, int]]:
    """The (start, end) of each run of at least `SHORTEST_RUN` base64 characters.

    Runs that cannot be base64 may be left out, except for one at the end of the data.
    """
    if len(data) < SHORTEST_RUN:
        return []
    compiled = core()
    if compiled is None:
        return [run.span() for run in _RUN.finditer(data)]
    return _runs(compiled, data, _MEMBERS, SHORTEST_RUN)


def _runs(compiled: ctypes.CDLL, data: bytes | bytearray, table: bytes, least: int) -> list[tuple[int, int]]:
    return _found_by(compiled.runs, data, table, ctypes.c_uint64(least))


def _found_by(find: Callable[..., int], data: bytes | bytearray, *arguments: object) -> list[tuple[int, int]]:
    """The runs that a function of the compiled part finds, many at a time."""
    found: list[tuple[int, int]] = []
    at = ctypes.c_uint64(0)
    place, length = pointer(data), ctypes.c_uint64(len(data))
    while True:
        count = find(place, length, *arguments, _RUNS, _ROOM, ctypes.byref(at))
        if not count:
            return found
        bounds = _RUNS[: 2 * count]
        found += zip(bounds[::2], bounds[1::2], strict=True)
        if count < _BATCH:
            return found


class Members:
    """A set of bytes, long runs of which are looked for."""

    def __init__(self, members: bytes, least: int, *classes: bytes) -> None:
        """Runs may be left out if all their bytes are in one of the `classes`, except for one at the end."""
        self.members = members
        self.least = least
        self.table = bytes(
            (byte in members) | sum((byte in kind) << number for number, kind in enumerate(classes, 1))
            for byte in range(256)
        )
        self._run = re.compile(rb"[%b]{%d,}+" % (re.escape(members), least))

    def runs(self, data: bytes | bytearray) -> list[tuple[int, int]]:
        """The (start, end) of each run that is long enough."""
        if len(data) < self.least:
            return []
        compiled = core()
        if compiled is None:
            return [run.span() for run in self._run.finditer(data)]
        return self._found(compiled, data)

    def _found(self, compiled: ctypes.CDLL, data: bytes | bytearray) -> list[tuple[int, int]]:
        return _runs(compiled, data, self.table, self.least)

    def leading(self, data: bytes | bytearray) -> int:
        """The end of the run at the beginning, of any length."""
        size = _WINDOW
        while (end := size - len(data[:size].ljust(size, b"\0").lstrip(self.members))) == size < len(data):
            size *= 16
        return min(end, len(data))

    def trailing(self, data: bytes | bytearray) -> int:
        """The start of the run at the end, of any length."""
        size = _WINDOW
        while not (rest := len(data[-size:].rstrip(self.members))) and size < len(data):
            size *= 16
        return max(len(data) - size, 0) + rest


class Base85Members(Members):
    """The members of base85 in `alphabet`. Runs that cannot be base85 may be left out, except for one at the end.

    `others` belong to it as well, and `breaks` to line breaks. It may decode to what has one of the `beginnings`.
    """

    def __init__(self, alphabet: bytes, others: bytes, breaks: bytes, beginnings: set[bytes]) -> None:
        super().__init__(alphabet + others + breaks, SHORTEST_BASE85)
        self._digits = bytes(alphabet.find(byte) & 0xFF for byte in range(256))
        self._classes = bytes(
            (byte in alphabet + others) | (byte in DELIMITERS) << 1 | letter.isalnum() << 2
            | letter.islower() << 3 | letter.isupper() << 4 | (byte in b"+/-_=") << 5
            for byte in range(256) for letter in [bytes([byte])]
        )  # fmt: skip
        self._beginnings = b"".join(bytes([len(each)]) + each for each in sorted(beginnings))
        self._count = ctypes.c_uint64(len(beginnings))

    def _found(self, compiled: ctypes.CDLL, data: bytes | bytearray) -> list[tuple[int, int]]:
        tables = self.table, self._classes, self._digits, self._beginnings
        return _found_by(compiled.base85_runs, data, *tables, self._count)


class MemberSets:
    """Several sets of bytes, to look for long runs of each at once."""

    def __init__(self, *members: Members) -> None:
        self._members = members
        self._tables = b"".join(each.table for each in members)
        self._count, self._least = ctypes.c_uint64(len(members)), ctypes.c_uint64(min(each.least for each in members))

    def with_runs(self, data: bytes | bytearray) -> int:
        """The sets of which there may be a run: bit 0 stands for the first one."""
        compiled = core()
        if compiled is None or not data:
            return (1 << len(self._members)) - 1
        length = ctypes.c_uint64(len(data))
        return int(compiled.sets_with_runs(pointer(data), length, self._tables, self._count, self._least))


def soft_break(data: bytes | bytearray, start: int = 0) -> int:
    """The offset of the first quoted-printable soft line break from `start` on; -1 if there is none."""
    compiled = core()
    if compiled is None:
        found = _SOFT.search(data, start)
        return found.start() if found else -1
    return int(compiled.soft_break(pointer(data), ctypes.c_uint64(len(data)), ctypes.c_uint64(start)))


def has_no_encoding(data: bytes | bytearray) -> bool:
    """Whether this text cannot contain base64, quoted-printable or encoded words."""
    return not base64_runs(data) and soft_break(data) < 0 and ENCODED_WORD.first(data) < 0


class LiteralSet:
    """A set of literals of 1 to 255 bytes, to search for at once."""

    def __init__(self, *texts: bytes) -> None:
        self.texts = texts
        self._packed = b"".join(bytes([len(text)]) + text for text in texts)
        self._count = ctypes.c_uint64(len(texts))

    def first(self, data: bytes | bytearray, start: int = 0) -> int:
        """The offset of the first literal from `start` on; -1 if there is none."""
        compiled = core()
        if compiled is None:
            return min((place for text in self.texts if (place := data.find(text, start)) >= 0), default=-1)
        length, begin = ctypes.c_uint64(len(data)), ctypes.c_uint64(start)
        return int(compiled.first_of(pointer(data), length, begin, self._packed, self._count))


# The beginning of an encoded word (RFC 2047, 2).
ENCODED_WORD = LiteralSet(b"=?")
