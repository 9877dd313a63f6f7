"""The frames of WebSocket, cut out of what one side sends (RFC 6455, 5.2)."""

from __future__ import annotations

from enum import IntEnum
from typing import TYPE_CHECKING, NamedTuple, Protocol

from overheard_capture.protocols.websocket.masking import unmasked

if TYPE_CHECKING:
    from overheard_capture.provenance.origin import Bytes, Origin


class Opcode(IntEnum):
    """What a frame is."""

    CONTINUATION = 0
    TEXT = 1
    BINARY = 2
    CLOSE = 8
    PING = 9
    PONG = 10


_KNOWN = frozenset(Opcode)
_FINAL, _COMPRESSED, _RESERVED = 0x80, 0x40, 0x30
# How many bytes say the length, where the first seven bits do not.
LONGER = {126: 2, 127: 8}
# How long the payload is at least, by the length of a head without its mask: shorter ones have shorter heads.
SHORTEST = {2: 0, 4: 126, 10: 1 << 16}


class WebSocketFrame(NamedTuple):
    """The head of a frame. `key` is the mask, where there is one."""

    opcode: int
    final: bool
    compressed: bool
    key: bytes
    length: int

    @property
    def control(self) -> bool:
        """Whether it is about the connection, and may stand between the frames of a message."""
        return self.opcode >= Opcode.CLOSE

    @classmethod
    def of(cls, head: bytes) -> WebSocketFrame:
        """What a whole head says."""
        longer = LONGER.get(head[1] & 0x7F, 0)
        length = int.from_bytes(head[2 : 2 + longer], "big") if longer else head[1] & 0x7F
        first = head[0]
        return cls(first & 15, bool(first & _FINAL), bool(first & _COMPRESSED), head[2 + longer :], length)


def head_length(first: int, second: int) -> int:
    """How long a head is that begins with these two bytes; 0 where none can."""
    if not first and not second:
        # It goes on, with nothing, and is not the last: allowed, and never seen. Zeros are seen often.
        return 0
    if first & _RESERVED or first & 15 not in _KNOWN:
        return 0
    # A control frame is whole, short, and never compressed (5.5).
    if first & 8 and (first & 0xC0 != _FINAL or second & 0x7F > 125):
        return 0
    return 2 + LONGER.get(second & 0x7F, 0) + (4 if second & 0x80 else 0)


class WebSocketFrameHandler(Protocol):
    """Whoever is told what the frames are."""

    def begin(self, frame: WebSocketFrame) -> None:
        """A frame begins."""

    def piece(self, data: Bytes, origin: Origin, goes_on: bool) -> None:
        """Some of its payload, without the mask."""

    def missing(self, length: int) -> None:
        """So many bytes of its payload are missing here."""

    def end(self) -> None:
        """The frame is over."""


class WebSocketFramer:
    """Cuts frames out of bytes as they come. Nothing is kept but a head that is not all there."""

    def __init__(self, listener: WebSocketFrameHandler) -> None:
        self._listener = listener
        self._head = b""
        # How long the head is, as far as can be told.
        self._wanted = 2
        self._frame: WebSocketFrame | None = None
        # How much of the payload came, and how much is to come.
        self._done = self._left = 0
        self._begun = False
        self.broken = False

    @property
    def between(self) -> bool:
        """Whether a frame has just ended, and no other begun."""
        return self._frame is None and not self._head

    def feed(self, data: memoryview, origin: Origin) -> int:
        """Read on. How many bytes were read: all, unless no frame can be there."""
        at = 0
        while at < len(data):
            if self._frame is None:
                more = data[at : at + self._wanted - len(self._head)]
                self._head += more
                at += len(more)
                if len(self._head) == self._wanted:
                    self._read_head()
                if self.broken:
                    return at
            else:
                piece = data[at : at + self._left]
                self._go_on(self._frame, piece, origin.after(at))
                at += len(piece)
        return at

    def _read_head(self) -> None:
        self._wanted = head_length(self._head[0], self._head[1])
        if len(self._head) < self._wanted:
            return
        frame = WebSocketFrame.of(self._head) if self._wanted else None
        # The highest bit of a length is 0.
        if frame is None or frame.length >> 63:
            self.broken = True
            return
        self._head, self._wanted = b"", 2
        self._frame, self._left, self._done, self._begun = frame, frame.length, 0, False
        self._listener.begin(frame)
        self._end_if_over()

    def _go_on(self, frame: WebSocketFrame, data: Bytes, origin: Origin) -> None:
        shown = unmasked(data, frame.key, self._done) if frame.key else data
        self._listener.piece(shown, origin, self._begun)
        self._begun = True
        self._pass(len(data))

    def _pass(self, length: int) -> None:
        self._done += length
        self._left -= length
        self._end_if_over()

    def gap(self, length: int) -> bool:
        """So many bytes are missing. Say whether it is known where the next frame begins."""
        if self._frame is None or length > self._left:
            self._frame, self._head, self._wanted = None, b"", 2
            return False
        self._listener.missing(length)
        self._pass(length)
        return True

    def _end_if_over(self) -> None:
        if not self._left:
            self._frame = None
            self._listener.end()
