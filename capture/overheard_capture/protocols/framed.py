"""Protocols made of consecutive frames: handling of what is no frame, and of missing frames."""

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

    # Set if what stands where a frame should begin is none.
    broken: bool

    def feed(self, data: memoryview, origin: Origin) -> int:
        """Read `data`. Returns the number of bytes read: all, unless it is broken."""

    def gap(self, length: int) -> bool:
        """`length` bytes are missing. Returns whether the position of the next frame is still known."""

    def lose(self, length: int) -> None:
        """`length` bytes are missing, and frame boundaries are lost."""

    def close(self) -> None:
        """The direction has ended."""


class FramedReader:
    """Reads frames with `cutter`; after a loss, from the position that `find` returns."""

    def __init__(self, findings: Findings, layers: Layers, name: str, cutter: FrameReader, find: FindFrames) -> None:
        self._findings = findings
        self._layers = layers
        self._name = name
        self._cutter = cutter
        self._find = find
        # The search for the next frame after a gap; and the reader of what follows something that is no frame.
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
        consumed = self._cutter.feed(data, origin)
        self._findings.read[self._name] += consumed
        if self._cutter.broken:
            self._findings.report_unread(Reason.DAMAGED, f"bytes that are no {self._name} frame", self._layers)
            self._fallback = Fallback(self._findings, self._layers)
        return consumed

    def _resume(self, found: tuple[bytes, Origin] | None) -> None:
        """Continue with the frames that were found, if any."""
        if found and self._resync:
            self._findings.read[OPAQUE] += self._resync.skipped
            self._resync = None
            self.feed(*found)

    def gap(self, length: int) -> None:
        """`length` bytes are missing here."""
        self._end_search()
        if self._fallback:
            self._fallback.gap(length)
        elif not self._cutter.gap(length):
            self._findings.report_unread(Reason.GAP, f"{self._name} frames", self._layers)
            self._cutter.lose(length)
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
        self._cutter.close()
        if self._fallback:
            self._fallback.close()
