"""HTTP/2 in one direction (RFC 9113)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from overheard.words.layer import Layer, Layers
from overheard_capture.content.content import Content, SearchScope
from overheard_capture.content.findings import Reason
from overheard_capture.decoders.untyped import untyped
from overheard_capture.protocols.framed import FramedReader
from overheard_capture.protocols.http2.frames import END_STREAM, NUMBERS, FrameType, Http2Frame, Http2Framer
from overheard_capture.protocols.http2.headers import Http2Headers
from overheard_capture.protocols.http2.resync import find_frames
from overheard_capture.protocols.http2.streams import ENCODING_FIELDS, Http2Streams

if TYPE_CHECKING:
    from overheard_capture.content.findings import Findings
    from overheard_capture.provenance.origin import Bytes, Origin

LAYER = Layer("HTTP/2")

_HEADER_TYPES = {FrameType.HEADERS, FrameType.PUSH_PROMISE, FrameType.CONTINUATION}
# Their payload consists of numbers, and is not read further.
_NUMERIC_TYPES = {
    FrameType.PRIORITY,
    FrameType.RST_STREAM,
    FrameType.SETTINGS,
    FrameType.PING,
    FrameType.WINDOW_UPDATE,
    FrameType.PREFACE,
}


def http2(findings: Findings, layers: Layers) -> FramedReader:
    """Create a reader of one direction, with the connection preface or without."""
    return FramedReader(findings, layers, "HTTP/2", Http2Reader(findings, (*layers, LAYER)), find_frames)


class Http2Reader:
    """Reads the contents of the frames of one direction."""

    def __init__(self, findings: Findings, layers: Layers) -> None:
        self._findings = findings
        self._layers = layers
        self._frames = Http2Framer(self)
        self._streams = Http2Streams(findings, layers)
        self._headers = Http2Headers(findings, layers)
        self._frame: Http2Frame | None = None
        # The payload of a frame of another type, and how many bytes of numbers precede it.
        self._other_payload: Content | None = None
        self._numbers = 0
        self.broken = False

    def feed(self, data: memoryview, origin: Origin) -> int:
        """Read `data`. Returns the number of bytes read: all, unless it is broken."""
        consumed = self._frames.feed(data, origin)
        self.broken = self._frames.broken
        return consumed

    # ---- frames

    def begin(self, frame: Http2Frame) -> bool:
        """A frame begins. Returns whether it is allowed here."""
        if not self._frame and frame.kind not in (FrameType.PREFACE, FrameType.SETTINGS):
            # Both sides begin with SETTINGS (3.4), so the capture began in the middle.
            self._findings.report_unread(Reason.GAP, "the beginning of an HTTP/2 connection", self._layers)
            self._lose_headers()
        self._findings.identify_as("HTTP/2")
        # No other frame may interrupt a header block (6.10).
        if self._headers.frame and frame.kind != FrameType.CONTINUATION:
            return False
        self._frame = frame
        if frame.kind in _HEADER_TYPES:
            return self._headers.begin(frame)
        if frame.kind != FrameType.DATA and frame.kind not in _NUMERIC_TYPES:
            self._other_payload = Content(self._findings, self._layers, untyped, SearchScope.NONE)
            self._numbers = NUMBERS.get(frame.kind, 0)
        return True

    def piece(self, data: Bytes, origin: Origin, contiguous: bool) -> None:
        """Part of the payload of the frame."""
        if not self._frame:
            return
        if self._frame.kind == FrameType.DATA:
            self._streams.data(self._frame.stream, data, origin, contiguous)
        elif self._frame.kind in _HEADER_TYPES:
            self._headers.piece(data, origin)
        elif self._other_payload:
            numbers = min(self._numbers, len(data))
            self._numbers -= numbers
            if numbers < len(data):
                self._other_payload.feed(data[numbers:], origin.after(numbers))

    def missing(self, length: int) -> None:
        """`length` bytes of the payload are missing here."""
        if not self._frame:
            return
        if self._frame.kind == FrameType.DATA:
            self._streams.missing(self._frame.stream, length)
        elif self._frame.kind in _HEADER_TYPES:
            self._headers.missing()
            self._streams.headers_missing = True
        elif self._other_payload:
            numbers = min(self._numbers, length)
            self._numbers -= numbers
            self._other_payload.gap(length - numbers)

    def end(self) -> None:
        """The frame has ended."""
        if not (frame := self._frame):
            return
        if frame.kind in _HEADER_TYPES:
            self._end_headers(frame)
        elif self._other_payload:
            self._other_payload.close()
            self._other_payload = None
        elif (frame.kind == FrameType.DATA and frame.flags & END_STREAM) or frame.kind == FrameType.RST_STREAM:
            self._streams.end(frame.stream)

    def _end_headers(self, frame: Http2Frame) -> None:
        first = self._headers.frame or frame
        fields = self._headers.end(frame.flags)
        if fields is None or first.kind == FrameType.PUSH_PROMISE:
            return
        self._streams.header(
            first.stream, {field.name: field.value for field in fields if field.name in ENCODING_FIELDS}
        )
        if first.flags & END_STREAM:
            self._streams.end(first.stream)

    # ---- missing bytes

    def gap(self, length: int) -> bool:
        """`length` bytes are missing. Returns whether the position of the next frame is still known."""
        return self._frames.gap(length)

    def lose_sync(self, length: int) -> None:
        """`length` bytes are missing, and frame boundaries are lost."""
        self._streams.gap(length)
        self._lose_headers()

    def _lose_headers(self) -> None:
        """Header blocks may be missing before the next frame."""
        self._streams.headers_missing = True
        self._headers.lose_sync()

    def close(self) -> None:
        """The direction has ended."""
        if not self._frames.at_boundary:
            self._findings.report_unread(Reason.DAMAGED, "a truncated HTTP/2 frame", self._layers)
        self._headers.close()
        self._streams.close()
        if self._other_payload:
            self._other_payload.close()
