"""Memory shared with the compiled part: the structures of the files of C, field by field."""

from __future__ import annotations

import bisect
import ctypes
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Container, Sequence

MORE, RECORD, FULL, REST, FRAME, ENDED = range(6)
MAX_INTERFACES = 64
KEY_LENGTH = 36


class Extent(ctypes.Structure):
    """`length` bytes at `start` of a block, which are at `offset` of a frame."""

    __slots__ = ()  # a misspelt field raises an error, instead of setting an attribute that C never sees
    _fields_ = [(name, ctypes.c_uint32) for name in ("start", "frame", "offset", "length")]


class NativeDirection(ctypes.Structure):
    """One direction of a connection."""

    __slots__ = ()  # a misspelt field raises an error, instead of setting an attribute that C never sees
    _fields_ = [
        ("key", ctypes.c_uint8 * KEY_LENGTH),
        ("link", ctypes.c_uint8 * 12),
        ("armed", ctypes.c_uint32),
        ("next", ctypes.c_uint32),
        ("reached", ctypes.c_uint32),
        ("acknowledged", ctypes.c_uint32),
        ("fill", ctypes.c_uint32),
        ("capacity", ctypes.c_uint32),
        ("extents_fill", ctypes.c_uint32),
        ("extents_capacity", ctypes.c_uint32),
        ("segments", ctypes.c_uint32),
        ("closed", ctypes.c_uint32),
        ("ticks", ctypes.c_uint64),
        ("interface", ctypes.c_uint32),
        ("block", ctypes.c_void_p),
        ("extents", ctypes.c_void_p),
    ]


class NativeInterface(ctypes.Structure):
    """An interface: its link type, and whether the compiled part may read its frames."""

    __slots__ = ()  # a misspelt field raises an error, instead of setting an attribute that C never sees
    _fields_ = [("link_type", ctypes.c_uint32), ("usable", ctypes.c_uint32)]


class NativeWalker(ctypes.Structure):
    """The state of the compiled part."""

    __slots__ = ()  # a misspelt field raises an error, instead of setting an attribute that C never sees
    _fields_ = [
        ("pcapng", ctypes.c_uint32),
        ("swapped", ctypes.c_uint32),
        ("interface_count", ctypes.c_uint32),
        ("frame", ctypes.c_uint32),
        ("interfaces", NativeInterface * MAX_INTERFACES),
        ("directions", ctypes.c_void_p),
        ("slots", ctypes.c_void_p),
        *((name, ctypes.c_uint32) for name in ("direction_count", "slot_mask", "removed")),
        ("seed", ctypes.c_uint32),
        ("rest", ctypes.c_void_p),
        ("rest_fill", ctypes.c_uint32),
        ("rest_capacity", ctypes.c_uint32),
        ("rest_extents", ctypes.c_void_p),
        ("rest_extents_fill", ctypes.c_uint32),
        ("rest_extents_capacity", ctypes.c_uint32),
        ("bytes", ctypes.c_uint64),
        ("payload", ctypes.c_uint64),
        ("ticks", ctypes.c_uint64),
        ("interface", ctypes.c_uint32),
        ("at", ctypes.c_uint32),
        *((f"frame_{name}", ctypes.c_uint64) for name in ("at", "length", "ticks", "after")),
        ("frame_interface", ctypes.c_uint32),
    ]


EVEN_WORDS, EVEN_COLUMNS = 128, 64


class NativeEvenness(ctypes.Structure):
    """What the compiled part keeps of a direction that should be ciphertext; see `evenness.c`."""

    __slots__ = ()  # a misspelt field raises an error, instead of setting an attribute that C never sees
    _fields_ = [
        ("words", ctypes.c_uint64 * EVEN_WORDS),
        ("column_bits", ctypes.c_int64),
        *((name, ctypes.c_uint32 * 256) for name in ("total", "counts", "few")),
        *((name, ctypes.c_uint32) for name in ("size", "few_size", "repeated", "width")),
        ("columns", ctypes.c_uint8 * EVEN_COLUMNS),
    ]


STRING_SLOTS = 256


class Strings(ctypes.Structure):
    """The last string of JSON under each name, and under each name with the string before it; see `json_strings.c`."""

    __slots__ = ()  # a misspelt field raises an error, instead of setting an attribute that C never sees
    _fields_ = [
        *((name, ctypes.c_uint64) for name in ("base", "at")),
        *((name, ctypes.c_uint32) for name in ("name", "within", "escaped", "value")),
        ("names", ctypes.c_uint32 * (2 * STRING_SLOTS)),
        *((name, ctypes.c_uint64 * (2 * STRING_SLOTS)) for name in ("begins", "ends", "tails")),
    ]


# The number of codings that `CodedRuns` are of, and of those that are base85.
CODINGS, BASE85 = 9, 3
# Why a decoded word may be content.
KNOWN, KNOWN_AFTER_LENGTH, UNSIGNED, TEXT_WITHIN, BEHIND_LENGTH = 1, 2, 4, 8, 16
# As what bytes may be compressed without a signature, in `unsigned.c`.
AS_LZMA, AS_BROTLI, AS_DEFLATE, AS_LZ4, AS_SNAPPY, AS_LZ_STRING = 32, 64, 128, 256, 512, 1024
AS_ANY = AS_LZMA | AS_BROTLI | AS_DEFLATE | AS_LZ4 | AS_SNAPPY | AS_LZ_STRING


class NativeBase85(ctypes.Structure):
    """An alphabet of base85: the class and the digit of each byte."""

    __slots__ = ()  # a misspelt field raises an error, instead of setting an attribute that C never sees
    _fields_ = [(name, ctypes.c_char_p) for name in ("classes", "digits")]


class CodedRuns(ctypes.Structure):
    """Runs of codings of bytes as text; see `coded_runs.c`. It contains what the last call found."""

    __slots__ = ("_begun", "_out", "_runs", "_words")  # what `start` was told, and what the pointers point to
    _begun: tuple[int, ...]
    _fields_ = [
        ("begin", ctypes.c_uint64),
        *((name, ctypes.c_uint64 * CODINGS) for name in ("begun", "ends", "first", "last")),
        *((name, ctypes.c_uint64) for name in ("run_count", "word_count", "filled", "largest")),
        *((name, ctypes.c_void_p) for name in ("runs", "words", "out")),
        *((name, ctypes.c_uint64) for name in ("most", "room")),
        ("bases", NativeBase85 * BASE85),
        *((name, ctypes.c_uint64) for name in ("base64_from", "base64_to", "is_base64")),
    ]

    @classmethod
    def with_room(cls, most: int, bases: Sequence[NativeBase85]) -> CodedRuns:
        """With room for so many runs, and for what so many digests decode to; and with the alphabets of base85."""
        state = cls(most=most, room=32 * most, bases=(NativeBase85 * BASE85)(*bases))
        state._runs = (ctypes.c_uint64 * (3 * most))()
        state._words = (ctypes.c_uint64 * (5 * most))()
        state._begun = (0,) * CODINGS
        state._out = ctypes.create_string_buffer(state.room)
        state.runs, state.words, state.out = map(ctypes.addressof, (state._runs, state._words, state._out))
        return state

    def start(self, begun: Sequence[int]) -> None:
        """Begin with other data. `begun` says of each coding whether a run may go on there that began before."""
        self.begin = 0
        # To write all of them takes longer than to look for runs in a short text.
        if (now := tuple(begun)) != self._begun:
            self.begun[:] = self._begun = now

    def runs_found(self) -> list[tuple[int, int, int]]:
        """The number of the coding, the start and the end of each run that Python must read.

        If the number is `CODINGS`, the second one is that of a word that was decoded, and may be content; the third one
        has a bit for each reason.
        """
        if not self.run_count:
            return []
        found = self._runs[: 3 * self.run_count]
        return [*zip(found[::3], found[1::3], found[2::3], strict=True)]

    def word(self, number: int) -> tuple[int, int]:
        """The (start, end) of a run that was decoded."""
        return self._words[5 * number], self._words[5 * number + 1]

    def decoded_word(self, number: int) -> bytes:
        """What it was decoded to."""
        place, length = self._words[5 * number + 2 : 5 * number + 4]
        return bytes(self._out[place : place + length])

    def values(self, least: int, but: Container[int]) -> list[bytes]:
        """What the words that count as values decode to, if that is at least so many bytes; not those of `but`."""
        if self.largest < least:
            return []
        together, words = self.decoded(), self._words[: 5 * self.word_count]
        each = enumerate(zip(words[2::5], words[3::5], words[4::5], strict=True))
        return [
            together[at : at + size]
            for number, (at, size, counts) in each
            if counts and size >= least and number not in but
        ]

    def word_at(self, place: int) -> int:
        """The number of the run that was decoded to this place in all that was decoded."""
        return bisect.bisect_right(range(self.word_count), place, key=lambda word: self._words[5 * word + 2]) - 1

    def decoded(self) -> bytes:
        """What they were decoded to, with bytes behind each that occur in nothing."""
        return ctypes.string_at(self.out, self.filled)
