"""Protocols made of consecutive frames: fallback for invalid frames, and resynchronisation after gaps."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from overheard.words.layer import Layers
from overheard_capture.content.findings import Reason
from overheard_capture.decoders.fallback import OPAQUE, Fallback
from overheard_capture.protocols.resync import Resynchroniser

if TYPE_CHECKING:
    from overheard_capture.content.findings import Findings
    from overheard_capture.protocols.resync import FindFrames
    from overheard_capture.provenance.origin import Bytes, Origin


class FrameReader(Protocol):
    """Splits bytes into frames and reads their contents."""

    # Set if there is no valid frame where one should begin.
    broken: bool

    def feed(self, data: memoryview, origin: Origin) -> int:
        """Read `data`. Returns the number of bytes read: all, unless it is broken."""

    def gap(self, length: int) -> bool:
        """`length` bytes are missing. Returns whether the position of the next frame is still known."""

    def lose_sync(self, length: int) -> None:
        """`length` bytes are missing, and frame boundaries are lost: discard state of earlier frames."""

    def close(self) -> None:
        """The direction has ended."""


class FramedReader:
    """Reads frames with `frames`. After a gap it resynchronises: it continues at the offset that `find` returns."""

    def __init__(self, findings: Findings, layers: Layers, name: str, frames: FrameReader, find: FindFrames) -> None:
        self._findings = findings
        self._layers = layers
        self._name = name
        self._frames = frames
        self._find = find
        # The search for the next frame after a gap; and the reader of everything after an invalid frame.
        self._resync: Resynchroniser | None = None
        self._fallback: Fallback | None = None

    def feed(self, data: Bytes, origin: Origin) -> None:
        """Read `data`, which comes from `origin`."""
        view = memoryview(data)
        at = 0
        while at < len(view):
            at += self._step(view[at:], origin.after(at))

    def _step(self, data: memoryview, origin: Origin) -> int:
        if self._fallback:
            self._fallback.feed(data, origin)
            return len(data)
        if self._resync:
            consumed, found = self._resync.feed(data, origin)
            self._resume(found)
            return consumed
        consumed = self._frames.feed(data, origin)
        self._findings.read[self._name] += consumed
        if self._frames.broken:
            self._findings.report_unread(Reason.DAMAGED, f"bytes that are not valid {self._name}", self._layers)
            self._fallback = Fallback(self._findings, self._layers)
        return consumed

    def _resume(self, found: tuple[bytes, Origin] | None) -> None:
        """Continue at the frames that were found, if any."""
        if found and self._resync:
            self._findings.read[OPAQUE] += self._resync.skipped
            self._resync = None
            self.feed(*found)

    def gap(self, length: int) -> None:
        """`length` bytes are missing here."""
        self._end_search()
        if self._fallback:
            self._fallback.gap(length)
        elif not self._frames.gap(length):
            self._findings.report_unread(Reason.GAP, f"{self._name} frames", self._layers)
            self._frames.lose_sync(length)
            self._resync = Resynchroniser(self._find)

    def _end_search(self) -> None:
        if self._resync:
            self._resume(self._resync.close())
        if self._resync:
            self._findings.read[OPAQUE] += self._resync.skipped
            self._resync = None

    def close(self) -> None:
        """The direction has ended."""
        self._end_search()
        self._frames.close()
        if self._fallback:
            self._fallback.close()
