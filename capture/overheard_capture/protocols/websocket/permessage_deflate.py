"""WebSocket messages that are compressed, each against those before it (permessage-deflate, RFC 7692)."""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING

from overheard.words.layer import Layer, LayerKind, Layers
from overheard_capture.content.content import Content
from overheard_capture.content.findings import Reason
from overheard_capture.decoders.short import ShortReader
from overheard_capture.provenance.by_frame import FrameAligner, Part
from overheard_capture.provenance.origin import Origin

if TYPE_CHECKING:
    from overheard_capture.content.findings import Findings
    from overheard_capture.content.readers import Reader
    from overheard_capture.provenance.origin import Bytes

LAYER = Layer("permessage-deflate", LayerKind.COMPRESSION)

# How far back a reference may reach.
_WINDOW = 32 << 10
_AT_ONCE = 256 << 10
# How many blocks of a message may say that they are the last: each costs a window.
_MOST_ENDS = 64
# What a sender leaves off at the end of a message (7.2.1).
_END = b"\x00\x00\xff\xff"


class PermessageDeflate:
    """The compressed messages of one direction. Whether each starts anew or not: what they say is the same."""

    def __init__(self, findings: Findings, layers: Layers) -> None:
        self._findings = findings
        self._layers = (*layers, LAYER)
        # All messages one behind the other: what is typed may come a key at a time.
        self._content = Content(findings, self._layers)
        self._inflater = zlib.decompressobj(-15)
        self._window = b""
        # How many bytes of the window are not what was sent.
        self._unknown = 0
        self._message: Reader | None = None
        self._last = Origin([])
        self._by_frame = FrameAligner(self._take)
        self._came = self._made = self._ends = 0

    def begin(self) -> None:
        """A message begins."""
        self._message = ShortReader(self._findings, self._layers)
        self._came = self._made = self._ends = 0

    def feed(self, data: Bytes, origin: Origin) -> None:
        """More of the message."""
        if self._message:
            self._by_frame.feed(data, origin)

    def _take(self, data: Bytes, origin: Origin, parts: list[Part]) -> None:
        for begins, ends in parts:
            self._last = origin.derived([(0, begins, ends)])
            self._inflate(bytes(data[begins:ends]), self._last)

    def end(self) -> None:
        """The message is over."""
        self._by_frame.flush()
        self._inflate(_END, self._last)
        if self._message and self._unknown > 0:
            self._findings.unread(Reason.GAP, "messages that refer to what is missing", self._layers)
        self._close_message()

    def _close_message(self) -> None:
        if self._message:
            self._message.close()
        self._message = None
        self._by_frame = FrameAligner(self._take)

    def _inflate(self, data: bytes, made_of: Origin) -> None:
        self._came += len(data)
        self._findings.budget.came += len(data)
        while data and self._message:
            try:
                out = self._inflater.decompress(data, _AT_ONCE)
            except zlib.error:
                self._give_up(Reason.GAP if self._unknown > 0 else Reason.DAMAGED, "a compressed message")
                return
            self._deliver(out, made_of)
            data = self._inflater.unconsumed_tail
            if self._inflater.eof:
                # A block may say that it is the last, and the next message refers to it all the same (7.2.3.4).
                data = self._inflater.unused_data
                self._ends += 1
                if self._ends > _MOST_ENDS:
                    self._give_up(Reason.LIMIT, "a compressed message in too many pieces")
                    return
                self._inflater = zlib.decompressobj(-15, self._window)

    def _deliver(self, out: bytes, made_of: Origin) -> None:
        if not out or not self._message:
            return
        self._made += len(out)
        self._findings.budget.made += len(out)
        self._unknown -= len(out)
        self._window = (self._window + out)[-_WINDOW:]
        self._content.feed(out, made_of)
        self._message.feed(out, made_of)
        limits = self._findings.limits
        if self._made > max(limits.spared, limits.ratio * self._came):
            self._give_up(Reason.LIMIT, "a compressed message that is too large")

    def _give_up(self, why: Reason, what: str) -> None:
        self._findings.unread(why, what, self._layers)
        self.lose()

    def lose(self) -> None:
        """Some of a message is missing here, or was not understood. Those that follow may refer to it."""
        self._close_message()
        self._content.gap(1)
        # What is referred to and not known becomes NUL; what is said anew is read all the same.
        self._window, self._unknown = bytes(_WINDOW), _WINDOW
        self._inflater = zlib.decompressobj(-15, self._window)

    def close(self) -> None:
        """There is no more to come."""
        if self._message:
            self._findings.unread(Reason.DAMAGED, "a compressed message that breaks off", self._layers)
            self._by_frame.flush()
        self._close_message()
        self._content.close()
