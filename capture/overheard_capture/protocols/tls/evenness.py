"""Whether records that should be ciphertext are as even as random bytes: no code for them may be shorter than they are.

Codes write bytes by how often each was there so far, each bit of a byte likewise, or bytes as those in the same place
of the record before. By the inequality of Kraft, random bytes can be written in n bits less only once in 2^n times.
One code must save 64 bits, or eight bytes in a row must return twice within the last kilobyte or so. Of a direction
with a terabyte of ciphertext, one in 10^9 is taken for anything else.
"""

from __future__ import annotations

import ctypes
import sys
from collections import Counter
from functools import cache
from math import lgamma, log
from typing import TYPE_CHECKING

from overheard_capture.native import core, pointer
from overheard_capture.native.structures import EVEN_COLUMNS, EVEN_WORDS, NativeEvenness

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from overheard_capture.provenance.origin import Bytes

# Records are looked at in windows: short ones are put together up to so many bytes, others are one each.
_WINDOW, _ALONE = 1024, 512
_CERTAIN = 64
# In 1/80 bit: what a byte that repeats the one in its place saves, if one of 16 does, and what another costs.
_REPEATED, _NOT_REPEATED, _CERTAIN_COLUMNS = 320, 7, 80 * _CERTAIN
# By how much chi-squared must exceed its 255 degrees of freedom before counts are looked at. And the square of 10
# standard deviations of a sum of bits (Hoeffding's inequality).
_EXCESS, _BITS = 160, 96
_UNEVEN, _MAYBE = 1, 2
_WORD, _HEADER = 8, 5


class Evenness:
    """The records of one direction."""

    def __init__(self) -> None:
        self._state: NativeEvenness | None = None

    def add(self, body: bytes, nonce: int = 0) -> bool:
        """Add a record, of which the first bytes may be a nonce. Returns whether records are uneven."""
        state = self._state = self._state or NativeEvenness()
        compiled = core()
        data = body[nonce:]
        if compiled is None:
            return self._is_uneven(state, _add(state, data))
        return self._is_uneven(state, compiled.add_even(ctypes.byref(state), data, ctypes.c_uint64(len(data))))

    def add_records(self, data: Bytes, start: int, end: int, nonce: int = 0) -> bool:
        """Add complete TLS records between two offsets. Returns whether records are uneven."""
        compiled = core()
        if compiled is None:
            # All are added, even if the first ones are uneven.
            return True in [self.add(body, nonce) for body in _bodies(data, start, end)]
        state = self._state = self._state or NativeEvenness()
        numbers, found = (ctypes.c_uint64(end), ctypes.c_uint64(nonce)), ctypes.c_int32(0)
        while start < end:
            start = compiled.add_even_records(
                ctypes.byref(state), pointer(data), ctypes.c_uint64(start), *numbers, ctypes.byref(found)
            )
            if self._is_uneven(state, found.value):
                return True
        return False

    @staticmethod
    def _is_uneven(state: NativeEvenness, found: int) -> bool:
        """Whether it is certain, by the counts of a window if it is not yet. If not, the next window begins."""
        if found != _MAYBE:
            return found == _UNEVEN
        if saved(state.counts) >= _CERTAIN:
            return True
        _next_window(state)
        return False

    def close(self) -> bool:
        """The direction has ended. Returns whether the last window, or all of them together, are uneven."""
        state, self._state = self._state, None
        if state is None:
            return False
        compiled = core()
        found = compiled.end_even(ctypes.byref(state)) if compiled else _end(state)
        if found != _MAYBE:
            return found == _UNEVEN
        return self._is_uneven(state, found) or (_has_excess(state.total) and saved(state.total) >= _CERTAIN)


def saved(counts: Sequence[int]) -> float:
    """How many bits a code of bytes by their frequencies saves (the estimator of Krichevsky and Trofimov)."""
    size = sum(counts)
    logarithm = sum(map(_log_gamma, counts)) - lgamma(size + 128)
    return 8 * size + (logarithm + _constant()) / log(2)


def _log_gamma(count: int) -> float:
    return lgamma(count + 1 / 2)


@cache
def _constant() -> float:
    return lgamma(128) - 256 * lgamma(1 / 2)


def _has_excess(counts: Sequence[int]) -> bool:
    size = sum(counts)
    return 256 * sum(count * count for count in counts) - size * size > size * (255 + _EXCESS)


# ---- what the compiled part does as well


def _bodies(data: Bytes, start: int, end: int) -> Iterable[bytes]:
    while start < end:
        body = start + _HEADER
        start = body + int.from_bytes(data[body - 2 : body])
        yield bytes(data[body:start])


def _add(state: NativeEvenness, data: bytes) -> int:
    is_uneven = _add_columns(state, data)
    for at in range(0, len(data) - _WORD + 1, _WORD):
        word, place = int.from_bytes(data[at : at + _WORD], sys.byteorder), data[at] % EVEN_WORDS
        state.repeated += state.words[place] == word
        state.words[place] = word
    counts = state.few if len(data) < _ALONE else state.counts
    for byte, count in Counter(data).items():
        counts[byte] += count
    if is_uneven or state.repeated > 1:
        return _UNEVEN
    if len(data) < _ALONE:
        state.few_size += len(data)
        if state.few_size < _WINDOW:
            return 0
        _take_few(state)
    else:
        state.size = len(data)
    if found := _window_is_uneven(state):
        return found
    _next_window(state)
    return 0


def _end(state: NativeEvenness) -> int:
    _take_few(state)
    if found := _window_is_uneven(state):
        return found
    _next_window(state)
    return _MAYBE if _has_excess(state.total) else 0


def _add_columns(state: NativeEvenness, data: bytes) -> bool:
    width = min(len(data), EVEN_COLUMNS)
    both = min(width, state.width)
    same = sum(map(int.__eq__, data[:both], state.columns[:both]))
    state.columns[:width], state.width = data[:width], width
    state.column_bits = max(state.column_bits + same * _REPEATED - (both - same) * _NOT_REPEATED, 0)
    return bool(state.column_bits >= _CERTAIN_COLUMNS)


def _window_is_uneven(state: NativeEvenness) -> int:
    size, counts = state.size, list(state.counts)
    for bit in (1 << number for number in range(8)):
        ones = sum(count for byte, count in enumerate(counts) if byte & bit)
        if (2 * ones - size) ** 2 > _BITS * size:
            return _UNEVEN
    return _MAYBE if _has_excess(counts) else 0


def _take_few(state: NativeEvenness) -> None:
    state.counts[:], state.size = state.few, state.few_size
    ctypes.memset(state.few, 0, ctypes.sizeof(state.few))
    state.few_size = 0


def _next_window(state: NativeEvenness) -> None:
    state.total[:] = [sum(pair) for pair in zip(state.total, state.counts, strict=True)]
    ctypes.memset(state.counts, 0, ctypes.sizeof(state.counts))
