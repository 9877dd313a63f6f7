"""One direction of WebSocket, after the handshake (RFC 6455)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from overheard.words.layer import Layer, Layers
from overheard_capture.content.content import Content, SearchScope
from overheard_capture.content.findings import Reason
from overheard_capture.decoders.messages import JoinedMessages
from overheard_capture.decoders.short import ShortReader
from overheard_capture.protocols.framed import FramedReader
from overheard_capture.protocols.websocket.frames import Opcode, WebSocketFrame, WebSocketFramer
from overheard_capture.protocols.websocket.permessage_deflate import PermessageDeflate
from overheard_capture.protocols.websocket.resync import find_frames
from overheard_capture.provenance.small_queue import Pieces

if TYPE_CHECKING:
    from overheard_capture.content.findings import Findings
    from overheard_capture.content.readers import Reader
    from overheard_capture.provenance.origin import Bytes, Origin

LAYER = Layer("WebSocket")

# Payloads of control frames up to this length are assumed to be random bytes. Longer ones may be encoded data.
_SMALL = 16
# Payloads up to this length are searched together, about so many bytes at once.
_SMALL_PIECE, _TOGETHER = 128, 4 << 10


def websocket(findings: Findings, layers: Layers) -> FramedReader:
    """Create a reader of one direction."""
    return FramedReader(findings, layers, "WebSocket", WebSocketReader(findings, (*layers, LAYER)), find_frames)


class WebSocketReader:
    """Reads the frames of one direction. Each message is read by itself; all are also searched as one content."""

    def __init__(self, findings: Findings, layers: Layers) -> None:
        self._findings = findings
        self._layers = layers
        self._frames = WebSocketFramer(self)
        self._compressed_messages = PermessageDeflate(findings, layers)
        # Unmasked payloads were searched already, except across frame boundaries.
        self._masked = Content(findings, layers)
        self._unmasked = Content(findings, layers, None, SearchScope.BOUNDARIES)
        # Small payloads, unmasked, that are searched together: each by itself takes as long as a thousand bytes.
        self._small = Pieces()
        self._control = Content(findings, layers)
        self._frame: WebSocketFrame | None = None
        # The reader of the message that has begun, and whether it is compressed.
        self._message: Reader | None = None
        self._joined = JoinedMessages(findings, layers)
        self._compressed = False
        # The reader of a control frame's payload.
        self._control_reader: Reader | None = None
        self.broken = False

    def feed(self, data: memoryview, origin: Origin) -> int:
        """Read `data`, which comes from `origin`."""
        consumed = self._frames.feed(data, origin)
        self._search_small()
        self.broken = self._frames.broken
        return consumed

    # ---- frames

    def begin(self, frame: WebSocketFrame) -> bool:
        """A frame begins. It is allowed anywhere."""
        self._findings.identify_as("WebSocket")
        self._frame = frame
        if frame.control:
            self._control_reader = ShortReader(self._findings, self._layers) if frame.length > _SMALL else None
        elif frame.opcode != Opcode.CONTINUATION or not (self._message or self._compressed):
            self._begin_message(frame)
        return True

    def _begin_message(self, frame: WebSocketFrame) -> None:
        if self._message or self._compressed or frame.opcode == Opcode.CONTINUATION:
            self._findings.report_unread(Reason.DAMAGED, "a WebSocket message with unexpected fragments", self._layers)
            self._drop()
        self._compressed = frame.compressed
        if frame.compressed:
            self._compressed_messages.begin()
        else:
            self._message = self._joined.reader()

    def piece(self, data: Bytes, origin: Origin, contiguous: bool) -> None:
        """Part of the payload of the frame."""
        if not self._frame:
            return
        if self._frame.control:
            self._control.feed(data, origin)
            if self._control_reader:
                self._control_reader.feed(data, origin)
        elif self._compressed:
            self._compressed_messages.feed(data, origin)
        else:
            if not self._frame.key:
                self._unmasked.feed(data, origin, contiguous=contiguous)
            elif len(data) <= _SMALL_PIECE:
                self._small.add(data, origin)
                if len(self._small) >= _TOGETHER:
                    self._search_small()
            else:
                self._search_small()
                self._masked.feed(data, origin)
            if self._message:
                self._message.feed(data, origin)

    def _search_small(self) -> None:
        if self._small:
            self._masked.feed(*self._small.take())

    def missing(self, length: int) -> None:
        """`length` bytes of the payload are missing here."""
        if not self._frame:
            return
        if self._frame.control:
            self._control.gap(length)
            if self._control_reader:
                self._control_reader.gap(length)
        elif self._compressed:
            self._findings.report_unread(Reason.GAP, "a compressed message", self._layers)
            self._compressed_messages.invalidate_window()
        else:
            self._search_small()
            (self._masked if self._frame.key else self._unmasked).gap(length)
            if self._message:
                self._message.gap(length)

    def end(self) -> None:
        """The frame has ended."""
        if not (frame := self._frame):
            return
        if frame.control:
            if self._control_reader:
                self._control_reader.close()
                self._control_reader = None
        elif frame.final:
            if self._compressed:
                self._compressed_messages.end()
            self._end_message()

    def _end_message(self) -> None:
        if self._message:
            self._message.close()
        self._message, self._compressed = None, False

    def _drop(self) -> None:
        """End a message that remains incomplete."""
        if self._compressed:
            self._compressed_messages.invalidate_window()
        self._end_message()

    # ---- missing bytes

    def gap(self, length: int) -> bool:
        """`length` bytes are missing. Returns whether the position of the next frame is still known."""
        return self._frames.gap(length)

    def lose_sync(self, length: int) -> None:
        """`length` bytes are missing, and frame boundaries are lost."""
        self._compressed_messages.invalidate_window()
        self._drop()
        self._joined.close()
        for content in (self._masked, self._unmasked, self._control):
            content.gap(length)

    def close(self) -> None:
        """The direction has ended."""
        if not self._frames.at_boundary or self._message or self._compressed:
            self._findings.report_unread(Reason.DAMAGED, "a truncated WebSocket message", self._layers)
        self._end_message()
        if self._control_reader:
            self._control_reader.close()
        for content in (self._masked, self._unmasked, self._control, self._compressed_messages, self._joined):
            content.close()
