"""Resynchronisation of WebSocket: finds the first of several consecutive, plausible frames in a connection."""

from __future__ import annotations

import codecs
import zlib

from overheard.words.named_tuple import NamedTuple
from overheard_capture.content.lazy_pattern import lazy_pattern
from overheard_capture.protocols.resync import FrameWalk
from overheard_capture.protocols.websocket.frames import (
    EXTENDED_LENGTH_SIZE,
    MIN_PAYLOAD,
    Opcode,
    WebSocketFrame,
    header_length,
)
from overheard_capture.protocols.websocket.masking import unmasked

_MAY_BEGIN = lazy_pattern(rb"[\x01\x02\x80-\x82\x88-\x8a\x41\x42\xc1\xc2]")
# A frame may begin at any byte, and false positives are likely for small ones, so the number of positions is limited.
_CANDIDATE_RANGE = 16 << 10
_PAYLOAD_CHECKED = 1024

# The score of a frame whose payload is proof, and of one whose header alone is valid. The required score: anywhere; if
# the last frame ends with the data; and if the first frame also begins with the data.
_PROVEN, _VALID = 3, 1
_REQUIRED, _REQUIRED_AT_END, _REQUIRED_OF_ALL = 15, 6, 3
# The minimum length of a payload that can be proof.
_MIN_PROOF = 4

# Control characters other than those of text layout, bell, and terminal sequences.
_CONTROLS = lazy_pattern(rb"[\x01-\x06\x0b\x0c\x0e-\x1a\x1c\x1d\x7f]")
# The bytes that a sender removes from the end of a compressed message (RFC 7692, 7.2.1); and a word in a stored block.
_TAIL, _WORD, _STORED = b"\x00\x00\xff\xff", b"word", b"\x00\x04\x00\xfb\xffword"


def find_frames(data: bytes | bytearray, last: bool) -> int:
    """The offset at which frames begin, or -1. With `last`, nothing follows `data`."""
    return _WebSocketWalks(data, last).first(_MAY_BEGIN.finditer(data, 0, _CANDIDATE_RANGE))


class _WalkState(NamedTuple):
    """The state of a walk: its position, whether frames are masked, and whether a message continues, if known."""

    at: int
    masked: bool
    contiguous: bool | None


class _WebSocketWalks(FrameWalk):
    """Evidence is the payloads of frames; see `_WalkScore`."""

    def is_start(self, begin: int) -> bool:
        """Whether frames certainly begin at a position."""
        if not self._is_candidate(begin):
            return False
        score = _WalkScore()
        state: _WalkState | None = _WalkState(begin, self._data[begin + 1 : begin + 2] >= b"\x80", None)
        while state and state.at + 2 <= len(self._data):
            if not self._within_limit():
                return False
            state = self._next_state(state, score)
            if score.total >= _REQUIRED:
                return True
        required = _REQUIRED_AT_END if begin else _REQUIRED_OF_ALL
        return self._last and state is not None and state.at == len(self._data) and score.total >= required

    def _is_candidate(self, begin: int) -> bool:
        """A quick check: whether a frame may begin here, and be followed by another one or by the end of the data."""
        data = self._data
        if begin + 2 > len(data):
            return False
        length, masked = header_length(data[begin], data[begin + 1]), data[begin + 1] >= 0x80
        payload_length = data[begin + 1] & 0x7F
        if length and payload_length in EXTENDED_LENGTH_SIZE:
            payload_length = int.from_bytes(data[begin + 2 : begin + 2 + EXTENDED_LENGTH_SIZE[payload_length]], "big")
        after = begin + length + payload_length
        if after + 2 > len(data):
            return after == len(data)
        return length > 0 and (data[after + 1] >= 0x80) is masked and header_length(data[after], data[after + 1]) > 0

    def _next_state(self, state: _WalkState, score: _WalkScore) -> _WalkState | None:
        """Step over a frame; None if no frame can be here."""
        data, (at, masked, contiguous) = self._data, state
        length = header_length(data[at], data[at + 1])
        if not length or (data[at + 1] >= 0x80) is not masked or at + length > len(data):
            return None
        frame = WebSocketFrame.parse(bytes(data[at : at + length]))
        # A length must have the shortest encoding (5.2).
        if frame.length < MIN_PAYLOAD[length - len(frame.key)]:
            return None
        if not frame.control:
            # A message ends before another begins (5.4).
            if contiguous is not None and contiguous is not (frame.opcode == Opcode.CONTINUATION):
                return None
            contiguous = not frame.final
        start, at = at + length, at + length + frame.length
        payload = bytes(data[start : min(at, start + _PAYLOAD_CHECKED)])
        return _WalkState(at, masked, contiguous) if score.add(frame, payload) else None


class _WalkScore:
    """The score of the frames of a walk."""

    def __init__(self) -> None:
        self.total = 0
        self._closed = False
        # Each frame has its own masking key (5.3). The lengths of messages vary; those of table rows do not.
        self._keys: set[bytes] = set()
        self._lengths: set[int] = set()

    def add(self, frame: WebSocketFrame, data: bytes) -> bool:
        """Add a frame with the beginning of its payload. Returns whether it is possible."""
        payload = unmasked(data, frame.key) if frame.key else data
        points = -1 if self._closed else _points_for(frame, payload)
        self._closed = frame.opcode == Opcode.CLOSE
        if points == _PROVEN:
            is_new = not frame.key or frame.key not in self._keys
        else:
            is_new = frame.length not in self._lengths and frame.key not in self._keys
        self._lengths.add(frame.length)
        self._keys |= {frame.key} if frame.key else set()
        self.total += max(points, 0) if is_new else 0
        return points >= 0


def _points_for(frame: WebSocketFrame, payload: bytes) -> int:
    """The score of a frame whose payload begins with `payload`; negative if no such frame can exist."""
    if frame.opcode == Opcode.CLOSE:
        return _points_for_close(payload)
    if frame.control or len(payload) < _MIN_PROOF:
        return 0
    if frame.compressed:
        return _points_for_compressed(frame, payload)
    if frame.opcode == Opcode.TEXT:
        return _points_for_text(payload, whole=frame.final and frame.length == len(payload))
    return _VALID if frame.final else 0


def _points_for_close(payload: bytes) -> int:
    """Score a close frame: its payload is empty, or a status code and a reason (5.5.1, 7.4)."""
    if not payload:
        return _VALID
    return (
        _PROVEN
        if 1000 <= int.from_bytes(payload[:2], "big") < 5000 and _points_for_text(payload[2:], whole=True) >= 0
        else -1
    )


def _points_for_text(payload: bytes, *, whole: bool) -> int:
    try:
        codecs.getincrementaldecoder("utf-8")().decode(payload, final=whole)
    except UnicodeDecodeError:
        return -1
    return 0 if _CONTROLS.search(payload) else _PROVEN


def _points_for_compressed(frame: WebSocketFrame, payload: bytes) -> int:
    # Back references may point to anything.
    inflater = zlib.decompressobj(-15, bytes(32 << 10))
    try:
        inflater.decompress(payload, 1 << 14)
        if not frame.final or frame.length > len(payload) or inflater.unconsumed_tail or inflater.eof:
            return 0
        # Almost any bytes can begin deflated data, but few end exactly where a block does.
        return _PROVEN if inflater.decompress(_TAIL + _STORED).endswith(_WORD) else -1
    except zlib.error:
        return -1
