"""Quoted-printable (RFC 2045, 6.7)."""

from __future__ import annotations

import re
from binascii import unhexlify
from functools import lru_cache
from typing import TYPE_CHECKING

from overheard.words.layer import Layer, LayerKind, Layers
from overheard_capture.content.boundaries import Boundaries
from overheard_capture.content.lazy_pattern import lazy_pattern
from overheard_capture.content.nesting import Unwrapping, may_nest
from overheard_capture.content.work import TO_JOIN
from overheard_capture.decoders.opaque import CodedValue
from overheard_capture.provenance.parts import of_parts
from overheard_capture.provenance.queue import ByteQueue

if TYPE_CHECKING:
    from overheard_capture.content.findings import Findings, ReaderFactory
    from overheard_capture.provenance.origin import Bytes, Origin

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
        self._content = Boundaries(*inside) if may_nest(at.findings, at.layers) else None
        self._work = at.findings.work
        # What is escaped, which is one if nobody can read what is decoded.
        self._value = value
        self._escapes, self._before = _patterns(before)
        # Whether the piece before ended with an escape.
        self._ends_in_escape = False

    def feed(self, data: bytes, origin: Origin) -> None:
        """Decode `data`, which contains only complete escapes."""
        out, boundaries, all_escaped = bytearray(), [0] if self._ends_in_escape else [], bytearray()
        # Where each part of the data is, and what it becomes: a text or escaped bytes.
        parts: list[tuple[int, int, int, bool]] = []
        at = self._before.match(data).end() if self._ends_in_escape else 0  # type: ignore[union-attr]  # it always does
        length = 0
        for escapes in self._escapes.finditer(data):
            begin, end = escapes.span()
            if at < begin:
                parts.append((length, at, begin, False))
                out += data[at:begin]
                length += begin - at
            if code := escapes[1]:
                parts.append((length, begin, end, True))
                escaped = unhexlify(code.replace(b"=", b""))
                boundaries += range(length, length + len(escaped))
                out += escaped
                length += len(escaped)
                if self._value:
                    all_escaped += escaped
            boundaries.append(length)
            at = end
        parts.append((length, at, len(data), False))
        self._work.left -= TO_JOIN * len(parts)
        out += data[at:]
        if self._value and all_escaped:
            self._value.add(bytes(all_escaped), len(all_escaped))
        self._ends_in_escape = bool(boundaries) and boundaries[-1] == len(out)
        if self._content and out:
            self._content.feed(out, of_parts(origin, len(data), parts, len(out)), boundaries)

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
