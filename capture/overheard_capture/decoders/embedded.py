"""Fields of a known structure, such as a TLS extension: what is embedded in them is unwrapped like a body.

The fields themselves are binary, so that they are not text is no fault. Only content of a field that nobody knows, and
that is longer than a number or an identifier, is reported as unread.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from overheard_capture.content.byte_scan import has_no_encoding
from overheard_capture.content.nesting import MAX_IDENTIFIER, speculative
from overheard_capture.decoders.magic import CARVED, HEAD, is_known
from overheard_capture.decoders.short import ShortReader
from overheard_capture.decoders.untyped import TextReader, untyped

if TYPE_CHECKING:
    from collections.abc import Iterable

    from overheard.words.layer import Layers
    from overheard_capture.content.findings import Findings
    from overheard_capture.content.readers import Reader
    from overheard_capture.provenance.origin import Bytes, Origin

# Where content may begin in a field: at once, or behind a header of a few bytes.
BEHIND_HEADER = range(8)


def read_embedded(
    findings: Findings, layers: Layers, data: Bytes, origin: Origin, starts: Iterable[int] = (0,)
) -> None:
    """Unwrap known formats and encoded text anywhere in `data`; those with a short magic only at the offsets `starts`.

    The bytes themselves are not searched: that was done where they were read.
    """
    held = bytes(data)
    if CARVED.first(held) >= 0 or not has_no_encoding(held):
        _read(TextReader(speculative(findings), layers), held, origin)
    for at in starts:
        if is_known(held[at : at + HEAD]):
            _read(untyped(speculative(findings), layers), held[at:], origin.after(at))


def read_unknown_field(findings: Findings, layers: Layers, data: Bytes, origin: Origin) -> None:
    """Read a field of unknown meaning. If it is long and neither text nor a known format, that is reported."""
    if len(data) <= MAX_IDENTIFIER:
        read_embedded(findings, layers, data, origin)
    else:
        _read(ShortReader(findings, layers), bytes(data), origin)


def _read(reader: Reader, data: bytes, origin: Origin) -> None:
    reader.feed(data, origin)
    reader.close()
