"""WebSocket frames (RFC 6455, 5.2): their headers, and the framer."""

from __future__ import annotations

from enum import IntEnum
from typing import TYPE_CHECKING

from overheard.words.named_tuple import NamedTuple
from overheard_capture.protocols.framer import Framer
from overheard_capture.protocols.websocket.masking import unmasked

if TYPE_CHECKING:
    from overheard_capture.protocols.framer import FrameHandler
    from overheard_capture.provenance.origin import Origin


class Opcode(IntEnum):
    """The type of a frame."""

    CONTINUATION = 0
    TEXT = 1
    BINARY = 2
    CLOSE = 8
    PING = 9
    PONG = 10


_KNOWN = frozenset(Opcode)
_FINAL, _COMPRESSED, _RESERVED = 0x80, 0x40, 0x30
# The size of the extended payload length, by the 7-bit payload length.
EXTENDED_LENGTH_SIZE = {126: 2, 127: 8}
# The minimum payload length, by the header length without masking key: shorter payloads have shorter headers.
MIN_PAYLOAD = {2: 0, 4: 126, 10: 1 << 16}


class WebSocketFrame(NamedTuple):
    """The header of a frame. `key` is the masking key; empty if the frame is not masked."""

    opcode: int
    final: bool
    compressed: bool
    key: bytes
    length: int

    @property
    def control(self) -> bool:
        """Whether it is a control frame, which may come between the frames of a message."""
        return self.opcode >= Opcode.CLOSE

    @classmethod
    def parse(cls, header: bytes) -> WebSocketFrame:
        """Parse a complete header."""
        extended = EXTENDED_LENGTH_SIZE.get(header[1] & 0x7F, 0)
        length = int.from_bytes(header[2 : 2 + extended], "big") if extended else header[1] & 0x7F
        first = header[0]
        return cls(first & 15, bool(first & _FINAL), bool(first & _COMPRESSED), header[2 + extended :], length)


def header_length(first: int, second: int) -> int:
    """The length of a header that begins with these two bytes; 0 if they are no valid beginning."""
    if not first and not second:
        # An empty, non-final continuation frame is allowed, but never seen in practice. Zeros are common.
        return 0
    if first & _RESERVED or first & 15 not in _KNOWN:
        return 0
    # A control frame is not fragmented, has at most 125 bytes, and is never compressed (5.5).
    if first & 8 and (first & 0xC0 != _FINAL or second & 0x7F > 125):
        return 0
    return 2 + EXTENDED_LENGTH_SIZE.get(second & 0x7F, 0) + (4 if second & 0x80 else 0)


class WebSocketFramer(Framer[WebSocketFrame]):
    """Splits the bytes of one direction into frames, and unmasks their payload."""

    def __init__(self, handler: FrameHandler[WebSocketFrame]) -> None:
        super().__init__(handler, 2)

    def _read_header(self) -> None:
        self._header_size = header_length(self._header[0], self._header[1])
        if len(self._header) < self._header_size:
            return
        frame = WebSocketFrame.parse(self._header) if self._header_size else None
        # The most significant bit of a length is 0.
        if frame is None or frame.length >> 63:
            self.broken = True
            return
        self._begin(frame)

    def _read_payload(self, frame: WebSocketFrame, data: memoryview, origin: Origin) -> int:
        payload = unmasked(data, frame.key, frame.length - self._remaining) if frame.key else data
        self._handler.piece(payload, origin, self._started)
        self._started = True
        self._advance(len(data))
        return len(data)
