"""Header blocks of one direction of an HTTP/2 connection, reassembled and decompressed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hpack.exceptions import HPACKError

from overheard.words.layer import Layer, Layers
from overheard_capture.content.content import Content
from overheard_capture.content.findings import Reason
from overheard_capture.decoders.numbered_values import read_numbered
from overheard_capture.decoders.untyped import untyped
from overheard_capture.protocols.http2.frames import END_HEADERS, PRIORITY, FrameType, Http2Frame
from overheard_capture.protocols.http2.hpack import HeadersTooLargeError, HpackDecoder
from overheard_capture.provenance.queue import ByteQueue

if TYPE_CHECKING:
    from overheard_capture.content.findings import Findings
    from overheard_capture.protocols.http2.hpack import HeaderField
    from overheard_capture.provenance.origin import Bytes, Origin

LAYER = Layer("HPACK")


class Http2Headers:
    """Reads the frames that carry header blocks, in order."""

    def __init__(self, findings: Findings, layers: Layers) -> None:
        self._findings = findings
        self._layers = (*layers, LAYER)
        self._content = Content(findings, self._layers, untyped)
        self._decoder = HpackDecoder()
        # The first frame of the current block; None between blocks.
        self.frame: Http2Frame | None = None
        self._block = ByteQueue()
        # The number of bytes in the frame before its block fragment.
        self._to_skip = 0
        # Whether part of the block is missing.
        self._incomplete = False

    def begin(self, frame: Http2Frame) -> bool:
        """A frame with a block fragment begins. Returns whether it is allowed here (RFC 9113, 6.10)."""
        if frame.kind == FrameType.CONTINUATION:
            return self.frame is not None and self.frame.stream == frame.stream
        self.frame = frame
        # PUSH_PROMISE begins with the promised stream ID (6.6), HEADERS optionally with priority fields (6.2).
        prioritised = frame.kind == FrameType.HEADERS and frame.flags & PRIORITY
        self._to_skip = 4 if frame.kind == FrameType.PUSH_PROMISE else 5 if prioritised else 0
        return True

    def piece(self, data: Bytes, origin: Origin) -> None:
        """Part of the block, or of the fields before it."""
        before = min(self._to_skip, len(data))
        self._to_skip -= before
        if self._incomplete:
            return
        self._block.add(data[before:], origin.after(before))
        if len(self._block) > self._findings.limits.size:
            self._give_up(Reason.LIMIT, "a header block that exceeds the size limit")
            self._incomplete = True

    def missing(self) -> None:
        """Part of the block is missing."""
        self._give_up(Reason.GAP, "header fields")
        self._incomplete = True

    def end(self, flags: int) -> list[HeaderField] | None:
        """A frame of the block has ended. Returns the fields if the block is complete, otherwise None."""
        if not flags & END_HEADERS:
            return None
        self.frame = None
        if self._incomplete:
            self._incomplete = False
            return []
        block, origin = self._block.take(len(self._block))
        limits = self._findings.limits
        limit = min(max(limits.spared, limits.ratio * len(block)), limits.size)
        try:
            fields, missing_references = self._decoder.read(block, limit)
        except HeadersTooLargeError:
            self._give_up(Reason.LIMIT, "header fields that exceed the size limit")
        except HPACKError:
            self._give_up(Reason.DAMAGED, "header fields")
        else:
            if missing_references:
                self._findings.report_unread(Reason.GAP, "header fields with missing table entries", self._layers)
            self._deliver(fields, origin)
            return fields
        return []

    def _give_up(self, why: Reason, what: str) -> None:
        self._findings.report_unread(why, what, self._layers)
        self._block = ByteQueue()
        self._decoder.invalidate_table()

    def _deliver(self, fields: list[HeaderField], origin: Origin) -> None:
        lines, parts = [], []
        at = 0
        for field in fields:
            line = b"%b: %b\n" % (field.name, field.value)
            parts.append((at, field.start, field.end))
            lines.append(line)
            at += len(line)
        text, where = b"".join(lines), origin.derived(parts)
        self._content.feed(text, where)
        read_numbered(self._findings, self._layers, text, where)

    def lose_sync(self) -> None:
        """Frame boundaries are lost: blocks may be missing."""
        self._decoder.invalidate_table()
        self._block, self._incomplete = ByteQueue(), False
        self.frame = None

    def close(self) -> None:
        """The direction has ended."""
        if len(self._block):
            self._findings.report_unread(Reason.DAMAGED, "a truncated header block", self._layers)
        self._content.close()
