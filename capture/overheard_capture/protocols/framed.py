"""Frames that follow each other without a break: what to do where one is none, or where some are missing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from overheard.words.layer import Layers
from overheard_capture.content.findings import Reason
from overheard_capture.decoders.fallback import OPAQUE, Fallback
from overheard_capture.protocols.resync import Resynchroniser

if TYPE_CHECKING:
    from overheard_capture.content.findings import Findings
    from overheard_capture.protocols.resync import Find
    from overheard_capture.provenance.origin import Bytes, Origin


class FrameReader(Protocol):
    """Whoever cuts frames out of bytes, and knows what is in them."""

    # Whether something stood where a frame should have begun.
    broken: bool

    def feed(self, data: memoryview, origin: Origin) -> int:
        """Read on. How many bytes were read: all, unless it broke."""

    def gap(self, length: int) -> bool:
        """So many bytes are missing. Say whether it is known where the next frame begins."""

    def lose(self, length: int) -> None:
        """So many bytes are missing, and nobody knows what they were."""

    def close(self) -> None:
        """There is no more to come."""


class FramedReader:
    """Reads frames of a kind with `cutter`; after a loss, from where `find` says that they begin again."""

    def __init__(self, findings: Findings, layers: Layers, what: str, cutter: FrameReader, find: Find) -> None:
        self._findings = findings
        self._layers = layers
        self._what = what
        self._cutter = cutter
        self._find = find
        # Where frames are looked for; and what follows after something that is no frame.
        self._afresh: Resynchroniser | None = None
        self._rest: Fallback | None = None

    def feed(self, data: Bytes, origin: Origin) -> None:
        """Read on."""
        view = memoryview(data)
        at = 0
        while at < len(view):
            at += self._go_on(view[at:], origin.after(at))

    def _go_on(self, data: memoryview, origin: Origin) -> int:
        if self._rest:
            self._rest.feed(data, origin)
            return len(data)
        if self._afresh:
            taken, found = self._afresh.feed(data, origin)
            self._resume(found)
            return taken
        taken = self._cutter.feed(data, origin)
        self._findings.read[self._what] += taken
        if self._cutter.broken:
            self._findings.unread(Reason.DAMAGED, f"what stands where a frame of {self._what} should", self._layers)
            self._rest = Fallback(self._findings, self._layers)
        return taken

    def _resume(self, found: tuple[bytes, Origin] | None) -> None:
        """Read on from where frames were found, if they were."""
        if found and self._afresh:
            self._findings.read[OPAQUE] += self._afresh.skipped
            self._afresh = None
            self.feed(*found)

    def gap(self, length: int) -> None:
        """So many bytes are missing here."""
        self._end_search()
        if self._rest:
            self._rest.gap(length)
        elif not self._cutter.gap(length):
            self._findings.unread(Reason.GAP, f"frames of {self._what}", self._layers)
            self._cutter.lose(length)
            self._afresh = Resynchroniser(self._find)

    def _end_search(self) -> None:
        if self._afresh:
            self._resume(self._afresh.close())
        if self._afresh:
            self._findings.read[OPAQUE] += self._afresh.skipped
            self._afresh = None

    def close(self) -> None:
        """There is no more to come."""
        self._end_search()
        self._cutter.close()
        if self._rest:
            self._rest.close()
