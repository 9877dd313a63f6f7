"""Values: text that a protocol carries outside a body, such as a field value, a path or an option, is unwrapped too."""

from __future__ import annotations

from typing import TYPE_CHECKING

from overheard.words.layer import Layers
from overheard_capture.content.byte_scan import has_no_encoding, is_plain
from overheard_capture.content.nesting import speculative
from overheard_capture.decoders.untyped import armoured

if TYPE_CHECKING:
    from overheard_capture.content.findings import Findings
    from overheard_capture.provenance.origin import Bytes, Origin


def read_values(findings: Findings, layers: Layers, data: Bytes, origin: Origin) -> None:
    """Unwrap the encoded values in some bytes, which are complete and were searched already.

    This is speculative: what has no known encoding was searched as it is.
    """
    data = bytes(data)
    if is_plain(data) and has_no_encoding(data):
        return
    reader = armoured(speculative(findings), layers)
    reader.feed(data, origin)
    reader.close()
