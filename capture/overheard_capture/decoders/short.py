"""Short content, such as a datagram or a message: untyped, but classified at once, as it usually is in one piece."""

from __future__ import annotations

from typing import TYPE_CHECKING

from overheard.words.layer import Layers
from overheard_capture.content.byte_scan import is_plain
from overheard_capture.content.findings import UNKNOWN_FORMAT, Reason
from overheard_capture.content.nesting import Unwrapping
from overheard_capture.content.text_detector import CONTROL
from overheard_capture.decoders.control_codes import may_be_text
from overheard_capture.decoders.json_strings import read_strings
from overheard_capture.decoders.magic import CARVABLE, HEAD, PLAIN_MAGICS, is_known
from overheard_capture.decoders.text_finders import has_nothing_to_find
from overheard_capture.decoders.untyped import armoured, untyped
from overheard_capture.decoders.utf16_32 import encoding_of

if TYPE_CHECKING:
    from overheard_capture.content.findings import Findings
    from overheard_capture.content.readers import Reader
    from overheard_capture.provenance.origin import Bytes, Origin

# Longer content is not buffered.
_MAX_LENGTH = 64 << 10


def classify(data: bytes, findings: Findings | None = None) -> bool | None:
    """Whether these bytes, the whole of a content, are text; None if they may contain something to decode or join."""
    if not has_nothing_to_find(data, findings) or data.startswith(PLAIN_MAGICS):
        return None
    if is_plain(data):
        return True
    if CARVABLE.literals.first(data) >= 0 or len(data.translate(None, CONTROL)) == len(data):
        return None
    if may_be_text(data):
        return None
    head = data[:HEAD]
    return None if is_known(head) or encoding_of(head) else False


class ShortReader:
    """Reads one content as untyped, with a fast path if it arrives in one piece."""

    __slots__ = ("_data", "_fallback", "_findings", "_layers", "_origin")

    def __init__(self, findings: Findings, layers: Layers) -> None:
        self._findings = findings
        self._layers = layers
        # The first piece, until another follows.
        self._data = b""
        self._origin: Origin | None = None
        self._fallback: Reader | None = None

    def feed(self, data: Bytes, origin: Origin) -> None:
        """Read the next bytes."""
        if self._fallback is None and self._origin is None and len(data) <= _MAX_LENGTH:
            self._data, self._origin = bytes(data), origin
        else:
            self._use_fallback().feed(data, origin)

    def _use_fallback(self) -> Reader:
        if self._fallback is None:
            self._fallback = untyped(self._findings, self._layers)
            if self._origin:
                self._fallback.feed(self._data, self._origin)
                self._data = b""
        return self._fallback

    def gap(self, length: int) -> None:
        """`length` bytes are missing here."""
        self._use_fallback().gap(length)

    def close(self) -> None:
        """No more bytes follow."""
        looks_like_text = classify(self._data, self._findings) if self._fallback is None else None
        if looks_like_text is None:
            self._use_fallback().close()
        elif looks_like_text and self._origin:
            read_strings(Unwrapping(self._findings, self._layers, armoured), self._data, self._origin)
        elif not looks_like_text and not (self._origin and self._is_document(self._origin)):
            self._findings.report_unread(Reason.OPAQUE, UNKNOWN_FORMAT, self._layers)

    def _is_document(self, origin: Origin) -> bool:
        from overheard_capture.decoders.documents.reader import read_documents  # noqa: PLC0415  (most are text)

        return read_documents(Unwrapping(self._findings, self._layers, untyped), self._data, origin)
