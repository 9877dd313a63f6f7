"""Quoted-printable (RFC 2045, 6.7): declared, or detected in text by soft line breaks or escapes of bytes in a row."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

from overheard.words.layer import Layer, LayerKind, Layers
from overheard_capture.content.boundaries import Boundaries
from overheard_capture.content.byte_scan import LONGEST_ESCAPED_BYTES, quoted_printable
from overheard_capture.content.lazy_pattern import lazy_pattern
from overheard_capture.content.nesting import Unwrapping, decoded_findings, speculative, within_depth_limit
from overheard_capture.decoders.opaque import CodedValue, is_no_text
from overheard_capture.provenance.origin import Origin
from overheard_capture.provenance.queue import ByteQueue
from overheard_capture.provenance.small_queue import SmallByteQueue
from overheard_capture.provenance.spans import Span, coarsened

if TYPE_CHECKING:
    from overheard_capture.content.findings import Findings, ReaderFactory
    from overheard_capture.provenance.origin import Bytes

QUOTED_PRINTABLE = Layer("quoted-printable", LayerKind.SPELLED)

# Escaped bytes, and soft line breaks. SMTP doubles a dot at the beginning of a line (RFC 5321, 4.5.2).
_ESCAPES = rb"((?:=[0-9A-Fa-f]{2})+)|=[ \t]*\r?\n"
_STUFFED = rb"\.(?=\.)"
# Blanks before the first line, as in YAML, or a quotation that is escaped for HTML. Each line that continues it has the
# same.
_INDENTATION = lazy_pattern(rb"[ \t]{0,64}+(?:&(?:amp;){0,4}(?:gt|#62|#[xX]3[eE]);[ \t]?){0,8}+")
# An incomplete escape.
_PARTIAL_ESCAPE = lazy_pattern(rb"=(?:[0-9A-Fa-f]?|[ \t]{0,64}\r?)\Z")
_LONGEST_ESCAPE = 72
# Lines in mail have up to 998 characters (RFC 5322, 2.1.1). Longer ones are not quoted-printable.
_LONGEST_LINE = 2048
# So much before and after a line of quoted-printable is read as such, too: not every line has an escape. What is before
# begins behind an empty line. And how much of that may be kept.
_MOST_BEFORE, _MOST_AFTER, _MOST_KEPT = 256, 4096, 1024


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


class SoftBreakFinder:
    """Finds lines of quoted-printable in text, and decodes them speculatively."""

    __slots__ = (
        *("_after", "_continued", "_decoder", "_findings", "_layers"),
        *("_pending_line", "_reader", "_recent", "_skipped", "_too_long"),
    )

    def __init__(self, findings: Findings, layers: Layers, reader: ReaderFactory) -> None:
        self._findings = findings
        self._layers = layers
        self._reader = reader
        self._decoder: QuotedPrintableDecoder | None = None
        # The last, incomplete line; whether it continues the one before; whether it is too long.
        self._pending_line: SmallByteQueue | None = None
        self._continued = False
        self._too_long = False
        # How many bytes were read since the last line that is certainly quoted-printable, and were skipped after these.
        self._after = self._skipped = 0
        # The last of these, whole lines if they are not the first ones.
        self._recent: SmallByteQueue | None = None

    def feed(self, data: bytes | bytearray, origin: Origin) -> None:
        """Read the next bytes."""
        if self._pending_line:
            tail = self._pending_line.data[-LONGEST_ESCAPED_BYTES:]
            may_begin = b"=" in tail or (tail.endswith(b":") and data.startswith(b"="))
            if not self._continued and not may_begin and quoted_printable(data) < 0:
                ended = data.find(b"\n") + 1
                if not ended:
                    self._hold(data, origin, 0)
                    return
                line, before = self._pending_line.take()
                self._skip(line, before, 0, len(line))
                self._pending_line = None
            else:
                data, origin = self._pending_line.take_with(data, origin)
                self._pending_line = None
        self._read(data, origin)

    def _read(self, data: bytes | bytearray, origin: Origin) -> None:
        at = 0
        if self._too_long:
            at = data.find(b"\n") + 1
            self._too_long = not at
            self._skipped, self._recent = self._skipped + (at or len(data)), None
            if self._too_long:
                return
        while True:
            if self._continued:
                at = self._decode(data, origin, at)
                if self._continued:
                    break
            place = quoted_printable(data, at)
            if place < 0:
                break
            begins = max(data.rfind(b"\n", at, place) + 1, at)
            ends = data.find(b"\n", place) + 1
            # A line that is too long is skipped.
            self._continued = ends - begins <= _LONGEST_LINE
            skipped = begins if self._continued else ends
            self._skip(data, origin, at, skipped)
            at = skipped
        self._hold(data, origin, at)

    def _hold(self, data: bytes | bytearray, origin: Origin, at: int) -> None:
        """Keep the incomplete line, unless it is too long."""
        begins = max(data.rfind(b"\n", at) + 1, at)
        self._skip(data, origin, at, begins)
        length = len(data) - begins
        if not length:
            return
        pending = len(self._pending_line) if self._pending_line else 0
        if pending + length >= _LONGEST_LINE:
            self._skipped, self._recent = self._skipped + pending + length, None
            self._pending_line, self._too_long, self._continued = None, True, False
            return
        if self._pending_line is None:
            self._pending_line = SmallByteQueue()
        self._pending_line.add(data[begins:], origin.after(begins))

    def _decode(self, data: bytes | bytearray, origin: Origin, at: int) -> int:
        """Decode lines from `at` on, up to one without a soft line break. Returns the end of the decoded lines."""
        begins = at
        while self._continued:
            ends = data.find(b"\n", at) + 1
            if not ends:
                break
            if ends - at > _LONGEST_LINE:
                self._continued = False
                break
            self._continued = data.endswith((b"=\n", b"=\r\n"), at, ends)
            at = ends
        if at > begins:
            self._decode_lines(bytes(data[begins:at]), origin.after(begins))
        return at

    def _decode_lines(self, lines: bytes, origin: Origin) -> None:
        if self._decoder and self._skipped:
            # Something else begins, which may be of another format.
            self._decoder.close()
            self._decoder = None
        self._after = self._skipped = 0
        if not self._decoder:
            indentation = _INDENTATION.match(lines)[0]  # type: ignore[index]  # it always matches
            before = re.escape(indentation) if indentation else _STUFFED
            value = CodedValue(self._findings, (*self._layers, QUOTED_PRINTABLE), is_no_text, bytes)
            # The values within it were counted where they stand.
            value.findings = decoded_findings(speculative(self._findings))
            at = Unwrapping(value.findings, self._layers, self._reader)
            self._decoder = QuotedPrintableDecoder(at, before, value)
            recent, where = self._take_recent(indentation)
            self._decoder.feed(recent[len(indentation) :], where.after(min(len(indentation), len(recent))))
            lines, origin = (lines, origin) if recent else (lines[len(indentation) :], origin.after(len(indentation)))
        self._decoder.feed(lines, origin)

    def _take_recent(self, indentation: bytes) -> tuple[bytes, Origin]:
        """The lines before the next one that are read with it: those with the same indentation."""
        lines, origin = self._recent.take() if self._recent else (b"", Origin([]))
        self._recent, begins = None, len(lines)
        while begins:
            start = lines.rfind(b"\n", 0, begins - 1) + 1
            line = lines[start:begins]
            is_other = not line.strip() or _INDENTATION.match(line)[0] != indentation  # type: ignore[index]
            if is_other or len(lines) - start > _MOST_BEFORE:
                break
            begins = start
        return lines[begins:], origin.after(begins)

    def _skip(self, data: bytes | bytearray, origin: Origin, begin: int, end: int) -> None:
        """Pass over lines in which nothing shows that they are quoted-printable."""
        if self._decoder and not self._skipped and self._after + end - begin <= _MOST_AFTER:
            self._after += end - begin
            self._decoder.feed(bytes(data[begin:end]), origin.after(begin))
        elif begin < end:
            self._skipped += end - begin
            self._keep_recent(data, origin, max(begin, end - _MOST_BEFORE - 1), end)

    def _keep_recent(self, data: bytes | bytearray, origin: Origin, begin: int, end: int) -> None:
        """Keep the last lines that were skipped, and a byte before them."""
        if not self._recent or end - begin > _MOST_BEFORE:
            self._recent = SmallByteQueue()
        elif len(self._recent) > _MOST_KEPT:
            kept, where = self._recent.take()
            self._recent.add(kept[-_MOST_BEFORE:], where.after(len(kept) - _MOST_BEFORE))
        self._recent.add(data[begin:end], origin.after(begin))

    def gap(self, length: int) -> None:
        """`length` bytes are missing here, which ends a line."""
        self._finish_line()
        self._skipped, self._recent = self._skipped + length, None

    def _finish_line(self) -> None:
        if self._pending_line:
            if self._continued:
                self._decode_lines(*self._pending_line.take())
            line, origin = self._pending_line.take()
            self._skip(line, origin, 0, len(line))
        self._pending_line, self._continued, self._too_long = None, False, False

    def close(self) -> None:
        """No more bytes follow."""
        self._finish_line()
        if self._decoder:
            self._decoder.close()
