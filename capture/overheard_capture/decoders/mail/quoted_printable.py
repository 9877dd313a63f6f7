"""Quoted-printable (RFC 2045, 6.7)."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

from overheard.words.layer import Layer, LayerKind, Layers
from overheard_capture.content.boundaries import Boundaries
from overheard_capture.content.lazy_pattern import lazy_pattern
from overheard_capture.content.nesting import Unwrapping, within_depth_limit
from overheard_capture.decoders.opaque import CodedValue
from overheard_capture.provenance.origin import Origin
from overheard_capture.provenance.queue import ByteQueue
from overheard_capture.provenance.spans import Span, coarsened

if TYPE_CHECKING:
    from overheard_capture.content.findings import Findings, ReaderFactory
    from overheard_capture.provenance.origin import Bytes

QUOTED_PRINTABLE = Layer("quoted-printable", LayerKind.SPELLED)

# Escaped bytes, and soft line breaks.
_ESCAPES = rb"((?:=[0-9A-Fa-f]{2})+)|=[ \t]*\r?\n"
# An incomplete escape.
_PARTIAL_ESCAPE = lazy_pattern(rb"=(?:[0-9A-Fa-f]?|[ \t]{0,64}\r?)\Z")
_LONGEST_ESCAPE = 72


@lru_cache(16)
def _patterns(before: bytes) -> tuple[re.Pattern[bytes], re.Pattern[bytes]]:
    """Escapes, and what is no part of the text at the beginning of a line that continues another."""
    return re.compile(rb"%b(?:%b)?" % (_ESCAPES, before)), re.compile(rb"(?:%b)?" % before)


class QuotedPrintableDecoder:
    """Decodes piece by piece to one content, in which only matches across decoded escapes are searched for.

    `before` matches what is no part of the text before a line that continues another.
    """

    def __init__(self, at: Unwrapping, before: bytes = b"", value: CodedValue | None = None) -> None:
        inside = at.under(QUOTED_PRINTABLE)
        self._content = Boundaries(*inside) if within_depth_limit(at.findings, at.layers) else None
        # What is escaped, which is one if nobody can read what is decoded.
        self._value = value
        self._escapes, self._before = _patterns(before)
        # Whether the piece before ended with an escape.
        self._ends_in_escape = False

    def feed(self, data: bytes, origin: Origin) -> None:
        """Decode `data`, which contains only complete escapes."""
        out, boundaries = bytearray(), [0] if self._ends_in_escape else []
        spans: list[Span] = []
        at = self._before.match(data).end() if self._ends_in_escape else 0  # type: ignore[union-attr]  # it always does
        for escapes in self._escapes.finditer(data):
            begin, end = escapes.span()
            out += data[at:begin]
            spans += origin.sliced(at, begin, len(out) - (begin - at))
            if escapes[1]:
                place = origin.place(begin, end - begin)
                spans.append(
                    Span(len(out), place.frame, place.offset, place.length, exact=False, also=place.frames[1:])
                )
                boundaries += range(len(out), len(out) + (end - begin) // 3)
                escaped = bytes.fromhex(escapes[1].replace(b"=", b"").decode())
                out += escaped
                if self._value:
                    self._value.add(escaped, len(escaped))
            boundaries.append(len(out))
            at = end
        spans += origin.sliced(at, len(data), len(out))
        out += data[at:]
        self._ends_in_escape = bool(boundaries) and boundaries[-1] == len(out)
        if self._content and out:
            self._content.feed(out, Origin(coarsened(spans, len(out))), boundaries)

    def gap(self, length: int) -> None:
        """`length` bytes are missing here, or are not quoted-printable."""
        self._ends_in_escape = False
        if self._content:
            self._content.gap(length)

    def close(self) -> None:
        """No more bytes follow."""
        if self._content:
            self._content.close()
        if self._value:
            self._value.close()


class QuotedPrintable:
    """Reads content with the declared encoding quoted-printable."""

    def __init__(self, findings: Findings, layers: Layers, reader: ReaderFactory) -> None:
        self._decoder = QuotedPrintableDecoder(Unwrapping(findings, layers, reader))
        self._pending = ByteQueue()

    def feed(self, data: Bytes, origin: Origin) -> None:
        """Read the next bytes."""
        self._pending.add(data, origin)
        pending = self._pending.data
        partial = _PARTIAL_ESCAPE.search(pending, max(len(pending) - _LONGEST_ESCAPE, 0))
        self._decoder.feed(*self._pending.take(partial.start() if partial else len(pending)))

    def gap(self, length: int) -> None:
        """`length` bytes are missing here."""
        self._decoder.feed(*self._pending.take(len(self._pending)))
        self._decoder.gap(length)

    def close(self) -> None:
        """No more bytes follow."""
        self._decoder.feed(*self._pending.take(len(self._pending)))
        self._decoder.close()
