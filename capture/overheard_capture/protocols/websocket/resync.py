"""Where frames of WebSocket begin in the midst of a connection, told by whether they make sense together."""

from __future__ import annotations

import codecs
import re
import zlib
from typing import NamedTuple

from overheard_capture.protocols.resync import FrameWalks
from overheard_capture.protocols.websocket.frames import LONGER, SHORTEST, Opcode, WebSocketFrame, head_length
from overheard_capture.protocols.websocket.masking import unmasked

_MAY_BEGIN = re.compile(rb"[\x01\x02\x80-\x82\x88-\x8a\x41\x42\xc1\xc2]")
# One may begin at any byte, and small ones look like much else: not all is tried.
_TRIED = 16 << 10
_LOOKED_AT = 1024

# What a frame counts for: one whose payload proves it, and one of which only the head fits. How much is wanted; how
# much where the last ends where all ends; and how much where the first begins where all begins, too.
_PROVEN, _FITTING = 3, 1
_WANTED, _WANTED_AT_THE_END, _WANTED_OF_ALL = 15, 6, 3
# A payload that is shorter proves nothing.
_TELLING = 4

# Of the controls, those that somebody sends in text: they lay it out, part it, ring, or move about on a terminal.
_ODD = re.compile(rb"[\x01-\x06\x0b\x0c\x0e-\x1a\x1c\x1d\x7f]")
# What a sender leaves off at the end of a compressed message (RFC 7692, 7.2.1); and, in a block of its own, a word.
_END, _WORD, _STORED = b"\x00\x00\xff\xff", b"word", b"\x00\x04\x00\xfb\xffword"


def find_frames(data: bytes | bytearray, last: bool) -> int:
    """Where frames begin, or -1. With `last`, nothing comes behind `data`."""
    return _WebSocketWalks(data, last).first(_MAY_BEGIN.finditer(data, 0, _TRIED))


class _WalkState(NamedTuple):
    """Where a walk is: at a frame that is masked or not, and whether a message goes on there, if that is known."""

    at: int
    masked: bool
    contiguous: bool | None


class _WebSocketWalks(FrameWalks):
    """What the payloads hold is what tells; see `_WalkScore`."""

    def succeeds(self, begin: int) -> bool:
        """Whether the frames from a place on are frames beyond doubt."""
        if not self._leads_on(begin):
            return False
        evidence = _WalkScore()
        step: _WalkState | None = _WalkState(begin, self._data[begin + 1 : begin + 2] >= b"\x80", None)
        while step and step.at + 2 <= len(self._data):
            if not self._may_pass():
                return False
            step = self._pass(step, evidence)
            if evidence.counted >= _WANTED:
                return True
        wanted = _WANTED_AT_THE_END if begin else _WANTED_OF_ALL
        return self._last and step is not None and step.at == len(self._data) and evidence.counted >= wanted

    def _leads_on(self, begin: int) -> bool:
        """Whether, at a glance, there may be a frame, and another behind it or the end of all."""
        data = self._data
        if begin + 2 > len(data):
            return False
        length, masked = head_length(data[begin], data[begin + 1]), data[begin + 1] >= 0x80
        said = data[begin + 1] & 0x7F
        if length and said in LONGER:
            said = int.from_bytes(data[begin + 2 : begin + 2 + LONGER[said]], "big")
        after = begin + length + said
        if after + 2 > len(data):
            return after == len(data)
        return length > 0 and (data[after + 1] >= 0x80) is masked and head_length(data[after], data[after + 1]) > 0

    def _pass(self, step: _WalkState, evidence: _WalkScore) -> _WalkState | None:
        """Pass over a frame, if one may be there."""
        data, (at, masked, contiguous) = self._data, step
        length = head_length(data[at], data[at + 1])
        if not length or (data[at + 1] >= 0x80) is not masked or at + length > len(data):
            return None
        frame = WebSocketFrame.of(bytes(data[at : at + length]))
        # Lengths are said with as few bytes as can be (5.2).
        if frame.length < SHORTEST[length - len(frame.key)]:
            return None
        if not frame.control:
            # A message ends before another begins (5.4).
            if contiguous is not None and contiguous is not (frame.opcode == Opcode.CONTINUATION):
                return None
            contiguous = not frame.final
        begins, at = at + length, at + length + frame.length
        shown = bytes(data[begins : min(at, begins + _LOOKED_AT)])
        return _WalkState(at, masked, contiguous) if evidence.add(frame, shown) else None


class _WalkScore:
    """What the frames of a walk count for."""

    def __init__(self) -> None:
        self.counted = 0
        self._closed = False
        # Each has a mask of its own (5.3). The lengths of messages differ; those of the rows of a table do not.
        self._keys: set[bytes] = set()
        self._lengths: set[int] = set()

    def add(self, frame: WebSocketFrame, data: bytes) -> bool:
        """Take in a frame, with the beginning of its payload. Say whether it may be one."""
        shown = unmasked(data, frame.key) if frame.key else data
        counts = -1 if self._closed else _counts_for(frame, shown)
        self._closed = frame.opcode == Opcode.CLOSE
        if counts == _PROVEN:
            is_new = not frame.key or frame.key not in self._keys
        else:
            is_new = frame.length not in self._lengths and frame.key not in self._keys
        self._lengths.add(frame.length)
        self._keys |= {frame.key} if frame.key else set()
        self.counted += max(counts, 0) if is_new else 0
        return counts >= 0


def _counts_for(frame: WebSocketFrame, shown: bytes) -> int:
    """How much a frame counts for that begins so; less than nothing where there is no such frame."""
    if frame.opcode == Opcode.CLOSE:
        return _of_close(shown)
    if frame.control or len(shown) < _TELLING:
        return 0
    if frame.compressed:
        return _of_compressed(frame, shown)
    if frame.opcode == Opcode.TEXT:
        return _of_text(shown, whole=frame.final and frame.length == len(shown))
    return _FITTING if frame.final else 0


def _of_close(shown: bytes) -> int:
    """It says nothing, or why (5.5.1, 7.4)."""
    if not shown:
        return _FITTING
    return _PROVEN if 1000 <= int.from_bytes(shown[:2], "big") < 5000 and _of_text(shown[2:], whole=True) >= 0 else -1


def _of_text(shown: bytes, *, whole: bool) -> int:
    try:
        codecs.getincrementaldecoder("utf-8")().decode(shown, final=whole)
    except UnicodeDecodeError:
        return -1
    return 0 if _ODD.search(shown) else _PROVEN


def _of_compressed(frame: WebSocketFrame, shown: bytes) -> int:
    # What it refers to may be anything.
    inflater = zlib.decompressobj(-15, bytes(32 << 10))
    try:
        inflater.decompress(shown, 1 << 14)
        if not frame.final or frame.length > len(shown) or inflater.unconsumed_tail or inflater.eof:
            return 0
        # Almost anything is the beginning of something compressed. But few things end where a block does.
        return _PROVEN if inflater.decompress(_END + _STORED).endswith(_WORD) else -1
    except zlib.error:
        return -1
