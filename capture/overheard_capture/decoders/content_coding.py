"""What a body is wrapped in by its content-encoding (RFC 9110, 8.4)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from overheard_capture.decoders.compression import CODINGS, decompressing
from overheard_capture.decoders.untyped import untyped

if TYPE_CHECKING:
    from overheard_capture.content.findings import ReaderFactory

# Whoever names more of them means no good.
_MOST = 16


def unwrapped(encodings: bytes, reader: ReaderFactory = untyped) -> ReaderFactory:
    """A reader of what has these encodings, in the order of the header: the last was put on last.

    What is inside is for `reader`. Of an encoding that is not known, a leaf says that it cannot be read.
    """
    for name in encodings.lower().split(b",")[:_MOST]:
        kinds = CODINGS.get(name.strip())
        if kinds:
            reader = decompressing(kinds, reader, untyped)
        elif name.strip() not in (b"", b"identity"):
            reader = untyped
    return reader
