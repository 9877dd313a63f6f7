"""Resynchronisation of HTTP/2: finds the first of several consecutive, plausible frames in a connection."""

from __future__ import annotations

import re
from itertools import islice

from hpack.exceptions import HPACKError

from overheard_capture.content.lazy_pattern import lazy_pattern
from overheard_capture.protocols.http2.frames import (
    END_HEADERS,
    END_STREAM,
    FLAGS,
    HEADER_LENGTH,
    PRIORITY,
    FrameType,
    Http2Frame,
)
from overheard_capture.protocols.http2.hpack import HeadersTooLargeError, HpackDecoder
from overheard_capture.protocols.resync import FrameWalk

_MAY_BEGIN = lazy_pattern(rb"(?=\x00[\x00-\x40].[\x00-\x09][\x00-\x2d][\x00-\x0f])", re.DOTALL)
# Evidence is a header block that decodes, or a long DATA frame followed by another frame. More than this is required.
_LONG_DATA = 256
_REQUIRED = 3
_MAX_CANDIDATES = 2000
# The maximum number of bytes of header blocks to decode in the search.
_MAX_DECODED = 256 << 10


def find_frames(data: bytes | bytearray, last: bool) -> int:
    """The offset at which frames begin, or -1. With `last`, nothing follows `data`."""
    return _Http2Walks(data, last).first(islice(_MAY_BEGIN.finditer(data), _MAX_CANDIDATES))


class _Http2Walks(FrameWalk):
    """Evidence is header blocks that decode, and long DATA frames."""

    def __init__(self, data: bytes | bytearray, last: bool) -> None:
        super().__init__(data, last)
        self._decoded = 0

    def is_start(self, begin: int) -> bool:
        """Whether frames certainly begin at a position."""
        data, at = self._data, begin
        evidence, number, contiguous = 0, 0, False
        while at + HEADER_LENGTH <= len(data):
            if not self._within_limit():
                return False
            frame = Http2Frame.parse(bytes(data[at : at + HEADER_LENGTH]))
            if (
                not _is_plausible(frame)
                or data[at + 5] & 0xF0
                or contiguous is not (frame.kind == FrameType.CONTINUATION)
            ):
                return False
            start, at = at + HEADER_LENGTH, at + HEADER_LENGTH + frame.length
            if frame.kind in (FrameType.HEADERS, FrameType.PUSH_PROMISE, FrameType.CONTINUATION):
                contiguous = not frame.flags & END_HEADERS
            if frame.kind == FrameType.HEADERS and at <= len(data) and not contiguous and self._may_decode(frame):
                if not _is_block(frame, bytes(data[start:at])):
                    return False
                evidence += 1
            evidence += frame.kind == FrameType.DATA and frame.length >= _LONG_DATA
            number += 1
            # The last frame must be followed by another, unless nothing follows.
            if evidence > _REQUIRED:
                return True
        # A single frame must be all of the data.
        return self._last and at == len(data) and evidence > 0 and (number > 1 or begin == 0)

    def _may_decode(self, frame: Http2Frame) -> bool:
        self._decoded += frame.length
        return self._decoded <= _MAX_DECODED


def _is_plausible(frame: Http2Frame) -> bool:
    """Whether the header is valid, and a sender may have a use for such a frame."""
    if frame.kind > FrameType.CONTINUATION or not frame.valid or frame.flags & ~FLAGS.get(frame.kind, 0):
        return False
    is_empty = frame.kind in (FrameType.DATA, FrameType.HEADERS) and not frame.length
    return not is_empty or bool(frame.kind == FrameType.DATA and frame.flags & END_STREAM)


def _is_block(frame: Http2Frame, payload: bytes) -> bool:
    """Whether the payload is a header block; missing references are allowed."""
    padding = payload[0] if frame.padded and payload else -1
    start = (padding >= 0) + (5 if frame.flags & PRIORITY else 0)
    decoder = HpackDecoder()
    decoder.invalidate_table()
    try:
        fields, missing_references = decoder.read(payload[start : len(payload) - max(padding, 0)], 1 << 16)
    except (HPACKError, HeadersTooLargeError):
        return False
    return bool(missing_references) or any(field.name[:1] == b":" or field.name.islower() for field in fields)
