"""Compressed WebSocket messages (permessage-deflate, RFC 7692), with a window shared by successive messages."""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING

from overheard.words.layer import Layer, LayerKind, Layers
from overheard_capture.content.content import Content
from overheard_capture.content.findings import Reason
from overheard_capture.decoders.messages import JoinedMessages
from overheard_capture.provenance.by_frame import FrameAligner, Part
from overheard_capture.provenance.origin import Origin

if TYPE_CHECKING:
    from overheard_capture.content.findings import Findings
    from overheard_capture.content.readers import Reader
    from overheard_capture.provenance.origin import Bytes

LAYER = Layer("permessage-deflate", LayerKind.COMPRESSION)

# The maximum distance of a back reference.
_WINDOW = 32 << 10
_OUTPUT_LIMIT = 256 << 10
# The maximum number of final blocks in a message: each costs a new window.
_MAX_FINAL_BLOCKS = 64
# The bytes that a sender removes from the end of a message (7.2.1).
_TAIL = b"\x00\x00\xff\xff"


class PermessageDeflate:
    """Inflates the messages of one direction, with or without context takeover: the result is the same."""

    def __init__(self, findings: Findings, layers: Layers) -> None:
        self._findings = findings
        self._layers = (*layers, LAYER)
        # All messages as one content: typed input may arrive as one message for each key.
        self._content = Content(findings, self._layers)
        self._inflater = zlib.decompressobj(-15)
        self._window = b""
        # The number of bytes in the window that are unknown, because messages are missing.
        self._unknown = 0
        self._message: Reader | None = None
        self._joined = JoinedMessages(findings, self._layers)
        self._last_origin = Origin([])
        self._by_frame = FrameAligner(self._take)
        self._bytes_in = self._bytes_out = self._final_blocks = 0

    def begin(self) -> None:
        """A message begins."""
        self._message = self._joined.reader()
        self._bytes_in = self._bytes_out = self._final_blocks = 0

    def feed(self, data: Bytes, origin: Origin) -> None:
        """More of the message."""
        if self._message:
            self._by_frame.feed(data, origin)

    def _take(self, data: Bytes, origin: Origin, parts: list[Part]) -> None:
        for start, end in parts:
            self._last_origin = origin.derived([(0, start, end)])
            self._inflate(bytes(data[start:end]), self._last_origin)

    def end(self) -> None:
        """The message has ended."""
        self._by_frame.flush()
        self._inflate(_TAIL, self._last_origin)
        if self._message and self._unknown > 0:
            self._findings.report_unread(Reason.GAP, "compressed messages that refer to missing ones", self._layers)
        self._close_message()

    def _close_message(self) -> None:
        if self._message:
            self._message.close()
        self._message = None
        self._by_frame = FrameAligner(self._take)

    def _inflate(self, data: bytes, output_origin: Origin) -> None:
        self._bytes_in += len(data)
        self._findings.budget.compressed += len(data)
        while data and self._message:
            try:
                out = self._inflater.decompress(data, _OUTPUT_LIMIT)
            except zlib.error:
                self._give_up(Reason.GAP if self._unknown > 0 else Reason.DAMAGED, "a compressed message")
                return
            self._deliver(out, output_origin)
            data = self._inflater.unconsumed_tail
            if self._inflater.eof:
                # A block may be marked final, and the next message may still refer to it (7.2.3.4).
                data = self._inflater.unused_data
                self._final_blocks += 1
                if self._final_blocks > _MAX_FINAL_BLOCKS:
                    self._give_up(Reason.LIMIT, "a compressed message with too many final blocks")
                    return
                self._inflater = zlib.decompressobj(-15, self._window)

    def _deliver(self, out: bytes, output_origin: Origin) -> None:
        if not out or not self._message:
            return
        self._bytes_out += len(out)
        self._findings.budget.decompressed += len(out)
        self._unknown -= len(out)
        self._window = (self._window + out)[-_WINDOW:]
        self._content.feed(out, output_origin)
        self._message.feed(out, output_origin)
        limits = self._findings.limits
        if self._bytes_out > max(limits.spared, limits.ratio * self._bytes_in):
            self._give_up(Reason.LIMIT, "a compressed message that exceeds the size limit")

    def _give_up(self, why: Reason, what: str) -> None:
        self._findings.report_unread(why, what, self._layers)
        self.invalidate_window()

    def invalidate_window(self) -> None:
        """Treat the window as unknown: part of a message is missing here, or could not be inflated."""
        self._close_message()
        self._joined.close()
        self._content.gap(1)
        # Back references to unknown bytes yield NUL; literals are decoded correctly.
        self._window, self._unknown = bytes(_WINDOW), _WINDOW
        self._inflater = zlib.decompressobj(-15, self._window)

    def close(self) -> None:
        """The direction has ended."""
        if self._message:
            self._findings.report_unread(Reason.DAMAGED, "a truncated compressed message", self._layers)
            self._by_frame.flush()
        self._close_message()
        self._joined.close()
        self._content.close()
