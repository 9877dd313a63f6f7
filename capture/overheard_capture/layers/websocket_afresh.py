"""Where frames of WebSocket begin in the midst of a connection, told by whether they make sense together."""

from __future__ import annotations

import codecs
import re
import zlib
from itertools import count
from typing import TYPE_CHECKING

from overheard_capture.layers.masks import unmasked
from overheard_capture.layers.websocket_frames import Frame, Opcode, head_length

if TYPE_CHECKING:
    from collections.abc import Iterator

_MAY_BEGIN = re.compile(rb"[\x01\x02\x80-\x82\x88-\x8a\x41\x42\xc1\xc2]")
# One may begin at any byte, and small ones look like much else: not all is tried.
_TRIED = 16 << 10
_LOOKED_AT = 1024
# Of how many frames the heads are looked at, however many there seem to be.
_MOST_FRAMES = 20_000

# What a frame counts for: one whose payload proves it, and one of which only the head fits. How much is wanted; and how
# much where the last ends where all ends.
_PROVEN, _FITTING = 3, 1
_WANTED, _WANTED_AT_THE_END = 15, 6


def find_frames(data: bytes | bytearray, last: bool) -> int:
    """Where frames begin, or -1. With `last`, nothing comes behind `data`."""
    left = count(_MOST_FRAMES, -1)
    for match in _MAY_BEGIN.finditer(data, 0, _TRIED):
        if follow_each_other(data, match.start(), last=last, left=left):
            return match.start()
    return -1


def follow_each_other(data: bytes | bytearray, at: int, *, last: bool, left: Iterator[int] | None = None) -> bool:
    """Whether frames follow each other from a place on, all masked or none, so that it can be no accident.

    `left` counts down how many may still be looked at.
    """
    left = left or count(_MOST_FRAMES, -1)
    counted, masked = 0, data[at + 1 : at + 2] >= b"\x80"
    goes_on: bool | None = None
    while at + 2 <= len(data) and next(left) > 0:
        length = head_length(data[at : at + 2])
        if not length or (data[at + 1] >= 0x80) is not masked or at + length > len(data):
            return False
        frame = Frame.of(bytes(data[at : at + length]))
        if not frame.control:
            # A message ends before another begins (5.4).
            if goes_on is not None and goes_on is not (frame.opcode == Opcode.CONTINUATION):
                return False
            goes_on = not frame.final
            counted += _counts_for(frame, bytes(data[at + length : at + length + min(frame.length, _LOOKED_AT)]))
        at += length + frame.length
        if counted >= _WANTED:
            return True
    return last and at == len(data) and counted >= _WANTED_AT_THE_END


def _counts_for(frame: Frame, data: bytes) -> int:
    if len(data) < 4:
        return 0
    shown = unmasked(data, frame.key) if frame.key else data
    try:
        if frame.compressed:
            # What it refers to may be anything.
            zlib.decompressobj(-15, bytes(32 << 10)).decompress(shown, 1 << 16)
        elif frame.opcode == Opcode.TEXT:
            codecs.getincrementaldecoder("utf-8")().decode(shown)
        else:
            return _FITTING
    except (zlib.error, UnicodeDecodeError):
        return -_WANTED
    return _PROVEN
