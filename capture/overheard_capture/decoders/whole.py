"""Content that can be read only once it is complete, such as a PDF, a certificate, or an image."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from overheard_capture.content.findings import Reason
from overheard_capture.content.nesting import Unwrapping
from overheard_capture.provenance.queue import ByteQueue

if TYPE_CHECKING:
    from collections.abc import Callable

    from overheard.words.layer import Layers
    from overheard_capture.content.findings import Findings
    from overheard_capture.provenance.origin import Bytes, Origin

    # Reads a complete content: where it reports to, its bytes, and their origin.
    ReadWhole: TypeAlias = "Callable[[Unwrapping, bytes, Origin], None]"


class WholeReader:
    """Collects a content up to `Limits.size`, and reads it at its end. `what` names it for people."""

    def __init__(self, findings: Findings, layers: Layers, read: ReadWhole, what: str) -> None:
        self._findings = findings
        self._layers = layers
        self._read_whole = read
        self._what = what
        self._held: ByteQueue | None = ByteQueue()

    def feed(self, data: Bytes, origin: Origin) -> None:
        """Collect the next bytes."""
        if self._held is None:
            return
        self._held.add(data, origin)
        if len(self._held) > self._findings.limits.size:
            self._give_up(Reason.LIMIT, f"{self._what} that exceeds the maximum size")

    def _give_up(self, why: Reason, what: str) -> None:
        self._held = None
        self._findings.report_unread(why, what, self._layers)

    def gap(self, _: int) -> None:
        """Bytes are missing here, without which it cannot be read."""
        if self._held is not None:
            self._give_up(Reason.GAP, f"{self._what} with bytes missing")

    def close(self) -> None:
        """No more bytes follow: read the content."""
        if self._held is not None and len(self._held):
            at = Unwrapping(self._findings, self._layers)
            self._read_whole(at, *self._held.take(len(self._held)))
