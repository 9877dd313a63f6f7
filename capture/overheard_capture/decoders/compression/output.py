"""The output of a decompressor: delivered to a content in large blocks, and limited in size."""

from __future__ import annotations

from typing import TYPE_CHECKING

from overheard.words.layer import Layer, LayerKind, Layers
from overheard_capture.content.nesting import nested_content

if TYPE_CHECKING:
    from overheard_capture.content.content import Content
    from overheard_capture.content.findings import Findings, ReaderFactory
    from overheard_capture.provenance.by_frame import Part
    from overheard_capture.provenance.origin import Origin

# Output is delivered in blocks of at least this size. It is also the maximum output of one call of a decompressor.
BLOCK_SIZE = 256 << 10
# The output allowed to a single content at any compression ratio, times this, is allowed to all contents together.
_ALLOWANCE_FACTOR = 16


class Output:
    """Collects decompressed bytes with the input that each piece came from, and delivers them to their content."""

    def __init__(self, findings: Findings, layers: Layers) -> None:
        self._findings = findings
        # The input of a nested decompression is not from the wire, and is not added to the budget.
        self._outermost = all(layer.kind is not LayerKind.COMPRESSION for layer in layers)
        self._content: Content | None = None
        # The current block: its pieces, its length, and for each piece its offset and the part of the input.
        self._pieces: list[bytes] = []
        self._parts: list[tuple[int, int, int]] = []
        self._length = 0
        # The total length of the input and of the output.
        self._bytes_in = self.bytes_out = 0

    def count_input(self, length: int) -> None:
        """Count bytes of input; a negative `length` takes back bytes that were not compressed."""
        self._bytes_in += length
        if self._outermost:
            self._findings.budget.compressed += length

    @property
    def has_input(self) -> bool:
        """Whether any input was counted."""
        return self._bytes_in != 0

    def open(self, layers: Layers, layer: Layer, reader: ReaderFactory | None) -> bool:
        """Create the content, if there is none yet. False if it exceeds the depth limit, which is reported."""
        if not self._content:
            self._content = nested_content(self._findings, layers, layer, reader)
        return self._content is not None

    def add(self, out: bytes, origin: Origin, part: Part) -> None:
        """Add bytes that were decompressed from the bytes `part` of the input."""
        # Tiny members that follow each other in a frame come from the same bytes: each is one more place otherwise.
        if not self._parts or self._parts[-1][1:] != part:
            self._parts.append((self._length, *part))
        self._pieces.append(out)
        length = len(out)
        self._length += length
        self.bytes_out += length
        self._findings.budget.decompressed += length
        if self._length >= BLOCK_SIZE:
            self.deliver(origin)

    def deliver(self, origin: Origin) -> None:
        """Feed the current block to the content."""
        if self._content and self._pieces:
            data = self._pieces[0] if len(self._pieces) == 1 else b"".join(self._pieces)
            self._content.feed(data, origin.derived(self._parts))
            self._pieces, self._parts, self._length = [], [], 0

    def exceeds_limits(self) -> bool:
        """Whether the output exceeds the limits, by itself or together with that of all other contents."""
        limits, length = self._findings.limits, self.bytes_out
        return (length > limits.spared and length > limits.ratio * self._bytes_in) or self.exceeds_budget()

    def exceeds_budget(self) -> bool:
        """Whether the output of all contents of the direction together exceeds the limits."""
        limits, budget = self._findings.limits, self._findings.budget
        return budget.decompressed > _ALLOWANCE_FACTOR * limits.spared + limits.ratio * budget.compressed

    def close(self) -> None:
        """Close the content."""
        if self._content:
            self._content.close()
