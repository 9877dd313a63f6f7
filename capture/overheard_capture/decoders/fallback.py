"""What is nothing that we know by a name: text, or bytes that nobody can read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from overheard.words.layer import Layers
from overheard_capture.content.findings import Reason

if TYPE_CHECKING:
    from overheard_capture.content.findings import Findings
    from overheard_capture.content.readers import Reader
    from overheard_capture.provenance.origin import Bytes, Origin

# What the bytes count as.
TEXT, OPAQUE = "text", "opaque"


class Fallback:
    """Lets a leaf read it, and counts it as what the leaf took it for."""

    def __init__(self, findings: Findings, layers: Layers) -> None:
        from overheard_capture.decoders.untyped import untyped  # noqa: PLC0415  (what a leaf holds may be a stream again)

        self._findings = findings
        self._layers = layers
        self._leaf: Reader = untyped(findings, layers)
        self._length = 0
        self._before = self._troubles()

    def _troubles(self) -> int:
        """How often something under these very layers could not be read."""
        of_ours = (Reason.OPAQUE, Reason.DAMAGED)
        return sum(
            number
            for trouble, number in self._findings.troubles.items()
            if trouble.layers == self._layers and trouble.why in of_ours
        )

    def feed(self, data: Bytes, origin: Origin) -> None:
        """Read on."""
        self._length += len(data)
        self._leaf.feed(data, origin)

    def gap(self, length: int) -> None:
        """So many bytes are missing here."""
        self._leaf.gap(length)

    def close(self) -> None:
        """There is no more to come."""
        self._leaf.close()
        self._findings.read[OPAQUE if self._troubles() > self._before else TEXT] += self._length
        self._length = 0
