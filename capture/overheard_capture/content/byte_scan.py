"""Fast scans over bytes of unknown content: is it plain text, and where may encoded text be in it?"""

from __future__ import annotations

import ctypes
import re
import struct
from itertools import accumulate
from math import prod
from typing import TYPE_CHECKING

from overheard_capture.content.lazy_pattern import lazy_pattern
from overheard_capture.native import core, pointer

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

# The characters of base64 and base64url (RFC 4648), and the length from which a run of them may be either.
BASE64_ALPHABET = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/_-"
SHORTEST_RUN = 24
# With what fills its end, which is a sign of base64, it may be two characters shorter.
_SHORTEST_FILLED = SHORTEST_RUN - 2
_RUN = lazy_pattern(rb"[A-Za-z0-9+/_-]{%d,}+" % _SHORTEST_FILLED)
_PLAIN = bytes(range(32, 127)) + b"\t\n\r"
_NO_CONTROL = _PLAIN + bytes(range(128, 256))

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
_FEW = 512
# How much of a piece to look at first: runs are short.
_WINDOW = 256
_ROOM = ctypes.c_uint64(_BATCH)
_RUNS = (ctypes.c_uint64 * (2 * _BATCH))()


def is_plain(data: bytes | bytearray) -> bool:
    """Whether all bytes are printable ASCII, tab, CR or LF."""
    compiled = core()
    # A call takes as long as Python takes for some bytes.
    if compiled is None or len(data) < _FEW:
        return data.isascii() and not data.translate(None, _PLAIN)
    return bool(compiled.is_plain(pointer(data), ctypes.c_uint64(len(data))))


# Escapes of quoted-printable that little else has: several bytes in a row that are no ASCII text, NUL, the equals sign
# itself, blanks around a word or behind a colon, the signature of PNG. And the length of these.
_ESCAPED_BYTES = lazy_pattern(
    rb"=(?:00|3D|89PNG|20[0-9A-Za-z.,/]{1,20}=20|(?<=:=)20|[0189A-F][0-9A-F](?:=[0189A-F][0-9A-F]){2})"
)
LONGEST_ESCAPED_BYTES = 26
# Before a soft line break, so many bytes of the line are printable, or so many no control codes: if not, it is chance.
_SOFT, _PRINTABLE_BEFORE, _TEXT_BEFORE = lazy_pattern(rb"=\r?\n"), 4, 32


def base64_runs(data: bytes | bytearray) -> list[tuple[int, int]]:
    """The (start, end) of each run of base64 characters that is long enough (`is_long_run`).

    Runs that cannot be base64 may be left out, except for one at the end of the data.
    """
    if len(data) < SHORTEST_RUN:
        return []
    compiled = core()
    if compiled is None:
        return [run for run in map(re.Match.span, _RUN.finditer(data)) if is_long_run(data, *run)]
    found: list[tuple[int, int]] = []
    at = ctypes.c_uint64(0)
    place, length, minimum = pointer(data), ctypes.c_uint64(len(data)), ctypes.c_uint64(_SHORTEST_FILLED)
    while True:
        count = compiled.runs(place, length, _MEMBERS, minimum, _RUNS, _ROOM, ctypes.byref(at))
        if not count:
            return found
        bounds = _RUNS[: 2 * count]
        found += [run for run in zip(bounds[::2], bounds[1::2], strict=True) if is_long_run(data, *run)]
        if count < _BATCH:
            return found


def is_long_run(data: bytes | bytearray, begins: int, ends: int) -> bool:
    """Whether characters are `SHORTEST_RUN` with what fills their end, or more."""
    length = ends - begins
    return length >= SHORTEST_RUN or (length >= _SHORTEST_FILLED and data[ends : ends + 1] == b"=")


class Members:
    """A set of bytes, long runs of which are looked for."""

    def __init__(self, members: bytes, least: int) -> None:
        self.members = members
        self._run = lazy_pattern(rb"[%b]{%d,}+" % (re.escape(members), least))

    def runs(self, data: bytes | bytearray) -> Iterator[tuple[int, int]]:
        """The (start, end) of each run that is long enough."""
        return (run.span() for run in self._run.finditer(data))

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


def quoted_printable(data: bytes | bytearray, start: int = 0) -> int:
    """The offset from `start` on of what only a line of quoted-printable has; -1 if there is nothing.

    That is a soft line break, or escapes of bytes that are no ASCII text.
    """
    if data.find(b"=", start) < 0:
        return -1
    compiled = core()
    if compiled is None:
        soft = next((found for found in _SOFT.finditer(data, start) if _ends_as_text(data, found.start())), None)
        binary = _ESCAPED_BYTES.search(data, start, soft.start() if soft else len(data))
        found = binary or soft
        return found.start() if found else -1
    return int(compiled.quoted_printable(pointer(data), ctypes.c_uint64(len(data)), ctypes.c_uint64(start)))


def _ends_as_text(data: bytes | bytearray, at: int) -> bool:
    """Whether a soft line break may be at `at`, by the bytes of the line before it."""
    line = bytes(data[max(at - _TEXT_BEFORE, 0) : at]).rpartition(b"\n")[2]
    return not line[-_PRINTABLE_BEFORE:].translate(None, _PLAIN) or not line.translate(None, _NO_CONTROL)


# How far each literal is looked for at a time.
_PIECE = 4096
# How frequent bytes are in text, about: in English, in markup and in data formats.
_FREQUENCIES = [
    *((b" \n", 100), (b"etaoinsrhld", 50), (b"cumfpgwybv", 15), (b"0123456789", 15), (b"\"'<>/=.,:;&", 12)),
    *((b"ABCDEFGHIJKLMNOPQRSTUVWXYZ", 5), (b"\t\r", 5), (bytes(range(32, 127)), 3), (bytes(range(256)), 1)),
]
_FREQUENCY = [next(often for some, often in _FREQUENCIES if byte in some) for byte in range(256)]
_SHARES = [often / total for total in [sum(_FREQUENCY)] for often in _FREQUENCY]
_NATIVE_FREQUENCY = (ctypes.c_uint16 * 256)(*_FREQUENCY)
# How many places the compiled part returns at a time.
_MOST_PLACES = 256
# By so many bytes a text is known. How many banks of groups there are, and the size of one.
_KNOWN_BY, _BANKS, _BANK = 3, 2, 6 * 16


def _frequency(text: bytes) -> float:
    """How frequent such bytes are in a row."""
    return prod(_SHARES[byte] for byte in text)


def _rarest(text: bytes) -> int:
    """The offset of the bytes in it that are the rarest ones in text, about."""
    return min(range(max(len(text) - _KNOWN_BY, 0) + 1), key=lambda at: _frequency(text[at : at + _KNOWN_BY]))


def _halves(compiled: ctypes.CDLL, beginnings: Iterable[bytes]) -> tuple[int, bytes]:
    """For the compiled part: how many banks are used of groups of what texts are known by, and the halves of these."""
    ordered = sorted(set(beginnings), key=lambda each: (-_frequency(each), each))
    packed = b"".join(bytes([len(each)]) + each.ljust(_KNOWN_BY, b"\0") for each in ordered)
    halves = ctypes.create_string_buffer(_BANKS * _BANK)
    compiled.group_beginnings(packed, ctypes.c_uint64(len(ordered)), _NATIVE_FREQUENCY, halves)
    return 1 + any(halves.raw[_BANK:]), halves.raw


class LiteralSet:
    """A set of literals of 1 to 255 bytes, to search for at once."""

    def __init__(self, *texts: bytes) -> None:
        self.texts = texts
        self.longest, self._shortest = max(map(len, texts)), min(map(len, texts))
        self._packed = b""

    def packed(self, compiled: ctypes.CDLL) -> bytes:
        """The literals for the compiled part: `Literals` in `literals.c`."""
        if self._packed:
            return self._packed
        known_by = [(text[at : at + _KNOWN_BY], at, text) for text in self.texts for at in [_rarest(text)]]
        by_first: list[list[bytes]] = [[] for _ in range(256)]
        bits = bytearray(1 << 13)
        for beginning, at, text in known_by:
            by_first[beginning[0]].append(bytes([len(text), at]) + text)
            for second in beginning[1:2] or range(256):
                number = beginning[0] | second << 8
                bits[number >> 3] |= 1 << (number & 7)
        texts = [b"".join(each) for each in by_first]
        begins = accumulate(map(len, texts), initial=0)
        furthest = max(at for _, at, _ in known_by)
        banks, halves = _halves(compiled, (beginning for beginning, _, _ in known_by))
        self._packed = struct.pack("=8192s257HBB", bits, *begins, furthest, banks) + halves + b"".join(texts)
        return self._packed

    def first(self, data: bytes | bytearray, start: int = 0, end: int | None = None) -> int:
        """The offset of the first literal from `start` on, and before `end`; -1 if there is none."""
        end = len(data) if end is None else end
        if end - start < self._shortest:
            return -1
        compiled = core()
        if compiled is None:
            return self._first(data, start, end)
        packed = self._packed or self.packed(compiled)
        return int(compiled.first_of(pointer(data), ctypes.c_uint64(end), ctypes.c_uint64(start), packed))

    def each(self, data: bytes | bytearray, start: int = 0) -> Iterator[int]:
        """The offset of each literal from `start` on. Where several begin, it is there once."""
        compiled, most = core(), 1
        while (place := self.first(data, start)) >= 0:
            yield place
            start = place + 1
            if compiled:
                # Most often the first ones are enough.
                most = min(4 * most, _MOST_PLACES)
                places = (ctypes.c_uint64 * most)()
                arguments = pointer(data), ctypes.c_uint64(len(data)), ctypes.c_uint64(start), self.packed(compiled)
                found = places[: compiled.places_of(*arguments, places, ctypes.c_uint64(most))]
                yield from found
                if len(found) < most:
                    return
                start = found[-1] + 1

    def _first(self, data: bytes | bytearray, start: int, end: int) -> int:
        """The same, one window at a time: if one literal is frequent, the others are not looked for to the end."""
        for begin in range(start, end, _PIECE):
            places = [data.find(text, begin, min(begin + _PIECE + len(text) - 1, end)) for text in self.texts]
            if (place := min((place for place in places if place >= 0), default=-1)) >= 0:
                return place
        return -1


# The beginning of an encoded word (RFC 2047, 2).
ENCODED_WORD = LiteralSet(b"=?")
