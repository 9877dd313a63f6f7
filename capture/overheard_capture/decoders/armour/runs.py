"""Runs of all codings in text, found in one pass. Words of hexadecimal digits are mostly digests, and only searched."""

from __future__ import annotations

import ctypes
from typing import TYPE_CHECKING, NamedTuple

from overheard_capture.content.byte_scan import base64_runs
from overheard_capture.decoders.armour.base85 import ALPHABETS, DELIMITERS
from overheard_capture.decoders.armour.coding import SHORTEST
from overheard_capture.decoders.armour.codings import CODINGS, NUMBERS
from overheard_capture.decoders.armour.decimal import IN_A_ROW
from overheard_capture.decoders.base64.run import has_readable_part, is_readable
from overheard_capture.decoders.magic import BEGINNINGS, PAIRS, pair_bits
from overheard_capture.decoders.unsigned import is_unsigned
from overheard_capture.native import core, pointer
from overheard_capture.native.structures import CodedRuns, NativeBase85

if TYPE_CHECKING:
    from collections.abc import Iterator

    from overheard_capture.decoders.armour import base85
    from overheard_capture.decoders.armour.coding import Coding
    from overheard_capture.search import Search

# In bytes: that of SHA-512.
LONGEST_DIGEST = 64
_BEGINNINGS = pair_bits(PAIRS)
# Each coding's members as a bit.
_TABLE = bytes(
    sum((byte in coding.members.members) << number for number, coding in enumerate(CODINGS)) for byte in range(256)
)
_FIRST_BYTES = sorted({beginning[:4] for beginning in BEGINNINGS})


def _base85(base: base85.Base85) -> NativeBase85:
    """An alphabet as the compiled part has it."""
    members = base.alphabet + base.zeros
    classes = bytes(
        (byte in members) | (byte in DELIMITERS) << 1 | letter.isalnum() << 2
        | letter.islower() << 3 | letter.isupper() << 4 | (byte in b"+/-_=") << 5
        for byte in range(256) for letter in [bytes([byte])]
    )  # fmt: skip
    digits = bytes(base.alphabet.find(byte) & 0xFF for byte in range(256))
    texts = b"".join(bytes([len(each)]) + each for each in _FIRST_BYTES)
    return NativeBase85(classes, digits, texts, len(_FIRST_BYTES))


_FOUND = CodedRuns.with_room(1 << 12, [_base85(base) for base in ALPHABETS])


class RunsFound(NamedTuple):
    """For each coding, the (start, end) of its runs, and where its members at the end of the data begin.

    `digests` are what runs that need not be read decode to.
    """

    runs: list[list[tuple[int, int]]]
    last: list[int]
    digests: list[bytes]


def find_runs(data: bytes | bytearray, first: list[int], search: Search, *, with_digests: bool = False) -> RunsFound:
    """Find the runs that must be read, for each coding from an offset on. A run at the end of the data is left out.

    The compiled part decodes digests, which are searched here, and whose runs are left out if nothing is in them.
    """
    digests: list[bytes] = []
    compiled = core()
    runs: list[list[tuple[int, int]]] = [[] for _ in CODINGS]
    if compiled is None:
        for each, coding, start in zip(runs, CODINGS, first, strict=True):
            each.extend(span for span in coding.members.runs(data) if span[0] >= start and span[1] < len(data))
        return RunsFound(runs, [coding.members.trailing(data) for coding in CODINGS], digests)
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
            together = _FOUND.decoded()
            to_read |= {_FOUND.word_at(match.offset) for match in search.matches(together)}
            if has_readable_part(together):
                numbers = range(_FOUND.word_count)
                to_read |= {number for number in numbers if has_readable_part(_FOUND.decoded_word(number))}
        runs[0] += map(_FOUND.word, to_read)
        if with_digests:
            digests += (_FOUND.decoded_word(number) for number in range(_FOUND.word_count) if number not in to_read)
    runs[0].sort()
    return RunsFound(runs, _FOUND.ends(), digests)


def number_runs(data: bytes | bytearray, first: int = 0) -> list[tuple[int, int]]:
    """The (start, end) of each list of numbers from an offset on. One at the end of the data is left out."""
    if not IN_A_ROW.search(data):
        return []
    return [span for span in NUMBERS.members.runs(data) if span[0] >= first and span[1] < len(data)]


def coding_runs(data: bytes | bytearray) -> Iterator[tuple[int, int]]:
    """The (start, end) of each run in a complete text that may be in a coding or in base64."""
    yield from base64_runs(data)
    for _, begin, end in _complete_runs(data):
        yield begin, end


def codings_in(data: bytes | bytearray) -> tuple[Coding, ...]:
    """The codings of which this text, which is complete, may contain a run."""
    if len(data) < SHORTEST:
        return ()
    numbers = (NUMBERS,) if number_runs(data) or len(data) - NUMBERS.members.trailing(data) >= SHORTEST else ()
    within = {number for number, begin, end in _complete_runs(data) if not CODINGS[number].is_other(data[begin:end])}
    return (*(CODINGS[number] for number in sorted(within)), *numbers)


def _complete_runs(data: bytes | bytearray) -> list[tuple[int, int, int]]:
    """The number of the coding, the start and the end of each run in a complete text."""
    compiled = core()
    if compiled is None:
        return [(number, *run) for number, coding in enumerate(CODINGS) for run in coding.members.runs(data)]
    _FOUND.start([0] * len(CODINGS))
    runs, done = [], False
    while not done:
        done = compiled.coded_runs(ctypes.byref(_FOUND), pointer(data), ctypes.c_uint64(len(data)), _TABLE, _BEGINNINGS)
        runs += [run for run in _FOUND.runs_found() if run[0] < len(CODINGS)]
        runs += [(0, *_FOUND.word(number)) for number in range(_FOUND.word_count)]
    ends = enumerate(_FOUND.ends())
    return runs + [(number, last, len(data)) for number, last in ends if last <= len(data) - SHORTEST]
