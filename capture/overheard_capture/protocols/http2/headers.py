"""The header blocks of an HTTP/2 connection in one direction, put together and unfolded."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hpack.exceptions import HPACKError

from overheard.words.layer import Layer, Layers
from overheard_capture.content.content import Content
from overheard_capture.content.findings import Reason
from overheard_capture.decoders.untyped import untyped
from overheard_capture.protocols.http2.frames import END_HEADERS, PRIORITISED, FrameType, Http2Frame
from overheard_capture.protocols.http2.hpack import HeadersTooLargeError, HpackDecoder
from overheard_capture.provenance.queue import ByteQueue

if TYPE_CHECKING:
    from overheard_capture.content.findings import Findings
    from overheard_capture.protocols.http2.hpack import HeaderField
    from overheard_capture.provenance.origin import Bytes, Origin

LAYER = Layer("HPACK")


class Http2Headers:
    """Takes the frames that hold header blocks, in their order."""

    def __init__(self, findings: Findings, layers: Layers) -> None:
        self._findings = findings
        self._layers = (*layers, LAYER)
        self._content = Content(findings, self._layers, untyped)
        self._blocks = HpackDecoder()
        # The frame that the block began with, as long as it has not ended.
        self.frame: Http2Frame | None = None
        self._block = ByteQueue()
        # How many bytes of the frame stand before its part of the block.
        self._before = 0
        # Whether a part of the block is missing.
        self._incomplete = False

    def begin(self, frame: Http2Frame) -> bool:
        """A frame of a header block begins. Say whether it may be here (RFC 9113, 6.10)."""
        if frame.kind == FrameType.CONTINUATION:
            return self.frame is not None and self.frame.stream == frame.stream
        self.frame = frame
        # A promise begins with the number of its stream (6.6), a header may with its weight (6.2).
        prioritised = frame.kind == FrameType.HEADERS and frame.flags & PRIORITISED
        self._before = 4 if frame.kind == FrameType.PUSH_PROMISE else 5 if prioritised else 0
        return True

    def piece(self, data: Bytes, origin: Origin) -> None:
        """A piece of the block."""
        before = min(self._before, len(data))
        self._before -= before
        if self._incomplete:
            return
        self._block.add(data[before:], origin.after(before))
        if len(self._block) > self._findings.limits.size:
            self._give_up(Reason.LIMIT, "an endless block of header fields")
            self._incomplete = True

    def missing(self) -> None:
        """Some of the block is missing."""
        self._give_up(Reason.GAP, "header fields")
        self._incomplete = True

    def end(self, flags: int) -> list[HeaderField] | None:
        """A frame of the block ended; the fields, once the block is over."""
        if not flags & END_HEADERS:
            return None
        self.frame = None
        if self._incomplete:
            self._incomplete = False
            return []
        block, origin = self._block.take(len(self._block))
        limits = self._findings.limits
        most = min(max(limits.spared, limits.ratio * len(block)), limits.size)
        try:
            fields, unknown = self._blocks.read(block, most)
        except HeadersTooLargeError:
            self._give_up(Reason.LIMIT, "header fields that unfold to too much")
        except HPACKError:
            self._give_up(Reason.DAMAGED, "header fields")
        else:
            if unknown:
                self._findings.unread(Reason.GAP, "header fields that refer to what is missing", self._layers)
            self._deliver(fields, origin)
            return fields
        return []

    def _give_up(self, why: Reason, what: str) -> None:
        self._findings.unread(why, what, self._layers)
        self._block = ByteQueue()
        self._blocks.lose()

    def _deliver(self, fields: list[HeaderField], origin: Origin) -> None:
        lines, parts = [], []
        at = 0
        for field in fields:
            line = b"%b: %b\n" % (field.name, field.value)
            parts.append((at, field.begins, field.ends))
            lines.append(line)
            at += len(line)
        self._content.feed(b"".join(lines), origin.derived(parts))

    def lose(self) -> None:
        """Blocks are missing here, or a part of one."""
        self._blocks.lose()
        self._block, self._incomplete = ByteQueue(), False
        self.frame = None

    def close(self) -> None:
        """There is no more to come."""
        if len(self._block):
            self._findings.unread(Reason.DAMAGED, "header fields that break off", self._layers)
        self._content.close()
