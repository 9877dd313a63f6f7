"""The frames of WebSocket, cut out of what one side sends (RFC 6455, 5.2)."""

from __future__ import annotations

from enum import IntEnum
from typing import TYPE_CHECKING, NamedTuple

from overheard_capture.protocols.framer import Framer
from overheard_capture.protocols.websocket.masking import unmasked

if TYPE_CHECKING:
    from overheard_capture.protocols.framer import FrameHandler
    from overheard_capture.provenance.origin import Origin


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


class WebSocketFramer(Framer[WebSocketFrame]):
    """Cuts the frames out of what one side sends, and takes the mask off."""

    def __init__(self, handler: FrameHandler[WebSocketFrame]) -> None:
        super().__init__(handler, 2)

    def _read_head(self) -> None:
        self._wanted = head_length(self._head[0], self._head[1])
        if len(self._head) < self._wanted:
            return
        frame = WebSocketFrame.of(self._head) if self._wanted else None
        # The highest bit of a length is 0.
        if frame is None or frame.length >> 63:
            self.broken = True
            return
        self._begin(frame)

    def _read_payload(self, frame: WebSocketFrame, data: memoryview, origin: Origin) -> int:
        shown = unmasked(data, frame.key, frame.length - self._left) if frame.key else data
        self._handler.piece(shown, origin, self._begun)
        self._begun = True
        self._pass(len(data))
        return len(data)
