"""Whether bytes may be random, as signatures, hashes and ciphertext are, or are something that nobody could read.

Text in a charset, records, and what compression copies have some bytes, or some kinds of bytes, far more often than
random bytes do. Compressed content itself looks random.
"""

from __future__ import annotations

import ctypes
import math
import re
from collections import Counter

from overheard_capture.content.lazy_pattern import lazy_pattern
from overheard_capture.native import core, pointer

# How much of the bytes is looked at; and what in them says nothing: text, which was searched as it is, and padding.
# Text in UTF-16 that is shorter than any encoding was, too.
SAMPLE = 1 << 10
_TEXT_OR_PADDING = lazy_pattern(
    rb"[\t\n\r -~]{4,}+|(?<![ -~]\0)(?:[ -~]\0){4,23}+(?![ -~]\0)"
    rb"|(?<!\0[ -~])(?:\0[ -~]){4,23}+(?!\0[ -~])|(.)\1{4,}+",
    re.DOTALL,
)
# What is shorter is an identifier or a header, whatever it looks like: a UUID, an address, the numbers of NTLM.
_FEWEST = 24
# Pairs of equal bytes are counted, and pairs that are equal in their first three bits, as those of an alphabet are. Of
# random values of 24 to 64 bytes, about one in ten million has so many more than expected, in standard deviations.
_SHIFTS, _MOST_DEVIATIONS, _FREQUENT = (0, 5), 11, 8


def looks_random(data: bytes) -> bool:
    """Whether these bytes may be random. What remains of them beside text and padding decides."""
    if len(data) < _FEWEST:
        return True
    compiled = core()
    # Most of what is looked at is random.
    if compiled and compiled.looks_random(pointer(data), ctypes.c_uint64(len(data))):
        return True
    rest = _rest(data)
    if len(rest) < _FEWEST:
        return True
    # A header has some zeros, as numbers are small.
    others = rest.replace(b"\0", b"")
    return not _has_zeros(rest) and (len(others) < 2 or not any(_is_uneven(others, shift) for shift in _SHIFTS))


def has_zeros(data: bytes) -> bool:
    """Whether many of these bytes are zero, as in UTF-16 and in records: hardly any word decodes to that."""
    # The same in less time for most.
    if 4 * data.count(0) < _FEWEST:
        return False
    rest = _rest(data)
    return len(rest) >= _FEWEST and _has_zeros(rest)


def _has_zeros(rest: bytes) -> bool:
    return 4 * rest.count(0) >= len(rest)


def _rest(data: bytes) -> bytes:
    return _TEXT_OR_PADDING.sub(b"", data[:SAMPLE])


def _is_uneven(data: bytes, shift: int) -> bool:
    """Whether far more pairs of bytes are equal than expected, without the last bits, and one byte is frequent."""
    pairs, share, counts = math.comb(len(data), 2), 1 / (256 >> shift), Counter(byte >> shift for byte in data).values()
    excess = sum(math.comb(count, 2) for count in counts) - pairs * share
    # In a hash that is there three times, no byte is.
    return max(counts) * _FREQUENT > len(data) and excess > _MOST_DEVIATIONS * math.sqrt(pairs * share * (1 - share))
