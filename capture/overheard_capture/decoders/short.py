"""Short content, such as a datagram or a message: untyped, but classified at once, as it usually is in one piece.

What is neither text nor known, and has nothing in it, may still be text in another charset or with control codes, or a
document. Of random bytes that is seen here in a fraction of the time that the readers of `untyped` take.
"""

from __future__ import annotations

from enum import Enum, auto
from typing import TYPE_CHECKING

from overheard.words.layer import Layers
from overheard_capture.content.byte_scan import is_plain
from overheard_capture.content.findings import UNKNOWN_FORMAT, Reason
from overheard_capture.content.nesting import Unwrapping
from overheard_capture.content.randomness import SAMPLE
from overheard_capture.content.text_detector import TextDetector
from overheard_capture.decoders.control_codes import ControlCodes, may_be_text
from overheard_capture.decoders.json_strings import begins_json, read_strings
from overheard_capture.decoders.magic import CARVABLE, HEAD, PLAIN_MAGICS, is_known
from overheard_capture.decoders.text_finders import has_nothing_to_find
from overheard_capture.decoders.text_framing import CHUNKED
from overheard_capture.decoders.unsigned import short_block
from overheard_capture.decoders.untyped import armoured, unsigned, untyped
from overheard_capture.decoders.utf16_32 import encoding_of

if TYPE_CHECKING:
    from overheard_capture.content.findings import Findings, ReaderFactory
    from overheard_capture.content.readers import Reader
    from overheard_capture.provenance.origin import Bytes, Origin

# Longer content is not buffered.
_MAX_LENGTH = 64 << 10


class ShortKind(Enum):
    """What the whole of a content is, as far as it shows at once."""

    TEXT = auto()
    OPAQUE = auto()
    # It has nothing in it, and is in no known format: text in another charset or with codes, or a document, or opaque.
    UNCLEAR = auto()
    # It may contain something to decode or join.
    CONTENT = auto()


def kind_of(data: bytes, findings: Findings | None = None) -> ShortKind:
    """What these bytes are, the whole of a content."""
    if not has_nothing_to_find(data, findings) or data.startswith(PLAIN_MAGICS):
        return ShortKind.CONTENT
    if is_plain(data):
        return ShortKind.TEXT
    head = data[:HEAD]
    if CARVABLE.literals.first(data) >= 0 or is_known(head) or encoding_of(head):
        return ShortKind.CONTENT
    return ShortKind.UNCLEAR if may_be_text(data) else ShortKind.OPAQUE


def classify(data: bytes, findings: Findings | None = None) -> bool | None:
    """Whether these bytes, the whole of a content, are text; None if they must be read."""
    kind = kind_of(data, findings)
    return kind is ShortKind.TEXT if kind in (ShortKind.TEXT, ShortKind.OPAQUE) else None


def _may_be_more(data: bytes) -> bool:
    """Whether something unclear may be JSON, chunks or a block, or is too long to tell."""
    return len(data) >= HEAD or begins_json(data) or bool(CHUNKED.match(data)) or short_block(data, untyped) is not None


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
        data, origin = self._data, self._origin
        kind = kind_of(data, self._findings) if self._fallback is None and origin else ShortKind.CONTENT
        if not origin or kind is ShortKind.CONTENT or (kind is ShortKind.UNCLEAR and _may_be_more(data)):
            self._use_fallback().close()
        elif kind is ShortKind.TEXT:
            read_strings(Unwrapping(self._findings, self._layers, armoured), data, origin)
        elif kind is ShortKind.UNCLEAR:
            self._read_unclear(data, origin)
        elif not self._is_document(data, origin, untyped):
            self._findings.report_unread(Reason.OPAQUE, UNKNOWN_FORMAT, self._layers)

    def _read_unclear(self, data: bytes, origin: Origin) -> None:
        """Read what has nothing in it, as `untyped` does."""
        detector = TextDetector()
        detector.feed(data)
        if (detector.not_plain_utf8 and self._is_document(data, origin, unsigned)) or detector.is_text:
            return
        codes = ControlCodes(self._findings, self._layers, untyped)
        codes.feed(data, origin, is_plain=False)
        if (detector.not_utf8 or not codes.close()) and detector.text_length < len(data):
            self._findings.report_opaque(data[:SAMPLE], self._layers)

    def _is_document(self, data: bytes, origin: Origin, reader: ReaderFactory) -> bool:
        from overheard_capture.decoders.documents.reader import read_documents  # noqa: PLC0415  (most are text)

        return read_documents(Unwrapping(self._findings, self._layers, reader), data, origin)
