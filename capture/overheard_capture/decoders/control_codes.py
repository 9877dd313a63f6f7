"""Text with a few control codes (ECMA-48): pages, colours of a terminal, bold type of IRC, names that end with NUL.

It is read once more without them, as a code may stand within a word.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from overheard.words.layer import Layer
from overheard_capture.content.content import SearchScope
from overheard_capture.content.lazy_pattern import lazy_pattern
from overheard_capture.content.nesting import Unwrapping, may_nest
from overheard_capture.content.text_detector import CONTROL, TextDetector
from overheard_capture.decoders.line_editing import SEQUENCE, LineEditing
from overheard_capture.decoders.unsigned_heads import LONG_HEAD, SHORTEST
from overheard_capture.provenance.parts import picked
from overheard_capture.provenance.small_queue import Pieces, SmallByteQueue

if TYPE_CHECKING:
    from overheard.words.layer import Layers
    from overheard_capture.content.findings import Findings, Occurrence, ReaderFactory
    from overheard_capture.provenance.origin import Origin

LAYER = Layer("control codes")

# NUL, CTCP and the formats of IRC, backspace, form feed, the end of a file of DOS, and escape sequences.
_CODES = b"\0\x01\x02\x03\x04\x08\x0c\x0f\x11\x16\x1a\x1b\x1d\x1e\x1f"
_CODE = lazy_pattern(SEQUENCE.pattern + b"|[" + re.escape(_CODES.replace(b"\x1b", b"")) + b"]")
_OTHERS = bytes(byte for byte in CONTROL if byte not in _CODES)
_NO_OTHERS, _NO_CODES = (bytes(byte for byte in range(256) if byte not in each) for each in (_OTHERS, _CODES))
# At most one byte in so many is a code, in text of at least so many bytes.
_SHARE, _SHORTEST = 3, 8
# How much is kept from the first code on; and how much before it, as a word may begin there.
_MOST, _BEFORE = 1 << 20, 128
_CONTINUATION = bytes(range(0x80, 0xC0))


def may_be_text(data: bytes | bytearray) -> bool:
    """Whether all control codes in these bytes are such as text may have."""
    return not data[:64].translate(None, _NO_OTHERS) and not data.translate(None, _NO_OTHERS)


class ControlCodes:
    """Decides whether a content is text with a few control codes, and reads that without them."""

    __slots__ = ("_codes", "_findings", "_held", "_layers", "_length", "_reader")

    def __init__(self, findings: Findings, layers: Layers, reader: ReaderFactory) -> None:
        self._findings = findings
        self._layers = layers
        self._reader = reader
        # The bytes from the first code on; before that, the last ones. None once it is certain that this is no text.
        self._held: SmallByteQueue | Pieces | None = SmallByteQueue()
        self._length = self._codes = 0

    def feed(self, data: bytes | bytearray, origin: Origin, *, is_plain: bool) -> None:
        """Take the next bytes. `is_plain` says that they are ASCII without codes."""
        if self._held is None:
            return
        self._length += len(data)
        if not is_plain:
            if not may_be_text(data):
                self._held = None
                return
            codes = len(data.translate(None, _NO_CODES))
            self._codes += codes
            if codes and isinstance(self._held, SmallByteQueue):
                # Hardly anybody asks where they come from, and in decoded text there may be a span for each byte.
                before, self._held = self._held, Pieces()
                self._held.add(*before.take())
        if isinstance(self._held, Pieces):
            self._held.add(data, origin)
            if len(self._held) > _MOST:
                self._held = None
        else:
            self._keep_last(self._held, data, origin)

    def _keep_last(self, held: SmallByteQueue, data: bytes | bytearray, origin: Origin) -> None:
        """Keep the last bytes before the first code."""
        if len(data) >= _BEFORE:
            held = self._held = SmallByteQueue()
        elif len(held) > 8 * _BEFORE:
            before, where = held.take()
            held.add(before[-_BEFORE:], where.after(len(before) - _BEFORE))
        skipped = max(len(data) - _BEFORE, 0)
        held.add(data[skipped:], origin.after(skipped))

    def gap(self) -> None:
        """Bytes are missing here: what is on both sides does not belong together."""
        self._held = None

    def close(self) -> bool:
        """No more bytes follow. Returns whether this was text with a few codes, which has then been read."""
        if not isinstance(self._held, Pieces):
            return False
        if self._length < max(_SHARE * self._codes, _SHORTEST):
            return False
        data, origin = self._held.take()
        if self._length == len(data) and _is_block(data):
            return False
        kept, at = [], 0
        for code in _CODE.finditer(data):
            kept.append((at, code.start()))
            at = code.end()
        kept = [(start, end) for start, end in (*kept, (at, len(data))) if end > start]
        text = b"".join([data[start:end] for start, end in kept])
        detector = TextDetector()
        detector.feed(text[:3].lstrip(_CONTINUATION) + text[3:])
        if detector.not_plain_utf8 or not detector.is_text:
            return False
        self._read(data, origin, text, kept)
        return True

    def _read(self, data: bytes, origin: Origin, text: bytes, kept: list[tuple[int, int]]) -> None:
        sightings = self._findings.sightings
        before = len(sightings)
        if b"\b" in data:
            lines = LineEditing(self._findings, self._layers)
            lines.feed(data, origin)
            lines.close()
        if may_nest(self._findings, self._layers):
            at = Unwrapping(self._findings, (*self._layers, LAYER), self._reader)
            at.read(text, picked(origin, len(data), kept), SearchScope.ALL)
        if len(sightings) == before:
            return
        # What no code interrupts was found before.
        known = {_which(each) for each in sightings[:before]}
        sightings[before:] = [each for each in sightings[before:] if _which(each) not in known]


def _is_block(data: bytes) -> bool:
    """Whether this is a block of LZ4 or Snappy, in which lengths and distances between texts may look like codes."""
    if not SHORTEST <= len(data) < LONG_HEAD:
        return False
    from overheard_capture.decoders.unsigned_formats import block_of  # noqa: PLC0415  (few captures have any)

    return block_of(data) is not None


def _which(found: Occurrence) -> tuple[object, ...]:
    return found.match.secret, found.match.spelling, found.place.frame, found.place.offset
