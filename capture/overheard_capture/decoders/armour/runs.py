"""Runs of all codings in text, found in one pass. Words of hexadecimal digits are mostly digests, and only searched."""

from __future__ import annotations

import ctypes
from functools import lru_cache
from typing import TYPE_CHECKING

from overheard.words.ground import MOST_COUNTED
from overheard.words.named_tuple import NamedTuple
from overheard_capture.content.byte_scan import base64_runs
from overheard_capture.content.lazy_pattern import lazy_pattern
from overheard_capture.decoders.armour.base58 import BASE58
from overheard_capture.decoders.armour.base85 import ALPHABETS, BASE85
from overheard_capture.decoders.armour.coding import HEXADECIMAL, SHORTEST
from overheard_capture.decoders.armour.codings import CODINGS
from overheard_capture.decoders.base64.run import is_readable
from overheard_capture.decoders.behind_prefix import start_behind_length
from overheard_capture.decoders.magic import CARVABLE, is_known
from overheard_capture.decoders.unsigned import is_unsigned
from overheard_capture.decoders.unsigned_heads import BEGINNINGS_BITS
from overheard_capture.native import core, pointer
from overheard_capture.native.structures import (
    BEHIND_LENGTH,
    KNOWN,
    KNOWN_AFTER_LENGTH,
    TEXT_WITHIN,
    UNSIGNED,
    CodedRuns,
)

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from overheard_capture.decoders.armour.coding import Coding
    from overheard_capture.search import Search

# In bytes: that of SHA-512.
LONGEST_DIGEST = 64
# Each coding's members as a bit.
_TABLE = (ctypes.c_uint16 * 256)(
    *(sum((byte in coding.members.members) << number for number, coding in enumerate(CODINGS)) for byte in range(256))
)

# In long base64 nothing else is looked for. Of so many characters at least one is each of its signs, of which random
# bytes have four times as many.
_LONG_BASE64, _ONE_SIGN_IN = lazy_pattern(rb"[0-9A-Za-z+/\r\n]{1024,}+"), 256
# Of so many short texts the codings are remembered: who asks whether there are any will ask which.
_ASKED, _SHORT = 4, 4 << 10
_NOTHING = (0,) * len(CODINGS)
_FOUND = CodedRuns.with_room(1 << 12, [base.native for base in ALPHABETS])


class RunsFound(NamedTuple):
    """For each coding, the (start, end) of its runs, and where its members at the end of the data begin.

    `ends` are where runs end that began before the data. `digests` are what runs that need not be read decode to, if
    that counts as a value in which a secret may be; each is there once.
    """

    runs: list[list[tuple[int, int]]]
    ends: list[int]
    last: list[int]
    digests: Collection[bytes]


def find_runs(
    data: bytes | bytearray, begun: Sequence[int], search: Search, *, with_digests: bool = False
) -> RunsFound:
    """Find the runs that must be read. `begun` says of each coding whether a run may have begun before the data.

    A run at the end of the data is left out. The compiled part decodes digests, which are searched here, and whose runs
    are left out if nothing is in them.
    """
    digests: dict[bytes, None] = {}
    compiled = core()
    runs: list[list[tuple[int, int]]] = [[] for _ in CODINGS]
    if compiled is None:
        ends = [coding.members.leading(data) if goes_on else 0 for coding, goes_on in zip(CODINGS, begun, strict=True)]
        for each, coding, start in zip(runs, CODINGS, ends, strict=True):
            each.extend(span for span in _plain_runs(coding, data) if span[0] >= start and span[1] < len(data))
        return RunsFound(runs, ends, [coding.members.trailing(data) for coding in CODINGS], digests)
    for _ in _batches(compiled, data, begun):
        to_read: set[int] = set()
        for number, begin, end in _FOUND.runs_found():
            if number < len(CODINGS):
                runs[number].append((begin, end))
            elif _is_content(_FOUND.decoded_word(begin), end):
                to_read.add(begin)
        if _FOUND.word_count:
            together = _FOUND.decoded()
            to_read |= {_FOUND.word_at(match.offset) for match in search.matches(together)}
            at = -1
            while (at := CARVABLE.literals.first(together, at + 1)) >= 0:
                to_read.add(_FOUND.word_at(at))
            runs[0] += map(_FOUND.word, to_read)
            if with_digests:
                digests |= dict.fromkeys(_FOUND.values(search.shortest, but=to_read))
                with_digests = len(digests) < MOST_COUNTED
    runs[0].sort()
    return RunsFound(runs, [*_FOUND.ends], [*_FOUND.last], digests)


def _plain_runs(coding: Coding, data: bytes | bytearray) -> Iterator[tuple[int, int]]:
    """What the compiled part finds, without it: the runs of members, but base58 and base85 within long base64."""
    within = list(_long_base64(data)) if coding.layer in (BASE58, BASE85) else []
    for begin, end in coding.members.runs(data):
        if not any(first <= begin and end <= last for first, last in within):
            yield begin, end


def _long_base64(data: bytes | bytearray) -> Iterator[tuple[int, int]]:
    for found in _LONG_BASE64.finditer(data):
        fewest = len(found[0]) // _ONE_SIGN_IN
        if all(found[0].count(sign) >= fewest for sign in (b"+", b"/")):
            yield found.span()


def may_be_coded(number: int, around: bytes, start: int) -> bool:
    """Whether the run from `start` to the last byte but one of `around` must be read, as far as a quick test tells."""
    compiled = core()
    if compiled is None or CODINGS[number].layer is HEXADECIMAL:
        return True
    where = ctypes.c_uint64(start), ctypes.c_uint64(len(around) - 1)
    return bool(compiled.is_coded(ctypes.byref(_FOUND), ctypes.c_uint64(number), around, *where, BEGINNINGS_BITS))


def _batches(compiled: ctypes.CDLL, data: bytes | bytearray, begun: Sequence[int] = _NOTHING) -> Iterator[None]:
    """Have the compiled part find runs, which are in `_FOUND` until the next batch."""
    place, length, done = pointer(data), ctypes.c_uint64(len(data)), False
    _FOUND.start(begun)
    while not done:
        done = compiled.coded_runs(ctypes.byref(_FOUND), place, length, _TABLE, BEGINNINGS_BITS)
        yield


@lru_cache(maxsize=4096)
def _is_content(out: bytes, why: int) -> bool:
    """Whether decoded bytes are content, for one of these reasons. The same identifiers are there again and again."""
    return bool(
        why & TEXT_WITHIN
        or (why & KNOWN and is_readable(out))
        or (why & KNOWN_AFTER_LENGTH and is_known(out[4:]))
        or (why & UNSIGNED and is_unsigned(out))
        or (why & BEHIND_LENGTH and start_behind_length(out) >= 0)
    )


def coding_runs(data: bytes | bytearray) -> Iterator[tuple[int, int]]:
    """The (start, end) of each run in a complete text that may be in a coding or in base64."""
    yield from base64_runs(data)
    for _, begin, end in _complete_runs(data):
        yield begin, end


def codings_in(data: bytes | bytearray) -> tuple[Coding, ...]:
    """The codings of which this text, which is complete, may contain a run."""
    if len(data) < SHORTEST:
        return ()
    return _codings_in_short(data) if isinstance(data, bytes) and len(data) <= _SHORT else _codings_in(data)


@lru_cache(maxsize=_ASKED)
def _codings_in_short(data: bytes) -> tuple[Coding, ...]:
    return _codings_in(data)


def _codings_in(data: bytes | bytearray) -> tuple[Coding, ...]:
    within = {number for number, begin, end in _complete_runs(data) if not CODINGS[number].is_other(data[begin:end])}
    return tuple(CODINGS[number] for number in sorted(within))


def may_have_run(data: bytes | bytearray) -> bool:
    """Whether a quick test finds a run of any of them in this text, which is complete."""
    return len(data) >= SHORTEST and bool(_complete_runs(data))


def _complete_runs(data: bytes | bytearray) -> list[tuple[int, int, int]]:
    """The number of the coding, the start and the end of each run in a complete text."""
    compiled = core()
    if compiled is None:
        return [(number, *run) for number, coding in enumerate(CODINGS) for run in _plain_runs(coding, data)]
    runs = []
    for _ in _batches(compiled, data):
        runs += [run for run in _FOUND.runs_found() if run[0] < len(CODINGS)]
        runs += [(0, *_FOUND.word(number)) for number in range(_FOUND.word_count)]
    ends = enumerate(_FOUND.last)
    return runs + [(number, last, len(data)) for number, last in ends if last <= len(data) - SHORTEST]
