"""Heads of compressed data without a signature: how long they are, and which of them need not be looked at closer."""

from __future__ import annotations

import ctypes
from typing import TYPE_CHECKING

from overheard_capture.decoders.magic import PAIRS, pair_bits
from overheard_capture.native import core
from overheard_capture.native.structures import AS_ANY, KNOWN_AFTER_LENGTH

if TYPE_CHECKING:
    from collections.abc import Collection

# The length of the content, as .NET, Qt and MySQL's COMPRESS() write it before compressed data, in either byte order.
LENGTH = 4
# How many bytes may be needed to recognise it: the code tables of brotli alone may take 1 KiB.
LONG_HEAD = 2 << 10
# In bytes, a short stream of brotli, and the most that the compiled part looks at.
LITTLE = 64
# The first two bytes of formats, for the compiled part.
BEGINNINGS_BITS = pair_bits(PAIRS)
# Shorter data is no compressed text.
SHORTEST = 12
# Shorter brotli has no text but words of its dictionary, and lz-string none; identifiers of 12 bytes are common.
SHORTEST_BROTLI = 16
# At how many offsets the compiled part looks.
_MOST_OFFSETS = 31
# What text in ASCII begins with: lz-string has the lowest bit of a character first.
_FIRST_OF_LZ_STRING = frozenset(int(f"{byte:08b}"[::-1], 2) for byte in (*b"\t\n\r", *range(32, 127)))


def may_be_unsigned(head: bytes) -> int:
    """Why it may be, as far as the compiled part rules nothing out, which takes less time than any library."""
    compiled = core()
    if compiled is None:
        return KNOWN_AFTER_LENGTH | AS_ANY
    return int(compiled.may_be_compressed(head, ctypes.c_uint64(len(head)), BEGINNINGS_BITS))


def begins_lz_string(head: bytes) -> bool:
    """Whether its first code is that of a character in eight bits; a short one begins with one of ASCII."""
    if head[0] >= 1 << 6 or len(head) < SHORTEST_BROTLI:
        return False
    return len(head) > LITTLE or int.from_bytes(head[:2]) >> 6 in _FIRST_OF_LZ_STRING


def offsets_of_contents(data: bytes, offsets: Collection[int]) -> Collection[int]:
    """Those of `offsets` at which content may begin, as far as the compiled part rules nothing out."""
    compiled = core()
    if compiled is None or not offsets or (most := max(offsets)) >= _MOST_OFFSETS:
        return offsets
    found = compiled.contents_at(data, ctypes.c_uint64(len(data)), ctypes.c_uint64(most + 1), BEGINNINGS_BITS)
    return [at for at in offsets if found >> at & 1] if found else ()
