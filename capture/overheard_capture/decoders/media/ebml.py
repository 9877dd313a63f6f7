"""Matroska and WebM (RFC 9559): elements of EBML (RFC 8794), some of which contain others."""

from __future__ import annotations

from typing import TYPE_CHECKING

from overheard_capture.decoders.media.container import Kind, part

if TYPE_CHECKING:
    from collections.abc import Iterator

    from overheard_capture.decoders.media.container import Part, Walked

# Elements that contain others (RFC 9559, 5.1): segments, clusters, tracks, tags, attachments and so on.
_WITHIN = {
    *(0x1A45DFA3, 0x18538067, 0x1F43B675, 0x1549A966, 0x1654AE6B, 0xAE, 0xE0, 0xE1, 0x114D9B74, 0x4DBB, 0x1C53BB6B),
    *(0xBB, 0xB7, 0xA0, 0x1254C367, 0x7373, 0x63C0, 0x67C8, 0x1941A469, 0x61A7, 0x1043A770, 0x45B9, 0xB6, 0x80),
    *(0x6D80, 0x6240, 0x5034, 0x55B0, 0x55D0, 0x75A1, 0xA6, 0x5035, 0x47E7),
}
# Blocks of frames; and what a codec needs to begin.
_FRAMES, _CODEC = {0xA3, 0xA1, 0xA5}, 0x63A2
_LONGEST_NUMBER, _MAX_DEPTH = 16, 12


def ebml(data: bytes) -> Walked:
    """Walk over the elements."""
    at = 0
    while element := _element(data, at, len(data)):
        number, start, end = element
        if number not in (0x1A45DFA3, 0x18538067, 0xEC):
            break
        yield from _parts(data, number, start, end, 0)
        at = end
    yield at


def _element(data: bytes, at: int, end: int) -> tuple[int, int, int] | None:
    """The number, start and end of the element at an offset; None if none fits there."""
    if at + 2 > end or not data[at] or not (width := 9 - data[at].bit_length()) <= 4:
        return None
    place = at + width
    if place >= end or not data[place]:
        return None
    size_width = 9 - data[place].bit_length()
    start = place + size_width
    size = int.from_bytes(data[place:start]) & (1 << 7 * size_width) - 1
    # All ones stand for an unknown length, as in a live stream.
    stop = end if size == (1 << 7 * size_width) - 1 else start + size
    return (int.from_bytes(data[at:place]), start, min(stop, end)) if start <= end else None


def _parts(data: bytes, number: int, start: int, end: int, depth: int) -> Iterator[Part]:
    if number in _FRAMES:
        # Behind the number of the track, a time and flags.
        yield part(Kind.COMPRESSED, min(start + 4, end), end)
    elif number == _CODEC:
        yield part(Kind.RAW, start, end)
    elif number in _WITHIN and depth < _MAX_DEPTH:
        at = start
        while element := _element(data, at, end):
            yield from _parts(data, *element, depth + 1)
            at = element[2]
        if at < end:
            yield part(Kind.CONTENT, at, end)
    elif end - start > _LONGEST_NUMBER:
        yield part(Kind.CONTENT, start, end)
