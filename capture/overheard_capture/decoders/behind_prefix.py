"""Content behind something else in what was written as text: a tag or a name, the head of a part, or its length."""

from __future__ import annotations

import re
from functools import lru_cache
from itertools import pairwise
from typing import TYPE_CHECKING

from overheard_capture.content.lazy_pattern import lazy_pattern
from overheard_capture.content.nesting import speculative
from overheard_capture.content.readers import Together
from overheard_capture.content.text_detector import looks_like_text
from overheard_capture.decoders.after_header import AfterHeader
from overheard_capture.decoders.magic import HEAD, is_known
from overheard_capture.decoders.ruled_out import may_be_after_length
from overheard_capture.decoders.unsigned import is_unsigned
from overheard_capture.decoders.unsigned_heads import LONG_HEAD

if TYPE_CHECKING:
    from overheard.words.layer import Layers
    from overheard_capture.content.findings import Findings, ReaderFactory
    from overheard_capture.content.readers import Reader

# The text, how long it may be, and after what in it content may begin: anything but a letter or digit.
_TEXT = lazy_pattern(rb"[\0\t\n\r -~]{0,512}")
_DELIMITER = lazy_pattern(rb"[^\r0-9A-Za-z]")
# The first line of a multipart body (RFC 2046, 5.1.1), and the field of a header behind it.
_BOUNDARY = lazy_pattern(rb"(--[0-9A-Za-z'()+_,./:=?-]{1,70})[ \t]*\r?\ncontent-", re.IGNORECASE)
_EMPTY_LINE = lazy_pattern(rb"\n\r?\n")
# So many bytes of what is compressed are hardly ever text.
_FEW = 24
# How far into a message of msgpack, protobuf, CBOR and the like the length of its last field is looked for, and how
# short that is at least; see `may_be_behind_length` in `content.c`.
_LATEST, _SHORTEST = 64, 12
_MOST_PADDING = 3
_PRINTABLE, _TEXT_BYTES = range(0x21, 0x7F), {bytes([byte]) for byte in range(0x20, 0x7F)}


def with_content_behind(
    whole: Reader, head: bytes, findings: Findings, layers: Layers, reader: ReaderFactory
) -> Reader:
    """The reader `whole` of what begins with `head`; beside it, `reader` for the content behind that, if there is any.

    That it is content is a guess. In a multipart body, which nothing declares, it is each part.
    """
    guess, first = speculative(findings), _BOUNDARY.match(head)
    parts = _parts(head, first[1]) if first else ()
    inside = [AfterHeader(guess, layers, reader, begin, end - begin) for begin, end in parts]
    start = start_of_content(head)
    if start < 0:
        start = start_behind_length(head)
    if start >= 0:
        inside.append(AfterHeader(guess, layers, reader, start))
    return Together(whole, *inside) if inside else whole


def _parts(head: bytes, boundary: bytes) -> list[tuple[int, int]]:
    """Where the contents of the first parts begin and end: behind their headers, and before the next boundary."""
    lines = [found.span() for found in re.finditer(rb"(?:\r?\n|\A)" + re.escape(boundary), head)]
    headers = [_EMPTY_LINE.search(head, begin, end) for (_, begin), (end, _) in pairwise(lines)]
    return [(header.end(), end) for header, (end, _) in zip(headers, lines[1:], strict=True) if header]


def start_of_content(head: bytes) -> int:
    """Where compressed or packed content begins behind a delimiter in text; -1 if it does nowhere, or at once."""
    text = _TEXT.match(head)
    end = text.end() if text else 0
    if looks_like_text(head[: end + _FEW]):
        return -1
    # What begins as text may have delimiters of its own.
    starts = [found.end() for found in _DELIMITER.finditer(head, max(end - _FEW, 0), end)]
    for certainly in (True, False):
        for at in starts:
            if is_known(head[at : at + HEAD]) or is_unsigned(head[at : at + LONG_HEAD], certainly=certainly):
                return at
    return -1


def start_behind_length(data: bytes) -> int:
    """Where compressed content begins behind its length, if it is all the rest of `data`; -1 if it does nowhere.

    The last such place counts, as messages may be nested. Or text, if the length looks like a part of it. Larger ones
    are a reason if nobody can read them.
    """
    if len(data) >= LONG_HEAD or not may_be_after_length(data):
        return -1
    start = _start_behind_length(data)
    # Z85 fills its last group with zeros.
    for padding in range(1, _MOST_PADDING + 1) if data[-1:] == b"\0" else ():
        if start < 0 and data.endswith(bytes(padding)):
            start = _start_behind_length(data[:-padding])
    return start


def _start_behind_length(data: bytes) -> int:
    start = -1
    for at, (byte, lasts) in enumerate(zip(data, _last_bytes(len(data)), strict=False), 1):
        # Few bytes are the last one of a length.
        if byte in lasts and data.endswith(_lengths(len(data) - at), 0, at) and _is_content(data[at:], data[:at]):
            start = at
    return start


@lru_cache(LONG_HEAD)
def _last_bytes(total: int) -> tuple[frozenset[int], ...]:
    """For each place at which a length may end in so many bytes, the last bytes that it may have."""
    return tuple(
        frozenset(length[-1] for length in _lengths(total - at)) for at in range(1, min(total - _SHORTEST, _LATEST) + 1)
    )


def _is_content(rest: bytes, before: bytes) -> bool:
    # Within text, a character may be the number of those that follow.
    if before[-1] in _PRINTABLE and before[-2:-1] not in _TEXT_BYTES and looks_like_text(rest):
        return True
    return is_known(rest[:HEAD]) or is_unsigned(rest, certainly=True)


@lru_cache(LONG_HEAD)
def _lengths(size: int) -> tuple[bytes, ...]:
    """How a length may be written: in either byte order, or seven bits at a time (a varint)."""
    groups = [size >> shift & 0x7F | 0x80 for shift in range(0, max(size.bit_length(), 1), 7)]
    big = size.to_bytes(-(-size.bit_length() // 8))
    return (big, *(size.to_bytes(width, "little") for width in (2, 4, 8)), bytes([*groups[:-1], groups[-1] & 0x7F]))
