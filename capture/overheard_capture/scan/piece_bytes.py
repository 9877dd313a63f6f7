"""What rows of numbers say as bytes, of which none need be text: some columns of all rows, in order."""

from __future__ import annotations

import ctypes
import zlib
from itertools import chain, groupby
from typing import TYPE_CHECKING

from overheard_capture.content.text_detector import looks_like_text
from overheard_capture.content.under_key import packed_differences
from overheard_capture.decoders.compression.formats import DEFLATE, GZIP, ZLIB
from overheard_capture.decoders.magic import ZLIB_PAIRS, pair_bits
from overheard_capture.native import core

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from overheard.words.layer import Layer
    from overheard.words.secret import Secret
    from overheard_capture.decoders.compression.formats import CompressionFormat
    from overheard_capture.scan.piece_numbers import Piece

# How many columns side by side are looked at together, besides all of them; and from how many they may begin: the
# first ones and the last ones.
_SIZES, _MOST_STARTS, _LAST_STARTS = (1, 2, 3, 4, 5, 6, 8, 16), 24, 8
# Fewer rows have columns that are text by chance.
FEW_ROWS = 8
# The shortest that compresses anything, how much of that is looked at, and how much of what it says.
_SHORTEST, _LONGEST, _MOST = 12, 1 << 10, 1 << 14
# A header of gzip with and without the zeros in it.
_SHORTEST_GZIP, _LONGEST_GZIP = 3, 10
_GZIP, _WINDOWS = b"\x1f\x8b", {GZIP: 31, ZLIB: 15, DEFLATE: -15}
_HEADERS = pair_bits({_GZIP, *ZLIB_PAIRS})


def byte_columns(pieces: Sequence[Piece], secrets: tuple[Secret, ...]) -> Iterator[list[bytes]]:
    """What columns side by side say that differ, where pieces are rows of one length.

    Of many rows, only those in which something may be compressed, or one of `secrets` under a key.
    """
    rows = [piece.data for piece in pieces]
    columns = [*zip(*rows, strict=True)]
    differ = [len({*column}) > 1 for column in columns]
    ranges = set[tuple[int, int]]()
    for is_said, run in groupby(range(len(differ)), differ.__getitem__):
        found = [*run] if is_said else []
        ranges |= {
            (first, min(first + size, found[-1] + 1))
            for first in {*found[:_MOST_STARTS], *found[-_LAST_STARTS:]}
            for size in (*_SIZES, len(found))
        }
    for first, after in _which_may_say(rows, sorted(ranges), secrets):
        yield [row[first:after] for row in rows]


def _which_may_say(
    rows: list[bytes], ranges: list[tuple[int, int]], secrets: tuple[Secret, ...]
) -> list[tuple[int, int]]:
    """Those ranges of columns in which something may be, as far as the compiled part rules nothing out."""
    compiled, joined = core(), b"".join(rows)
    if not compiled or len(rows) < FEW_ROWS:
        return ranges
    spans = (ctypes.c_uint16 * (2 * len(ranges)))(*chain.from_iterable(ranges))
    packed, found = packed_differences(secrets), ctypes.create_string_buffer(len(ranges))
    compiled.columns_may_say(
        *(joined, ctypes.c_uint64(len(rows)), ctypes.c_uint64(len(rows[0])), spans, ctypes.c_uint64(len(ranges))),
        *(packed, ctypes.c_uint64(len(packed)), _HEADERS, ctypes.create_string_buffer(len(joined) + 1), found),
    )
    return [each for each, may_say in zip(ranges, found.raw, strict=True) if may_say]


def inflated(data: bytes, width: int, least: int) -> Iterator[tuple[Layer, bytes]]:
    """What is compressed with deflate from any row of this width on, if it is text of so many bytes at least."""
    # Such a stream often ends with a zero, which is no number.
    data += b"\0"
    for at in _rows(data, width):
        for form, begin in _forms(data, at):
            inflate = zlib.decompressobj(_WINDOWS[form])
            try:
                out = inflate.decompress(data[begin : begin + _LONGEST], _MOST)
            except zlib.error:
                continue
            # Random bytes hardly ever end as such a stream does, and are text then.
            if len(out) >= least and inflate.eof and looks_like_text(out):
                yield form.layer, out
                break


def _forms(data: bytes, at: int) -> Iterator[tuple[CompressionFormat, int]]:
    """In which forms something may be compressed there, and where that begins: zeros of a header may be missing."""
    if data.startswith(_GZIP, at):
        yield GZIP, at
        yield from ((DEFLATE, begin) for begin in range(at + _SHORTEST_GZIP, at + _LONGEST_GZIP + 1))
    else:
        yield (ZLIB if data[at : at + 2] in ZLIB_PAIRS else DEFLATE), at


def _rows(data: bytes, width: int) -> Iterator[int]:
    """Where the rows begin from which on something may be compressed, as far as the compiled part rules nothing out."""
    if not (compiled := core()):
        yield from range(0, len(data) - _SHORTEST, width)
        return
    at, length, step = 0, ctypes.c_uint64(len(data)), ctypes.c_uint64(width)
    while (at := int(compiled.first_deflated(data, length, ctypes.c_uint64(at), step, _HEADERS))) >= 0:
        yield at
        at += width
