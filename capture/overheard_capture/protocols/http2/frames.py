"""The frames of HTTP/2, cut out of what one side sends (RFC 9113, 4)."""

from __future__ import annotations

from enum import IntEnum
from typing import TYPE_CHECKING, NamedTuple

from overheard_capture.protocols.framer import Framer

if TYPE_CHECKING:
    from overheard_capture.protocols.framer import FrameHandler
    from overheard_capture.provenance.origin import Bytes, Origin

HEAD = 9
# What a client says first (3.4). Taken for a frame, its first bytes would be a head.
PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"


class FrameType(IntEnum):
    """What a frame is (RFC 9113, 6)."""

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


END_STREAM = ACK = 0x01
END_HEADERS = 0x04
PADDED = 0x08
PRIORITISED = 0x20

# The flags that each may have.
FLAGS: dict[int, int] = {
    FrameType.DATA: END_STREAM | PADDED,
    FrameType.HEADERS: END_STREAM | END_HEADERS | PADDED | PRIORITISED,
    FrameType.SETTINGS: ACK,
    FrameType.PUSH_PROMISE: END_HEADERS | PADDED,
    FrameType.PING: ACK,
    FrameType.CONTINUATION: END_HEADERS,
}

_LENGTHS = {FrameType.PRIORITY: 5, FrameType.RST_STREAM: 4, FrameType.PING: 8, FrameType.WINDOW_UPDATE: 4}
_OF_A_STREAM = {
    FrameType.DATA,
    FrameType.HEADERS,
    FrameType.PRIORITY,
    FrameType.RST_STREAM,
    FrameType.PUSH_PROMISE,
    FrameType.CONTINUATION,
}
_OF_NONE = {FrameType.SETTINGS, FrameType.PING, FrameType.GOAWAY}
_MAY_BE_PADDED = {FrameType.DATA, FrameType.HEADERS, FrameType.PUSH_PROMISE}


class Http2Frame(NamedTuple):
    """The head of a frame. Of a `kind` that is not in the table nothing is known."""

    length: int
    kind: int
    flags: int
    stream: int

    @classmethod
    def of(cls, head: Bytes) -> Http2Frame:
        """What nine bytes say."""
        if head == PREFACE[:HEAD]:
            return cls(len(PREFACE) - HEAD, FrameType.PREFACE, 0, 0)
        length = int.from_bytes(head[:3], "big")
        return cls(length, head[3], head[4], int.from_bytes(head[5:9], "big") & 0x7FFFFFFF)

    @property
    def sound(self) -> bool:
        """Whether there may be such a frame at all."""
        if self.kind in _LENGTHS and self.length != _LENGTHS[FrameType(self.kind)]:
            return False
        if self.kind == FrameType.SETTINGS and (self.length % 6 or (self.flags & ACK and self.length)):
            return False
        if self.kind == FrameType.GOAWAY and self.length < 8:
            return False
        return self.kind not in (_OF_NONE if self.stream else _OF_A_STREAM)

    @property
    def padded(self) -> bool:
        """Whether its payload begins with the length of a padding."""
        return bool(self.flags & PADDED) and self.kind in _MAY_BE_PADDED


class Http2Framer(Framer[Http2Frame]):
    """Cuts the frames out of what one side sends, and the padding out of them."""

    def __init__(self, handler: FrameHandler[Http2Frame]) -> None:
        super().__init__(handler, HEAD)
        # How much of what is left is padding, or -1 where its first byte will say.
        self._padding = 0

    def _read_head(self) -> None:
        frame, self._head = Http2Frame.of(self._head), b""
        if not frame.sound or frame.padded > frame.length:
            self.broken = True
            return
        self._padding = -1 if frame.padded else 0
        self._begin(frame)

    def _read_payload(self, _: Http2Frame, data: memoryview, origin: Origin) -> int:
        if self._padding < 0:
            # A padding longer than what it pads is no padding (6.1). All that is left is looked at then.
            self._padding = data[0] if data[0] < self._left else 0
            self._pass(1)
            return 1
        body = data[: max(self._left - self._padding, 0)]
        if len(body):
            self._handler.piece(body, origin, self._begun)
            self._begun = True
        self._pass(len(data))
        return len(data)

    def gap(self, length: int) -> bool:
        """So many bytes are missing. Say whether it is known where the next frame begins."""
        self._padding = max(self._padding, 0)
        return super().gap(length)
