"""Joined values: what is in several values of one text, such as cookies in chunks, is read as if it were in one."""

from __future__ import annotations

from itertools import accumulate
from typing import TYPE_CHECKING, TypeAlias

from overheard.words.layer import Layer, LayerKind
from overheard_capture.content.boundaries import Boundaries
from overheard_capture.content.nesting import may_nest
from overheard_capture.decoders.armour.finder import has_nothing_encoded
from overheard_capture.provenance.origin import Origin, joined

if TYPE_CHECKING:
    from collections.abc import Sequence

    from overheard_capture.content.nesting import Unwrapping

# What is found in one value, as it stands there, is not reported twice.
LAYER = Layer("joined values", LayerKind.SPELLED)

# A value, and its origin.
Value: TypeAlias = "tuple[bytes, Origin]"


def read_joined(at: Unwrapping, values: Sequence[Value], between: bytes = b"") -> None:
    """Read values as one text, with nothing or a blank `between` them. This is speculative."""
    values = [value for value in values if value[0]]
    text = between.join([value for value, _ in values])
    if len(values) < 2 or len(text) < at.findings.search.shortest:
        return
    is_encoded = not between and not has_nothing_encoded(text)
    if not (is_encoded or at.findings.search.matches(text)):
        return
    beneath = at.guess().under(LAYER)
    if not may_nest(beneath.findings, at.layers):
        return
    content = Boundaries(beneath.findings, beneath.layers, beneath.reader if is_encoded else None)
    starts = accumulate(len(value) + len(between) for value, _ in values[:-1])
    content.feed(text, _origin(values, len(between)), list(starts))
    content.close()


def read_joined_either_way(at: Unwrapping, values: Sequence[Value]) -> None:
    """Read values as one text, with nothing between them, and with a blank, as in a list of words."""
    read_joined(at, values)
    read_joined(at, values, b" ")


def _origin(values: Sequence[Value], between: int) -> Origin:
    """The origin of joined values. That of what is between two is the last byte of the first one."""
    parts = []
    for value, origin in values:
        size = len(value)
        parts += [(origin, 0, size), (origin, size - between, size)]
    return joined(parts[:-1])
