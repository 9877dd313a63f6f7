"""Lines of quoted-printable in text, detected by soft line breaks or escapes of bytes in a row."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from overheard.words.layer import Layers
from overheard_capture.content.byte_scan import LONGEST_ESCAPED_BYTES, SHORTEST_RUN, quoted_printable
from overheard_capture.content.lazy_pattern import lazy_pattern
from overheard_capture.content.nesting import Unwrapping, decoded_findings, speculative
from overheard_capture.content.work import TO_TRY
from overheard_capture.decoders.mail.quoted_printable import QUOTED_PRINTABLE, QuotedPrintableDecoder
from overheard_capture.decoders.opaque import CodedValue, is_no_text
from overheard_capture.provenance.origin import Origin
from overheard_capture.provenance.small_queue import SmallByteQueue

if TYPE_CHECKING:
    from overheard_capture.content.findings import Findings, ReaderFactory

# SMTP doubles a dot at the beginning of a line (RFC 5321, 4.5.2).
_STUFFED = rb"\.(?=\.)"
# Blanks before the first line, as in YAML, or a quotation that is escaped for HTML. Each line that continues it has the
# same.
_INDENTATION = lazy_pattern(rb"[ \t]{0,64}+(?:&(?:amp;){0,4}(?:gt|#62|#[xX]3[eE]);[ \t]?){0,8}+")
_SOFT_BREAKS = b"=\n", b"=\r\n"
# An escape of anything but signs and letters of ASCII.
_OTHERS = lazy_pattern(rb"=[0189A-Fa-f][0-9A-Fa-f]")
# A value in base64 with padding.
_PADDED = lazy_pattern(rb"([A-Za-z0-9+/]+(?:[AEIMQUYcgkosw048]=|[AQgw]==))\r?\n")
_SHORTEST_PADDED, _LONGEST_PADDED = SHORTEST_RUN, 68
# Lines in mail have up to 998 characters (RFC 5322, 2.1.1). Longer ones are not quoted-printable.
_LONGEST_LINE = 2048
# So much before and after a line of quoted-printable is read as such, too: not every line has an escape. What is before
# begins behind an empty line. And how much of that may be kept.
_MOST_BEFORE, _MOST_AFTER, _MOST_KEPT = 256, 4096, 1024


def _indentation(data: bytes | bytearray, at: int, *, last: bool = False) -> bytes | None:
    """The indentation of a line, if the one that continues it has the same; None if that must be awaited.

    What was indented before it was encoded has it in its own lines alone: it is text. So is a line that nothing
    continues, and in which only signs are escaped.
    """
    indentation = bytes(_INDENTATION.match(data, at)[0])  # type: ignore[index]  # it always matches
    ends = data.find(b"\n", at) + 1
    if not indentation or not data.endswith(_SOFT_BREAKS, at, ends):
        return indentation if _OTHERS.search(data, at, ends or len(data)) else b""
    following = data[ends : ends + len(indentation)]
    if len(following) < len(indentation) and indentation.startswith(following):
        return indentation if last else None
    return indentation if following == indentation else b""


def _is_padded(data: bytes | bytearray, begins: int, ends: int) -> bool:
    """Whether a line is a value in base64, with padding at its end, as in lists of identifiers.

    The last bits before padding are zero. Lines as long as those that are broken may be base64 in quoted-printable.
    """
    if not _SHORTEST_PADDED < ends - begins <= _LONGEST_PADDED:
        return False
    found = _PADDED.fullmatch(data, begins, ends)
    return found is not None and len(found[1]) % 4 == 0


class SoftBreakFinder:
    """Finds lines of quoted-printable in text, and decodes them speculatively."""

    __slots__ = (
        *("_after", "_batch", "_continued", "_decoder", "_doubted", "_findings", "_layers"),
        *("_pending_line", "_reader", "_recent", "_skipped", "_too_long"),
    )

    def __init__(self, findings: Findings, layers: Layers, reader: ReaderFactory) -> None:
        self._findings = findings
        self._layers = layers
        self._reader = reader
        self._decoder: QuotedPrintableDecoder | None = None
        # Lines of the data at hand that follow each other, to be decoded at once: the data and its origin, start, end.
        self._batch: tuple[bytes | bytearray, Origin, int, int] | None = None
        # The last, incomplete line; whether it continues the one before; whether it is too long.
        self._pending_line: SmallByteQueue | None = None
        self._continued = False
        self._too_long = False
        # The blanks before the first line that is decoded, if they were taken for a part of the text.
        self._doubted = b""
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
                    self._decode_batch()
                    return
                line, before = self._pending_line.take()
                self._skip(line, before, 0, len(line))
                self._pending_line = None
            else:
                data, origin = self._pending_line.take_with(data, origin)
                self._pending_line = None
        self._read(data, origin)
        self._decode_batch()

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
            if place < 0 or not self._findings.has_work(TO_TRY):
                break
            begins = max(data.rfind(b"\n", at, place) + 1, at)
            ends = data.find(b"\n", place) + 1
            # A line that is too long is skipped.
            self._continued = ends - begins <= _LONGEST_LINE and not _is_padded(data, begins, ends)
            skipped = begins if self._continued else ends
            self._skip(data, origin, at, skipped)
            at = skipped
        self._hold(data, origin, at)

    def _hold(self, data: bytes | bytearray, origin: Origin, at: int) -> None:
        """Keep the incomplete line, unless it is too long, and the one before if it is not known how that begins."""
        last = max(data.rfind(b"\n", at) + 1, at)
        begins = at if self._continued else last
        self._skip(data, origin, at, begins)
        length = len(data) - begins
        if not length:
            return
        pending = len(self._pending_line) if self._pending_line else 0
        if pending + len(data) - last >= _LONGEST_LINE:
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
            self._continued = data.endswith(_SOFT_BREAKS, at, ends)
            at = ends
        if at > begins:
            indentation = _indentation(data, begins) if not self._goes_on or self._doubted else None
            if indentation is None and (not self._goes_on or self._doubted):
                return begins
            if self._goes_on and indentation != self._doubted:
                indentation = None
            if indentation is None:
                self._after = 0
                self._add_to_batch(data, origin, begins, at)
            else:
                self._decode_lines(bytes(data[begins:at]), origin.after(begins), indentation)
        return at

    def _add_to_batch(self, data: bytes | bytearray, origin: Origin, begin: int, end: int) -> None:
        """Decode lines together with those before them and behind them: to decode a few bytes takes long."""
        if self._batch and self._batch[0] is data and self._batch[3] == begin:
            begin = self._batch[2]
        else:
            self._decode_batch()
        self._batch = data, origin, begin, end

    def _decode_batch(self) -> None:
        if self._batch and self._decoder:
            data, origin, begin, end = self._batch
            self._decoder.feed(bytes(data[begin:end]), origin.after(begin))
        self._batch = None

    @property
    def _goes_on(self) -> bool:
        """Whether the next lines belong to those that were decoded."""
        return self._decoder is not None and not self._skipped

    def _decode_lines(self, lines: bytes, origin: Origin, indentation: bytes) -> None:
        self._decode_batch()
        if self._decoder and (self._skipped or indentation):
            # Something else begins, which may be of another format; or it is certain now how lines are indented.
            self._decoder.close()
            self._decoder = None
        self._after = self._skipped = 0
        if not self._decoder:
            self._doubted = b"" if indentation else bytes(_INDENTATION.match(lines)[0])  # type: ignore[index]
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
            self._add_to_batch(data, origin, begin, end)
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
                lines, origin = self._pending_line.take()
                indentation = _indentation(lines, 0, last=True) or b""
                goes_on = self._goes_on and indentation != self._doubted
                self._decode_lines(lines, origin, b"" if goes_on else indentation)
            line, origin = self._pending_line.take()
            self._skip(line, origin, 0, len(line))
        self._pending_line, self._continued, self._too_long = None, False, False
        self._decode_batch()

    def close(self) -> None:
        """No more bytes follow."""
        self._finish_line()
        if self._decoder:
            self._decoder.close()
