"""HTTP/2 as one side of a connection sends it (RFC 9113)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from overheard.words.layer import Layer, Layers
from overheard_capture.content.content import Content, SearchScope
from overheard_capture.content.findings import Reason
from overheard_capture.decoders.untyped import untyped
from overheard_capture.protocols.framed import FramedReader
from overheard_capture.protocols.http2.frames import END_STREAM, FrameType, Http2Frame, Http2Framer
from overheard_capture.protocols.http2.headers import Http2Headers
from overheard_capture.protocols.http2.resync import find_frames
from overheard_capture.protocols.http2.streams import TELLING, Http2Streams

if TYPE_CHECKING:
    from overheard_capture.content.findings import Findings
    from overheard_capture.provenance.origin import Bytes, Origin

LAYER = Layer("HTTP/2")

_OF_HEADERS = {FrameType.HEADERS, FrameType.PUSH_PROMISE, FrameType.CONTINUATION}
# Their payload is numbers, and nothing that could be unwrapped.
_NUMBERS = {
    FrameType.PRIORITY,
    FrameType.RST_STREAM,
    FrameType.SETTINGS,
    FrameType.PING,
    FrameType.WINDOW_UPDATE,
    FrameType.PREFACE,
}


def http2(findings: Findings, layers: Layers) -> FramedReader:
    """A reader of one direction, with the preface or without."""
    return FramedReader(findings, layers, "HTTP/2", Http2(findings, (*layers, LAYER)), find_frames)


class Http2:
    """What the frames of one direction say."""

    def __init__(self, findings: Findings, layers: Layers) -> None:
        self._findings = findings
        self._layers = layers
        self._frames = Http2Framer(self)
        self._streams = Http2Streams(findings, layers)
        self._headers = Http2Headers(findings, layers)
        self._frame: Http2Frame | None = None
        # What is in a frame of a kind that we know nothing of.
        self._other: Content | None = None
        self.broken = False

    def feed(self, data: memoryview, origin: Origin) -> int:
        """Read on."""
        taken = self._frames.feed(data, origin)
        self.broken = self._frames.broken
        return taken

    # ---- what the frames are

    def begin(self, frame: Http2Frame) -> bool:
        """A frame begins. Say whether it may be here."""
        if not self._frame and frame.kind not in (FrameType.PREFACE, FrameType.SETTINGS):
            # Both sides begin with settings (3.4): we came in the middle.
            self._findings.unread(Reason.GAP, "how an HTTP/2 connection began", self._layers)
            self._forget()
        self._findings.identify_as("HTTP/2")
        # Nothing may come between the frames of a header block (6.10).
        if self._headers.frame and frame.kind != FrameType.CONTINUATION:
            return False
        self._frame = frame
        if frame.kind in _OF_HEADERS:
            return self._headers.begin(frame)
        if frame.kind != FrameType.DATA and frame.kind not in _NUMBERS:
            self._other = Content(self._findings, self._layers, untyped, SearchScope.NONE)
        return True

    def piece(self, data: Bytes, origin: Origin, contiguous: bool) -> None:
        """Some of the payload of the frame."""
        if not self._frame:
            return
        if self._frame.kind == FrameType.DATA:
            self._streams.data(self._frame.stream, data, origin, contiguous)
        elif self._frame.kind in _OF_HEADERS:
            self._headers.piece(data, origin)
        elif self._other:
            self._other.feed(data, origin)

    def missing(self, length: int) -> None:
        """So many bytes of its payload are missing here."""
        if not self._frame:
            return
        if self._frame.kind == FrameType.DATA:
            self._streams.missing(self._frame.stream, length)
        elif self._frame.kind in _OF_HEADERS:
            self._headers.missing()
            self._streams.lost = True
        elif self._other:
            self._other.gap(length)

    def end(self) -> None:
        """The frame is over."""
        if not (frame := self._frame):
            return
        if frame.kind in _OF_HEADERS:
            self._end_headers(frame)
        elif self._other:
            self._other.close()
            self._other = None
        elif (frame.kind == FrameType.DATA and frame.flags & END_STREAM) or frame.kind == FrameType.RST_STREAM:
            self._streams.end(frame.stream)

    def _end_headers(self, frame: Http2Frame) -> None:
        first = self._headers.frame or frame
        fields = self._headers.end(frame.flags)
        if fields is None or first.kind == FrameType.PUSH_PROMISE:
            return
        self._streams.header(first.stream, {field.name: field.value for field in fields if field.name in TELLING})
        if first.flags & END_STREAM:
            self._streams.end(first.stream)

    # ---- what is missing

    def gap(self, length: int) -> bool:
        """So many bytes are missing. Say whether it is known where the next frame begins."""
        return self._frames.gap(length)

    def lose(self, length: int) -> None:
        """So many bytes are missing, and nobody knows what they were."""
        self._streams.gap(length)
        self._forget()

    def _forget(self) -> None:
        self._streams.lost = True
        self._headers.lose()

    def close(self) -> None:
        """There is no more to come."""
        if not self._frames.between:
            self._findings.unread(Reason.DAMAGED, "a frame of HTTP/2 that breaks off", self._layers)
        self._headers.close()
        self._streams.close()
        if self._other:
            self._other.close()
