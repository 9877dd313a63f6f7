"""HTTP/2 frames (RFC 9113, 4): their headers, and the framer."""

from __future__ import annotations

from enum import IntEnum
from typing import TYPE_CHECKING

from overheard.words.named_tuple import NamedTuple
from overheard_capture.protocols.framer import Framer
from overheard_capture.protocols.http2 import PREFACE

if TYPE_CHECKING:
    from overheard_capture.protocols.framer import FrameHandler
    from overheard_capture.provenance.origin import Bytes, Origin

HEADER_LENGTH = 9


class FrameType(IntEnum):
    """The type of a frame (RFC 9113, 6). `PREFACE` represents the connection preface."""

    PREFACE = -1
    DATA = 0
    HEADERS = 1
    PRIORITY = 2
    RST_STREAM = 3
    SETTINGS = 4
    PUSH_PROMISE = 5
    PING = 6
    GOAWAY = 7
    WINDOW_UPDATE = 8
    CONTINUATION = 9
    ALTSVC = 10  # RFC 7838, 4
    PRIORITY_UPDATE = 16  # RFC 9218, 7.1


END_STREAM = ACK = 0x01
END_HEADERS = 0x04
PADDED = 0x08
PRIORITY = 0x20

# The flags that each type may have.
FLAGS: dict[int, int] = {
    FrameType.DATA: END_STREAM | PADDED,
    FrameType.HEADERS: END_STREAM | END_HEADERS | PADDED | PRIORITY,
    FrameType.SETTINGS: ACK,
    FrameType.PUSH_PROMISE: END_HEADERS | PADDED,
    FrameType.PING: ACK,
    FrameType.CONTINUATION: END_HEADERS,
}

# The numbers that begin a payload: the last stream and the error code, the length of the origin, and the stream.
NUMBERS: dict[int, int] = {FrameType.GOAWAY: 8, FrameType.ALTSVC: 2, FrameType.PRIORITY_UPDATE: 4}
_LENGTHS = {FrameType.PRIORITY: 5, FrameType.RST_STREAM: 4, FrameType.PING: 8, FrameType.WINDOW_UPDATE: 4}
_STREAM_TYPES = {
    FrameType.DATA,
    FrameType.HEADERS,
    FrameType.PRIORITY,
    FrameType.RST_STREAM,
    FrameType.PUSH_PROMISE,
    FrameType.CONTINUATION,
}
_CONNECTION_TYPES = {FrameType.SETTINGS, FrameType.PING, FrameType.GOAWAY}
_PADDABLE = {FrameType.DATA, FrameType.HEADERS, FrameType.PUSH_PROMISE}


class Http2Frame(NamedTuple):
    """The header of a frame. `kind` may be a type that is not in FrameType."""

    length: int
    kind: int
    flags: int
    stream: int

    @classmethod
    def parse(cls, header: Bytes) -> Http2Frame:
        """Parse a header of nine bytes. The first nine of the connection preface are treated as one."""
        if header == PREFACE[:HEADER_LENGTH]:
            return cls(len(PREFACE) - HEADER_LENGTH, FrameType.PREFACE, 0, 0)
        length = int.from_bytes(header[:3], "big")
        return cls(length, header[3], header[4], int.from_bytes(header[5:9], "big") & 0x7FFFFFFF)

    @property
    def valid(self) -> bool:
        """Whether the header is valid."""
        if self.kind in _LENGTHS and self.length != _LENGTHS[FrameType(self.kind)]:
            return False
        if self.kind == FrameType.SETTINGS and (self.length % 6 or (self.flags & ACK and self.length)):
            return False
        if self.kind in NUMBERS and self.length < NUMBERS[self.kind]:
            return False
        return self.kind not in (_CONNECTION_TYPES if self.stream else _STREAM_TYPES)

    @property
    def padded(self) -> bool:
        """Whether the payload begins with a padding length."""
        return bool(self.flags & PADDED) and self.kind in _PADDABLE


class Http2Framer(Framer[Http2Frame]):
    """Splits the bytes of one direction into frames, and removes their padding."""

    def __init__(self, handler: FrameHandler[Http2Frame]) -> None:
        super().__init__(handler, HEADER_LENGTH)
        # The number of padding bytes at the end; -1 as long as the first byte of the payload, their number, is unread.
        self._padding = 0

    def _read_header(self) -> None:
        frame, self._header = Http2Frame.parse(self._header), b""
        if not frame.valid or frame.padded > frame.length:
            self.broken = True
            return
        self._padding = -1 if frame.padded else 0
        self._begin(frame)

    def _read_payload(self, _: Http2Frame, data: memoryview, origin: Origin) -> int:
        if self._padding < 0:
            # A padding length greater than the payload is an error (6.1). The rest is then read as payload.
            self._padding = data[0] if data[0] < self._remaining else 0
            self._advance(1)
            return 1
        body = data[: max(self._remaining - self._padding, 0)]
        if len(body):
            self._handler.piece(body, origin, self._started)
            self._started = True
        self._advance(len(data))
        return len(data)

    def gap(self, length: int) -> bool:
        """`length` bytes are missing. Returns whether the position of the next frame is still known."""
        self._padding = max(self._padding, 0)
        return super().gap(length)
