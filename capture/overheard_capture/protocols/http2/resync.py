"""Where frames of HTTP/2 begin in the midst of a connection, told by whether they make sense together."""

from __future__ import annotations

import re
from itertools import islice

from hpack.exceptions import HPACKError

from overheard_capture.protocols.http2.frames import (
    END_HEADERS,
    END_STREAM,
    FLAGS,
    HEAD,
    PRIORITISED,
    FrameType,
    Http2Frame,
)
from overheard_capture.protocols.http2.hpack import HeadersTooLargeError, HpackDecoder
from overheard_capture.protocols.resync import FrameWalks

_MAY_BEGIN = re.compile(rb"(?=\x00[\x00-\x40].[\x00-\x09][\x00-\x2d][\x00-\x0f])", re.DOTALL)
# Of headers, a block makes sense; of much data, that a frame begins where it ends. How many of these are wanted.
_MUCH = 256
_WANTED = 3
_MOST_TRIED = 2000
# More than so many bytes of header blocks are not unfolded to find a beginning.
_MOST_UNFOLDED = 256 << 10


def find_frames(data: bytes | bytearray, last: bool) -> int:
    """Where frames begin, or -1. With `last`, nothing comes behind `data`."""
    return _Http2Walks(data, last).first(islice(_MAY_BEGIN.finditer(data), _MOST_TRIED))


class _Http2Walks(FrameWalks):
    """Header blocks that make sense, and much data, are what tells."""

    def __init__(self, data: bytes | bytearray, last: bool) -> None:
        super().__init__(data, last)
        self._unfolded = 0

    def succeeds(self, begin: int) -> bool:
        """Whether the frames from a place on are frames beyond doubt."""
        data, at = self._data, begin
        counted, number, contiguous = 0, 0, False
        while at + HEAD <= len(data):
            if not self._may_pass():
                return False
            frame = Http2Frame.of(bytes(data[at : at + HEAD]))
            if not _is_likely(frame) or data[at + 5] & 0xF0 or contiguous is not (frame.kind == FrameType.CONTINUATION):
                return False
            begins, at = at + HEAD, at + HEAD + frame.length
            if frame.kind in (FrameType.HEADERS, FrameType.PUSH_PROMISE, FrameType.CONTINUATION):
                contiguous = not frame.flags & END_HEADERS
            if frame.kind == FrameType.HEADERS and at <= len(data) and not contiguous and self._may_unfold(frame):
                if not _is_block(frame, bytes(data[begins:at])):
                    return False
                counted += 1
            counted += frame.kind == FrameType.DATA and frame.length >= _MUCH
            number += 1
            # The last one must be followed by another, unless nothing follows.
            if counted > _WANTED:
                return True
        # One alone must be all that there is.
        return self._last and at == len(data) and counted > 0 and (number > 1 or begin == 0)

    def _may_unfold(self, frame: Http2Frame) -> bool:
        self._unfolded += frame.length
        return self._unfolded <= _MOST_UNFOLDED


def _is_likely(frame: Http2Frame) -> bool:
    """Whether there may be such a frame, and somebody would send it."""
    if frame.kind > FrameType.CONTINUATION or not frame.sound or frame.flags & ~FLAGS.get(frame.kind, 0):
        return False
    says_nothing = frame.kind in (FrameType.DATA, FrameType.HEADERS) and not frame.length
    return not says_nothing or bool(frame.kind == FrameType.DATA and frame.flags & END_STREAM)


def _is_block(frame: Http2Frame, payload: bytes) -> bool:
    """Whether the payload of a frame is a header block, whatever it refers to."""
    padding = payload[0] if frame.padded and payload else -1
    begins = (padding >= 0) + (5 if frame.flags & PRIORITISED else 0)
    blocks = HpackDecoder()
    blocks.lose()
    try:
        fields, unknown = blocks.read(payload[begins : len(payload) - max(padding, 0)], 1 << 16)
    except (HPACKError, HeadersTooLargeError):
        return False
    return bool(unknown) or any(field.name[:1] == b":" or field.name.islower() for field in fields)
