"""Where frames of HTTP/2 begin in the midst of a connection, told by whether they make sense together."""

from __future__ import annotations

import re
from itertools import count
from typing import TYPE_CHECKING

from hpack.exceptions import HPACKError

from overheard_capture.layers.header_block import HeaderBlocks, TooMuchError
from overheard_capture.layers.http2_frames import END_HEADERS, END_STREAM, FLAGS, HEAD, PRIORITISED, Frame, Kind

if TYPE_CHECKING:
    from collections.abc import Iterator

_MAY_BEGIN = re.compile(rb"(?=\x00[\x00-\x40].[\x00-\x09][\x00-\x2d][\x00-\x0f])", re.DOTALL)
# Of headers, a block makes sense; of much data, that a frame begins where it ends. How many of these are wanted.
_MUCH = 256
_WANTED = 3
_MOST_TRIED = 2000
# Of how many frames the heads are looked at, however many there seem to be.
_MOST_FRAMES = 20_000


def find_frames(data: bytes | bytearray, last: bool) -> int:
    """Where frames begin, or -1. With `last`, nothing comes behind `data`."""
    left = count(_MOST_FRAMES, -1)
    for tried, match in enumerate(_MAY_BEGIN.finditer(data)):
        if tried == _MOST_TRIED:
            break
        if _follow_each_other(data, match.start(), last, left):
            return match.start()
    return -1


def _follow_each_other(data: bytes | bytearray, at: int, last: bool, left: Iterator[int]) -> bool:
    counted, goes_on = 0, False
    while at + HEAD <= len(data) and next(left) > 0:
        frame = Frame.of(bytes(data[at : at + HEAD]))
        if not _is_likely(frame) or data[at + 5] & 0xF0 or goes_on is not (frame.kind == Kind.CONTINUATION):
            return False
        begins = at + HEAD
        at = begins + frame.length
        if frame.kind in (Kind.HEADERS, Kind.PUSH_PROMISE, Kind.CONTINUATION):
            goes_on = not frame.flags & END_HEADERS
        if frame.kind == Kind.HEADERS and at <= len(data) and not goes_on:
            if not _is_block(frame, bytes(data[begins:at])):
                return False
            counted += 1
        counted += frame.kind == Kind.DATA and frame.length >= _MUCH
        # The last one must be followed by another, unless nothing follows.
        if counted > _WANTED:
            return True
    return last and at == len(data) and counted > 0


def _is_likely(frame: Frame) -> bool:
    """Whether there may be such a frame, and somebody would send it."""
    if frame.kind > Kind.CONTINUATION or not frame.sound or frame.flags & ~FLAGS.get(frame.kind, 0):
        return False
    says_nothing = frame.kind in (Kind.DATA, Kind.HEADERS) and not frame.length
    return not says_nothing or bool(frame.kind == Kind.DATA and frame.flags & END_STREAM)


def _is_block(frame: Frame, payload: bytes) -> bool:
    """Whether the payload of a frame is a header block, whatever it refers to."""
    padding = payload[0] if frame.padded and payload else -1
    begins = (padding >= 0) + (5 if frame.flags & PRIORITISED else 0)
    blocks = HeaderBlocks()
    blocks.lose()
    try:
        fields, unknown = blocks.read(payload[begins : len(payload) - max(padding, 0)], 1 << 16)
    except (HPACKError, TooMuchError):
        return False
    return bool(unknown) or any(field.name[:1] == b":" or field.name.islower() for field in fields)
