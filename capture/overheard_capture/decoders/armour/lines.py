"""Finds the codings and keys of `line_codings` in text, each by its mark; the former are decoded line by line."""

from __future__ import annotations

from typing import TYPE_CHECKING

from overheard.words.layer import Layers
from overheard_capture.content.byte_scan import LiteralSet
from overheard_capture.content.findings import Reason
from overheard_capture.content.nesting import nested_content
from overheard_capture.content.work import TO_JOIN, TO_TRY
from overheard_capture.decoders.armour.line_codings import KEYS, LINE_CODINGS
from overheard_capture.decoders.opaque import CodedValue, is_marked
from overheard_capture.provenance.small_queue import SmallByteQueue

if TYPE_CHECKING:
    from overheard_capture.content.content import Content
    from overheard_capture.content.findings import Findings, ReaderFactory
    from overheard_capture.decoders.armour.line_codings import LineCoding, LineDecoder
    from overheard_capture.provenance.origin import Origin

_KEY_MARKS = tuple(mark for key in KEYS for mark in key.marks)
MARKS = LiteralSet(*_KEY_MARKS, *(mark for coding in LINE_CODINGS for mark in coding.marks))
# What marks begin with: a piece may end so.
_BEGINNINGS = frozenset(mark[:size] for mark in MARKS.texts for size in range(1, len(mark)))
# The longest line, with the mark; a longer one of Ascii85 is read in parts of this length.
_LONGEST = 1024
# As much of a key as is looked at.
_LONGEST_KEY = 1024


def _end_of_whole(data: bytes | bytearray, at: int) -> int:
    """Where the beginning of a mark begins, not before `at`, with which the data end; their end if they do not."""
    end = bytes(data[max(len(data) - MARKS.longest + 1, at) :])
    return len(data) - next((size for size in range(len(end), 0, -1) if end[-size:] in _BEGINNINGS), 0)


class LineArmourFinder:
    """Finds marks in text. Decoding is speculative: what turns out malformed is ignored from there on."""

    __slots__ = ("_coding", "_content", "_decoder", "_findings", "_layers", "_pending", "_reader", "_value")

    def __init__(self, findings: Findings, layers: Layers, reader: ReaderFactory) -> None:
        self._findings = findings
        self._layers = layers
        self._reader = reader
        # What is being decoded; and an incomplete mark or line.
        self._coding: LineCoding | None = None
        self._decoder: LineDecoder | None = None
        self._content: Content | None = None
        self._value: CodedValue | None = None
        self._pending: SmallByteQueue | None = None

    def feed(self, data: bytes | bytearray, origin: Origin, clear: int = 0) -> None:
        """Read the next bytes. No mark begins in the first `clear` ones."""
        if self._pending:
            data, origin = self._pending.take_with(data, origin)
            self._pending = None
            clear = 0
        self._read(data, origin, clear, last=False)

    def _read(self, data: bytes | bytearray, origin: Origin, clear: int, *, last: bool) -> None:
        at, goes_on = 0, True
        while goes_on and at < len(data):
            if self._coding:
                at, goes_on = self._lines(data, origin, at, last)
            else:
                at, goes_on = self._mark(data, at, max(at, clear), last)
        if at < len(data):
            self._pending = SmallByteQueue()
            self._pending.add(data[at:], origin.after(at))

    # ---- each returns the offset to continue from, and whether that is possible before more bytes arrive

    def _mark(self, data: bytes | bytearray, at: int, start: int, last: bool) -> tuple[int, bool]:
        """Look for a mark, from `start` on."""
        place = MARKS.first(data, start)
        if place < 0 or not self._findings.has_work(TO_TRY):
            return len(data) if last else _end_of_whole(data, at), False
        for coding in LINE_CODINGS:
            if begins := coding.begins.match(data, place):
                self._coding, self._decoder = coding, coding.make()
                return begins.end(), True
        is_key = data.startswith(_KEY_MARKS, place)
        needed = _LONGEST_KEY if is_key else _LONGEST
        if not last and len(data) - place < needed and (is_key or data.find(b"\n", place) < 0):
            return place, False
        if is_key:
            self._report_key(data, place)
        return place + 1, True

    def _report_key(self, data: bytes | bytearray, place: int) -> None:
        for key in KEYS:
            if key.begins.match(data, place):
                self._findings.report_unread(Reason.KEY, key.what, self._layers)

    def _lines(self, data: bytes | bytearray, origin: Origin, at: int, last: bool) -> tuple[int, bool]:
        """Decode lines, up to the end of what the mark begins."""
        out: list[bytes] = []
        parts: list[tuple[int, int, int]] = []
        length = 0
        while self._decoder and at < len(data):
            end = data.find(b"\n", at, at + _LONGEST) + 1 or at + _LONGEST
            if end > len(data) and not last:
                break
            try:
                piece = self._decoder.line(bytes(data[at:end]))
            except ValueError:
                self._decoder = None
                break
            if self._decoder.restarts:
                self._deliver(b"".join(out), origin.derived(parts))
                self._close_content()
                out, parts, length = [], [], 0
            end = min(end, len(data)) - self._decoder.rest
            if piece:
                out.append(piece)
                parts.append((length, at, end))
                length += len(piece)
            at = end
            if self._decoder.ended:
                self._decoder = None
        self._deliver(b"".join(out), origin.derived(parts))
        self._findings.work.left -= TO_JOIN * len(parts)
        if self._decoder:
            return at, False
        self._close_content()
        self._coding = None
        return at, True

    def _deliver(self, out: bytes, origin: Origin) -> None:
        if out and self._coding and not self._content:
            self._value = CodedValue(self._findings, (*self._layers, self._coding.layer), is_marked, bytes)
            self._content = nested_content(self._value.findings, self._layers, self._coding.layer, self._reader)
        if out and self._content and self._value:
            self._content.feed(out, origin)
            self._value.add(out, len(out))

    def _close_content(self) -> None:
        if self._content and self._value:
            self._content.close()
            self._value.close()
        self._content = self._value = None

    def gap(self, _: int) -> None:
        """Bytes are missing here, which ends what was begun."""
        self.close()

    def close(self) -> None:
        """No more bytes follow."""
        if self._pending:
            data, origin = self._pending.take()
            self._pending = None
            self._read(data, origin, 0, last=True)
        self._close_content()
        self._coding = self._decoder = None
