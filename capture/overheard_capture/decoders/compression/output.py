"""The output of a decompressor: handed on in large pieces, and measured against the limits."""

from __future__ import annotations

from typing import TYPE_CHECKING

from overheard.words.layer import Layer, LayerKind, Layers
from overheard_capture.content.nesting import inner

if TYPE_CHECKING:
    from overheard_capture.content.content import Content
    from overheard_capture.content.findings import Findings, ReaderFactory
    from overheard_capture.provenance.by_frame import Part
    from overheard_capture.provenance.origin import Origin

# The size from which on a piece is handed on, and the most that a decompressor is asked for at a time.
ROOM = 256 << 10
# All contents together may make this many times the bytes that one alone may make at any ratio.
_ALLOWANCE = 16


class Output:
    """Collects what is decompressed, with the input that it came out of, and hands it on to the content that it is."""

    def __init__(self, findings: Findings, layers: Layers) -> None:
        self._findings = findings
        # Compressed content inside other compressed content did not come from the wire.
        self._outermost = all(layer.kind is not LayerKind.COMPRESSION for layer in layers)
        self._content: Content | None = None
        # What is not handed on yet: its pieces, their length, and for each where it begins and the input it came from.
        self._pieces: list[bytes] = []
        self._parts: list[tuple[int, int, int]] = []
        self._length = 0
        # Bytes in and out, in all.
        self._came = self.made = 0

    def count(self, length: int) -> None:
        """Count bytes of input."""
        self._came += length
        if self._outermost:
            self._findings.budget.compressed += length

    @property
    def started(self) -> bool:
        """Whether any input was counted."""
        return self._came != 0

    def open(self, layers: Layers, layer: Layer, reader: ReaderFactory | None) -> bool:
        """Begin the content, unless it has begun; False where it would be nested too deep, which is reported."""
        if not self._content:
            self._content = inner(self._findings, layers, layer, reader)
        return self._content is not None

    def add(self, out: bytes, origin: Origin, part: Part) -> None:
        """Take in what came out of the bytes `part` of the input."""
        self._parts.append((self._length, *part))
        self._pieces.append(out)
        length = len(out)
        self._length += length
        self.made += length
        self._findings.budget.decompressed += length
        if self._length >= ROOM:
            self.deliver(origin)

    def deliver(self, origin: Origin) -> None:
        """Let the content be read as far as it has come."""
        if self._content and self._pieces:
            data = self._pieces[0] if len(self._pieces) == 1 else b"".join(self._pieces)
            self._content.feed(data, origin.derived(self._parts))
            self._pieces, self._parts, self._length = [], [], 0

    def too_much(self) -> bool:
        """Whether there is more of it than the limits allow, by itself or together with all others."""
        limits, made = self._findings.limits, self.made
        return (made > limits.spared and made > limits.ratio * self._came) or self.spent()

    def spent(self) -> bool:
        """Whether all that was decompressed so far, here and elsewhere, is more than the limits allow."""
        limits, budget = self._findings.limits, self._findings.budget
        return budget.decompressed > _ALLOWANCE * limits.spared + limits.ratio * budget.compressed

    def close(self) -> None:
        """Close the content."""
        if self._content:
            self._content.close()
