"""Records that should be ciphertext, and begin with printable characters: a few each, but too often for random bytes.

Each record counts as many bits as its beginning is more likely in text than in random bytes. If it is less likely,
the sum decreases, but not below zero: random bytes reach a sum of n bits less than once in 2^n records.
"""

from __future__ import annotations

from functools import cache
from math import log2

_PRINTABLE = bytes(range(32, 127)) + b"\t\n\r"
# By how much a printable byte is more likely in text: it is any of these, and not any byte.
_RATIO = 256 / len(_PRINTABLE)
_CERTAIN = 40
# A longer run is text by itself. And how often a record of text begins with another byte.
_LONGEST, _OTHER = 31, 1 / 16
# All records may begin with so many printable bytes.
_COLUMNS = (1, 2, 4)
_BYTES = log2((1 - _OTHER) * _RATIO)
_NO_BYTES = log2(_OTHER / (1 - 1 / _RATIO))


class PrintableRecords:
    """The records of one direction."""

    def __init__(self) -> None:
        self._sums = [0.0] * (1 + len(_COLUMNS))
        self._has_some = False
        self._last = b""

    def add(self, body: bytes, nonce: int = 0) -> bool:
        """Add a record, of which the first bytes may be a nonce. Returns whether there was text so far."""
        if not self._has_some and (len(body) <= nonce or body[nonce] not in _PRINTABLE):
            return False
        if body == self._last:
            # It was captured twice, or sent again.
            return False
        self._last = body
        run = _run(body[nonce : nonce + _LONGEST + 1])
        steps = _steps(run, run == len(body) - nonce)
        self._sums = [max(before + step, 0) for before, step in zip(self._sums, steps, strict=True)]
        self._has_some = any(self._sums)
        return max(self._sums) >= _CERTAIN

    def skip(self, count: int) -> None:
        """Add records that begin with few printable bytes, if with any."""
        self._sums[0] = max(self._sums[0] - count, 0)
        if count >= _LONGEST:
            self._sums[1:] = [0.0] * len(_COLUMNS)


def _run(head: bytes) -> int:
    """With how many printable bytes a record begins."""
    return len(head) - len(head.lstrip(_PRINTABLE))


@cache
def _steps(run: int, is_whole: bool) -> tuple[float, ...]:
    """By how much each sum changes with a record that begins with so many printable bytes."""
    return (_bits(run, is_whole), *(width * _BYTES if run >= width else _NO_BYTES for width in _COLUMNS))


def _bits(run: int, is_whole: bool) -> float:
    """Half of the records are random; in a quarter, all is printable; and in a quarter, a run of any length."""
    whole = _RATIO**run if is_whole else 0
    part = sum(_RATIO**length for length in range(1, min(run, _LONGEST) + 1)) / _LONGEST
    return log2(1 / 2 + whole / 4 + part / 4)
