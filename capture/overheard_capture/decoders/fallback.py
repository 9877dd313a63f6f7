"""The fallback for a direction of unknown protocol: untyped content, whose bytes are counted as text or as opaque."""

from __future__ import annotations

from typing import TYPE_CHECKING

from overheard.words.layer import Layers
from overheard_capture.content.byte_scan import is_plain
from overheard_capture.content.findings import Reason
from overheard_capture.decoders.dot_stuffing import DotStuffing
from overheard_capture.decoders.text_framing import TextFraming, text_framing
from overheard_capture.decoders.untyped import untyped

if TYPE_CHECKING:
    from overheard_capture.content.findings import Findings
    from overheard_capture.content.readers import Reader
    from overheard_capture.provenance.origin import Bytes, Origin

# What bytes can count as.
TEXT, OPAQUE = "text", "opaque"


class Fallback:
    """Reads content as untyped, and counts its bytes as text, or as opaque if they could not be read."""

    def __init__(self, findings: Findings, layers: Layers) -> None:
        self._findings = findings
        self._layers = layers
        self._untyped: Reader = DotStuffing(findings, layers, untyped)
        # The pieces that lines of text announce. Binary content has no lines.
        self._framing: TextFraming | None = None
        self._length = 0
        self._unread_before = self._count_unread()

    def _count_unread(self) -> int:
        """How many contents under these layers could not be read."""
        of_ours = (Reason.OPAQUE, Reason.DAMAGED)
        return sum(
            number
            for each, number in self._findings.unread.items()
            if each.layers == self._layers and each.why in of_ours
        )

    def feed(self, data: Bytes, origin: Origin) -> None:
        """Read the next bytes."""
        self._length += len(data)
        self._untyped.feed(data, origin)
        if self._framing is None and self._length == len(data) and len(data) and is_plain(bytes(data[:1])):
            self._framing = text_framing(self._findings, self._layers, untyped)
        if self._framing:
            self._framing.feed(data, origin)

    def gap(self, length: int) -> None:
        """`length` bytes are missing here."""
        self._untyped.gap(length)
        if self._framing:
            self._framing.gap(length)

    def close(self) -> None:
        """No more bytes follow."""
        self._untyped.close()
        if self._framing:
            self._framing.close()
        self._findings.read[OPAQUE if self._count_unread() > self._unread_before else TEXT] += self._length
        self._length = 0
