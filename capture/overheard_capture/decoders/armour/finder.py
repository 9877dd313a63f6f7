"""Finds runs of a coding in text, and decodes them."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from overheard.words.layer import Layers
from overheard_capture.content.byte_scan import base64_runs, has_no_encoding
from overheard_capture.content.nesting import nested_content, speculative
from overheard_capture.decoders.armour.codings import CODINGS, SHORTEST
from overheard_capture.decoders.armour.lines import MARKS
from overheard_capture.decoders.base64.run import RunBatch, is_readable
from overheard_capture.decoders.unsigned import is_unsigned
from overheard_capture.provenance.by_frame import frame_parts
from overheard_capture.provenance.small_queue import SmallByteQueue

if TYPE_CHECKING:
    import re
    from collections.abc import Iterator

    from overheard_capture.content.content import Content
    from overheard_capture.content.findings import Findings, ReaderFactory
    from overheard_capture.decoders.armour.codings import Coding
    from overheard_capture.provenance.origin import Bytes, Origin

# Longer runs are decoded in pieces of this length. The end of a piece is kept for the next, to be found again.
_PIECE, _KEPT = 64 << 10, 128
_WORD = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
# How much of the decoded bytes identifies them.
_HEAD = 128


def has_coding(data: bytes | bytearray) -> bool:
    """Whether this text may contain a run of a coding."""
    return any(coding.runs(data) for coding in CODINGS)


def coding_runs(data: bytes | bytearray) -> Iterator[tuple[int, int]]:
    """The (start, end) of each run that may be in a coding or in base64."""
    yield from base64_runs(data)
    for coding in CODINGS:
        yield from coding.runs(data)


def has_nothing_encoded(data: bytes | bytearray) -> bool:
    """Whether this text cannot contain anything to decode."""
    return has_no_encoding(data) and not has_coding(data) and MARKS.first(data) < 0


class ArmourFinder:
    """Finds the runs of all codings. Decoding is speculative: output that makes no sense is ignored."""

    __slots__ = ("_finders",)

    def __init__(self, findings: Findings, layers: Layers, reader: ReaderFactory) -> None:
        self._finders = [_CodingFinder(findings, layers, reader, coding) for coding in CODINGS]

    def feed(self, data: bytes | bytearray, origin: Origin) -> None:
        """Read the next bytes."""
        for finder in self._finders:
            finder.feed(data, origin)

    def gap(self, _: int) -> None:
        """Bytes are missing here, which ends a run."""
        self.close()

    def close(self) -> None:
        """No more bytes follow."""
        for finder in self._finders:
            finder.close()


class _CodingFinder:
    """Finds the runs of one coding."""

    __slots__ = (
        "_after_word",
        "_batch",
        "_before",
        "_coding",
        "_content",
        "_findings",
        "_layers",
        "_pending",
        "_reader",
    )

    def __init__(self, findings: Findings, layers: Layers, reader: ReaderFactory, coding: Coding) -> None:
        self._findings = findings
        self._layers = layers
        self._reader = reader
        self._coding = coding
        # The members at the end, which may go on; and what a long run is decoded to.
        self._pending: SmallByteQueue | None = None
        self._content: Content | None = None
        self._batch: RunBatch | None = None
        # The last byte; and whether the pending run begins within a word.
        self._before = 0
        self._after_word = False

    def feed(self, data: bytes | bytearray, origin: Origin) -> None:
        members, start = self._coding.members, 0
        if self._pending:
            start = members.leading(data)
            self._pending.add(data[:start], origin)
            self._read_pending(last=start < len(data))
            if start == len(data):
                return
        for begin, end in self._coding.runs(data):
            if begin >= start and end < len(data):
                self._begin(data, begin)
                self._read_run(bytes(data[begin:end]), origin.after(begin), last=True)
        begin = members.trailing(data)
        if begin < len(data):
            self._begin(data, begin)
            self._add(data[begin:], origin.after(begin))
            self._read_pending(last=False)
        self._before = data[-1]
        self._search()

    def _begin(self, data: bytes | bytearray, begin: int) -> None:
        """A run begins."""
        self._after_word = (data[begin - 1] if begin else self._before) in _WORD

    def _add(self, data: Bytes, origin: Origin) -> None:
        self._pending = self._pending or SmallByteQueue()
        self._pending.add(data, origin)

    def _read_pending(self, *, last: bool) -> None:
        """Read the pending run, or as many whole pieces of it as there are."""
        if self._pending and (last or len(self._pending) >= _PIECE):
            data, origin = self._pending.take()
            self._pending = None
            self._read_run(data, origin, last=last)

    def _read_run(self, data: bytes, origin: Origin, *, last: bool) -> None:
        """Read a run, or the next part of it, in pieces."""
        at = 0
        while len(data) - at >= _PIECE or (last and at < len(data)):
            piece = data[at : at + _PIECE]
            at += self._read(piece, origin.after(at), last=last and at + _PIECE >= len(data))
        if at < len(data):
            self._add(data[at:], origin.after(at))
        if last:
            self._close_content()

    def _read(self, data: bytes, origin: Origin, *, last: bool) -> int:
        """Read a piece of a run. Returns how much of it need not be kept."""
        if self._coding.is_other(data):
            self._close_content()
            return len(data)
        for found in self._matches(data):
            begin, end = found.span()
            goes_on = not last and end > len(data) - _KEPT
            if goes_on:
                end = self._group_end(data, begin, len(data) - _KEPT)
            if self._coding.chars(data[:begin]):
                self._close_content()
            self._decode(data[begin:end], origin.after(begin), whole=not goes_on)
            if goes_on:
                return end
            self._close_content()
        return len(data) if last else len(data) - _KEPT

    def _matches(self, data: bytes) -> Iterator[re.Match[bytes]]:
        """What is written in this coding in a piece of a run."""
        start = self._word_end(data)
        if self._content and (more := self._coding.more.match(data)):
            yield more
            start = more.end()
        yield from self._coding.find.finditer(data, start)

    def _word_end(self, data: bytes) -> int:
        """The end of the word within which a run begins, as its last letters may be digits; 0 if it is long."""
        end = len(data) - len(data.lstrip(_WORD)) if self._after_word else 0
        self._after_word = False
        return end if end < SHORTEST else 0

    def _group_end(self, data: bytes, begin: int, end: int) -> int:
        """The last place up to `end` at which a group of characters ends."""
        while end > begin and len(self._coding.chars(data[begin:end])) % self._coding.group:
            end -= 1
        return max(end, begin)

    def _decode(self, raw: bytes, origin: Origin, *, whole: bool) -> None:
        coding = self._coding
        try:
            out = coding.decode(coding.chars(raw))
        except ValueError:
            return
        where = partial(_decoded_origin, coding, raw, origin)
        if not self._content:
            known = is_readable(out[:_HEAD]) or is_unsigned(out[:_HEAD])
            if not known and whole:
                self._batch = self._batch or RunBatch(speculative(self._findings), self._layers)
                self._batch.add(out, coding.layer, where)
                return
            reader = self._reader if known else None
            self._content = nested_content(speculative(self._findings), self._layers, coding.layer, reader)
        if self._content and out:
            self._content.feed(out, where(), contiguous=False)

    def _close_content(self) -> None:
        if self._content:
            self._content.close()
        self._content = None

    def _search(self) -> None:
        if self._batch:
            self._batch.search()

    def close(self) -> None:
        """No more bytes follow."""
        self._read_pending(last=True)
        self._search()


def _decoded_origin(coding: Coding, raw: bytes, origin: Origin) -> Origin:
    """The origin of the bytes that `raw` is decoded to."""
    parts, count = [], 0
    for begin, end in frame_parts(origin, 0, len(raw)):
        parts.append((count * coding.size // coding.group, begin, end))
        count += len(coding.chars(raw[begin:end]))
    return origin.derived(parts)
