"""Joined values: what is in several values of one text, such as cookies in chunks, is read as if it were in one."""

from __future__ import annotations

from itertools import accumulate
from typing import TYPE_CHECKING

from overheard.words.layer import Layer, LayerKind
from overheard_capture.content.boundaries import Boundaries
from overheard_capture.content.nesting import within_depth_limit
from overheard_capture.decoders.armour.finder import has_nothing_encoded
from overheard_capture.provenance.origin import joined

if TYPE_CHECKING:
    from collections.abc import Iterable

    from overheard_capture.content.nesting import Unwrapping
    from overheard_capture.provenance.origin import Bytes, Origin

# What is found in one value, as it stands there, is not reported twice.
LAYER = Layer("joined values", LayerKind.SPELLED)


def read_joined(
    at: Unwrapping, data: Bytes, origin: Origin, values: Iterable[tuple[int, int]], between: bytes = b""
) -> None:
    """Read the values at these (start, end) of `data` as one text, with so much `between` them. This is speculative."""
    spans = [(start, end) for start, end in values if end > start]
    texts = [bytes(data[start:end]) for start, end in spans]
    text = between.join(texts)
    if len(spans) < 2 or len(text) < at.findings.search.shortest:
        return
    is_encoded = not between and not has_nothing_encoded(text)
    if not (is_encoded or at.findings.search.matches(text)):
        return
    beneath = at.guess().under(LAYER)
    if not within_depth_limit(beneath.findings, at.layers):
        return
    # What is between two values comes from what is behind the first.
    ends = [end + len(between) for _, end in spans[:-1]] + [spans[-1][1]]
    parts = [(origin, start, end) for (start, _), end in zip(spans, ends, strict=True)]
    content = Boundaries(beneath.findings, beneath.layers, beneath.reader if is_encoded else None)
    starts = accumulate(len(each) + len(between) for each in texts[:-1])
    content.feed(text, joined(parts), list(starts))
    content.close()
