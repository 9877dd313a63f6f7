"""RIFF: WebP images (RFC 9649), WAV audio and AVI video are chunks, some of which contain others."""

from __future__ import annotations

from typing import TYPE_CHECKING

from overheard_capture.decoders.media.container import Closed, Kind, part

if TYPE_CHECKING:
    from collections.abc import Iterator

    from overheard_capture.decoders.media.container import Part, Walked

FORMS = (b"WEBP", b"WAVE", b"AVI ")
_NUMBERS = {b"VP8X", b"ANIM", b"fmt ", b"fact", b"avih", b"strh", b"idx1", b"cue ", b"smpl", b"PEAK"}
_COMPRESSED, _RAW = {b"VP8 ", b"VP8L", b"ALPH"}, {b"ICCP", b"EXIF", b"strf", b"indx"}
# The kinds of samples of WAV that are not compressed: integers, floating point, and A-law and mu-law.
_PCM = {1, 3, 6, 7, 0xFFFE}
# Frames of AVI are named after the number of their stream.
_FRAMES = {b"dc", b"db", b"wb"}


def is_riff(head: bytes) -> bool:
    """Whether this is one of the known forms."""
    return head[8:12] in FORMS


def riff(data: bytes) -> Walked:
    """Walk over the chunks."""
    said = 8 + int.from_bytes(data[4:8], "little")
    yield from _chunks(data, 12, min(said, len(data)))
    said += said & 1
    yield Closed(said) if said <= len(data) else len(data)


def _chunks(data: bytes, at: int, end: int) -> Iterator[Part]:
    compressed = True
    while at + 8 <= end:
        name, start = data[at : at + 4], at + 8
        stop = min(start + int.from_bytes(data[at + 4 : start], "little"), end)
        if name == b"fmt ":
            compressed = int.from_bytes(data[start : start + 2], "little") not in _PCM
        if name == b"LIST":
            # Its lists are not nested in others, but frames may be in groups.
            yield from _items(data, start + 4, stop)
        elif name == b"ANMF":
            yield from _items(data, start + 16, stop)
        elif name in _COMPRESSED or (name == b"data" and compressed):
            yield part(Kind.COMPRESSED, start, stop)
        elif name in _RAW or name == b"data":
            yield part(Kind.RAW, start, stop)
        elif name not in _NUMBERS:
            yield part(Kind.CONTENT, start, stop)
        at = stop + (stop & 1)


def _items(data: bytes, at: int, end: int) -> Iterator[Part]:
    """The items of a list: of text, of frames, or a list of these."""
    while at + 8 <= end:
        name, start = data[at : at + 4], at + 8
        stop = min(start + int.from_bytes(data[at + 4 : start], "little"), end)
        if name == b"LIST":
            at = start + 4
            continue
        if name[2:] in _FRAMES or name in _COMPRESSED:
            yield part(Kind.COMPRESSED if name[2:] != b"db" else Kind.RAW, start, stop)
        elif name in _RAW:
            yield part(Kind.RAW, start, stop)
        elif name not in _NUMBERS:
            yield part(Kind.CONTENT, start, stop)
        at = stop + (stop & 1)
