"""What a coding of bytes as text is: where it may be, how it is matched, and how it is decoded."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from overheard.words.layer import Layer, LayerKind
from overheard.words.named_tuple import NamedTuple
from overheard_capture.content.byte_scan import Members
from overheard_capture.content.lazy_pattern import lazy_pattern

# The length from which characters may be such a coding: that of 12 bytes in hexadecimal, and 15 in base32.
SHORTEST = 24
# That of 20 bytes in base85.
SHORTEST_BASE85 = 25

# What is behind the backslash of an escape, of white space or by the number of a character: it looks like a coding.
BEHIND_BACKSLASH = lazy_pattern(rb"[nrt]|u[0-9A-Fa-f]{4}|U[0-9A-Fa-f]{8}|x0[9aAdD]|01[125]")

HEXADECIMAL = Layer("hexadecimal", LayerKind.SPELLED)
_NOTHING = lazy_pattern(rb"(?!)")


class Coding(NamedTuple):
    """A coding: `group` characters are `size` bytes.

    It is looked for in runs of its `members`, which include breaks and prefixes; `find` matches all of it from an
    offset on, and `more` the rest of what began earlier. `chars` leaves the characters that count, and `decode` decodes
    whole groups of them, and an incomplete one at the end; it raises ValueError.
    """

    layer: Layer
    members: Members
    find: Callable[[bytes, int], Iterator[re.Match[bytes]]]
    more: re.Pattern[bytes]
    chars: Callable[[bytes], bytes]
    decode: Callable[[bytes], bytes]
    group: int
    size: int
    # Whether characters certainly are a value in this coding; and whether a run of members certainly is something else.
    is_value: Callable[[bytes], bool]
    is_other: Callable[[bytes | bytearray], bool]
    # What may be an incomplete escape at the end of a piece.
    partial: re.Pattern[bytes] = _NOTHING

    def is_in(self, data: bytes | bytearray) -> bool:
        """Whether something in a complete text may be in this coding."""
        return any(not self.is_other(data[start:end]) for start, end in self.members.runs(data))


# What is one word, behind its length in a message: that may be less by one, as Snappy has it, or include the padding.
_WORDS, _LESS, _MOST_PADDING = {"base32", "base58"}, 1, 6


def has_length(coding: Coding, raw: bytes) -> int:
    """How many characters at the beginning of a run may be the length of the others: 1 or 0."""
    is_length = len(raw) - 1 - _LESS <= raw[0] < len(raw) + _MOST_PADDING
    return int(is_length and coding.layer in _WORDS)
