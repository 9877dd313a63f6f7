"""The words that people read for codes, in every report that is text. Nothing is decided by them.

JSON and the checks of a verdict have the codes themselves: these are stable, and mostly what the field calls the thing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from overheard.words.sighting import Sighting

# By the code of a layer, a spelling, a protocol, or of what bytes were read as. A code without a row is its own label.
LABELS: dict[str, str] = {
    "br": "Brotli",
    "compress": "compress (LZW)",
    "lz4": "LZ4",
    "lzf": "LZF",
    "opaque": "opaque: neither text nor anything known",
    "snappy": "Snappy",
}


def label(code: str) -> str:
    """What people read for a code."""
    return LABELS.get(code, code)


def how(seen: Sighting) -> str:
    """How a secret was to be seen: `plainly`, or `plainly, in Brotli in chunked`, the innermost layer first."""
    return ", in ".join(map(label, (seen.spelling, *reversed(seen.layers))))
