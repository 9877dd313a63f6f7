"""Runs of all codings in text, found in one pass. Words of hexadecimal digits are mostly digests, and only searched."""

from __future__ import annotations

import ctypes
from typing import TYPE_CHECKING, NamedTuple

from overheard_capture.decoders.armour.codings import CODINGS, NUMBERS, SHORTEST
from overheard_capture.decoders.armour.decimal import IN_A_ROW
from overheard_capture.decoders.base64.run import is_readable
from overheard_capture.decoders.magic import PAIRS, pair_bits
from overheard_capture.decoders.unsigned import is_unsigned
from overheard_capture.native import core, pointer
from overheard_capture.native.structures import CodedRuns

if TYPE_CHECKING:
    from overheard_capture.search import Search

# In bytes: that of SHA-512.
LONGEST_DIGEST = 64
_BEGINNINGS = pair_bits(PAIRS)
# Each coding's members as a bit.
_TABLE = bytes(
    sum((byte in coding.members.members) << number for number, coding in enumerate(CODINGS)) for byte in range(256)
)
_FOUND = CodedRuns.with_room(1 << 12)


class FoundRuns(NamedTuple):
    """For each coding, the (start, end) of its runs, and where its members at the end of the data begin.

    `digests` are what runs that need not be read decode to.
    """

    runs: list[list[tuple[int, int]]]
    last: list[int]
    digests: list[bytes]


def find_runs(data: bytes | bytearray, first: list[int], search: Search, *, with_digests: bool = False) -> FoundRuns:
    """Find the runs that must be read, for each coding from an offset on. A run at the end of the data is left out.

    The compiled part decodes digests, which are searched here, and whose runs are left out if nothing is in them.
    """
    digests: list[bytes] = []
    compiled = core()
    runs: list[list[tuple[int, int]]] = [[] for _ in CODINGS]
    if compiled is None:
        for each, coding, start in zip(runs, CODINGS, first, strict=True):
            each.extend(span for span in coding.members.runs(data) if span[0] >= start and span[1] < len(data))
        return FoundRuns(runs, [coding.members.trailing(data) for coding in CODINGS], digests)
    place, length, done = pointer(data), ctypes.c_uint64(len(data)), False
    _FOUND.start(first)
    while not done:
        done = compiled.coded_runs(ctypes.byref(_FOUND), place, length, _TABLE, _BEGINNINGS)
        to_read: set[int] = set()
        for number, begin, end in _FOUND.runs_found():
            if number < len(CODINGS):
                runs[number].append((begin, end))
            else:
                out = _FOUND.decoded_word(begin)
                if is_readable(out) or is_unsigned(out):
                    to_read.add(begin)
        if _FOUND.word_count:
            to_read |= {_FOUND.word_at(match.offset) for match in search.matches(_FOUND.decoded())}
        runs[0] += map(_FOUND.word, to_read)
        if with_digests:
            digests += (_FOUND.decoded_word(number) for number in range(_FOUND.word_count) if number not in to_read)
    runs[0].sort()
    return FoundRuns(runs, _FOUND.ends(), digests)


def number_runs(data: bytes | bytearray, first: int = 0) -> list[tuple[int, int]]:
    """The (start, end) of each list of numbers from an offset on. One at the end of the data is left out."""
    if not IN_A_ROW.search(data):
        return []
    return [span for span in NUMBERS.members.runs(data) if span[0] >= first and span[1] < len(data)]


def has_coding(data: bytes | bytearray) -> bool:
    """Whether this text may contain a run of a coding."""
    if len(data) < SHORTEST:
        return False
    if number_runs(data) or len(data) - NUMBERS.members.trailing(data) >= SHORTEST:
        return True
    compiled = core()
    if compiled is None:
        return any(any(coding.members.runs(data)) for coding in CODINGS)
    _FOUND.start([0] * len(CODINGS))
    compiled.coded_runs(ctypes.byref(_FOUND), pointer(data), ctypes.c_uint64(len(data)), _TABLE, _BEGINNINGS)
    return bool(_FOUND.run_count or _FOUND.word_count) or min(_FOUND.ends()) <= len(data) - SHORTEST
