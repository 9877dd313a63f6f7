"""Content that is likely to be short, and there as a whole: a datagram, a message. A glance is enough for most."""

from __future__ import annotations

from typing import TYPE_CHECKING

from overheard.words.layer import Layers
from overheard_capture.content.byte_scan import is_plain, is_simple
from overheard_capture.content.findings import Reason
from overheard_capture.content.text_detector import CONTROL
from overheard_capture.decoders.magic import CARVED, HEAD, is_known
from overheard_capture.decoders.untyped import untyped
from overheard_capture.decoders.utf16_32 import encoding_of

if TYPE_CHECKING:
    from overheard_capture.content.findings import Findings
    from overheard_capture.content.readers import Reader
    from overheard_capture.provenance.origin import Bytes, Origin

# More than that is not kept to be looked at as a whole.
_LONGEST = 64 << 10
# In the words of a leaf.
NEITHER = "neither text nor anything that is known"


def glance(data: bytes) -> bool | None:
    """Whether these bytes, which are all there is, are text; None where somebody has to look at what may be in them."""
    if not is_simple(data):
        return None
    if is_plain(data):
        return True
    if CARVED.first(data) >= 0 or len(data.translate(None, CONTROL)) == len(data):
        return None
    head = data[:HEAD]
    return None if is_known(head) or encoding_of(head) else False


class Short:
    """Reads one content as a leaf does, and with less ado where it came as a whole."""

    __slots__ = ("_findings", "_first", "_layers", "_leaf", "_origin")

    def __init__(self, findings: Findings, layers: Layers) -> None:
        self._findings = findings
        self._layers = layers
        # What came first, as long as nothing else did.
        self._first = b""
        self._origin: Origin | None = None
        self._leaf: Reader | None = None

    def feed(self, data: Bytes, origin: Origin) -> None:
        """Read on."""
        if self._leaf is None and self._origin is None and len(data) <= _LONGEST:
            self._first, self._origin = bytes(data), origin
        else:
            self._let_leaf_read().feed(data, origin)

    def _let_leaf_read(self) -> Reader:
        if self._leaf is None:
            self._leaf = untyped(self._findings, self._layers)
            if self._origin:
                self._leaf.feed(self._first, self._origin)
                self._first = b""
        return self._leaf

    def gap(self, length: int) -> None:
        """So many bytes are missing here."""
        self._let_leaf_read().gap(length)

    def close(self) -> None:
        """There is no more to come."""
        seems_text = glance(self._first) if self._leaf is None else None
        if seems_text is None:
            self._let_leaf_read().close()
        elif not seems_text:
            self._findings.unread(Reason.OPAQUE, NEITHER, self._layers)
