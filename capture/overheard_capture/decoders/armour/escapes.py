"""Text that stands escaped in other text, if what is in it shows only once it is unescaped.

In a string of JSON, JavaScript or SQL a coding that a mark begins has no line breaks, and its backslashes are doubled.
In HTML its `<` are entities; in a quoted mail there is `> ` before each line. Some escape every character. A secret
that is escaped is a spelling; this is for what is also encoded, or escaped again.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from overheard_capture.content.byte_scan import LiteralSet
from overheard_capture.content.lazy_pattern import lazy_pattern
from overheard_capture.content.nesting import (
    TO_BEGIN,
    Unwrapping,
    decoded_findings,
    may_read_again,
    nested_content,
    speculative,
)
from overheard_capture.content.work import TO_TRY
from overheard_capture.decoders.armour.binary_strings import BINARY_STRING
from overheard_capture.decoders.armour.deep_escapes import DEEP
from overheard_capture.decoders.armour.doubled_quotes import DOUBLED_QUOTES
from overheard_capture.decoders.armour.writings import LONGEST, LOOK_BACK, QUOTED, REACH, WRITINGS
from overheard_capture.decoders.opaque import CodedValue
from overheard_capture.provenance.by_frame import FrameAligner
from overheard_capture.provenance.small_queue import SmallByteQueue

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from overheard.words.layer import Layers
    from overheard_capture.content.content import Content
    from overheard_capture.content.findings import Findings, ReaderFactory
    from overheard_capture.decoders.armour.writings import Writing
    from overheard_capture.provenance.by_frame import Part
    from overheard_capture.provenance.origin import Bytes, Origin

# What a piece may end with, if something may begin in it: all of the beginning, or some.
_BEGINNINGS = LiteralSet(
    *(b"\\", b"&", b"%25", b"%5c", b"%5C"),
    *(b"begin ", b"GIT ", b"BEGIN:", b"=y", b"=0", b"=1", b"\n>", b"\n&", b"<~", b"filename=", b"0010"),
)
_PARTIAL = lazy_pattern(
    rb"(?:%[25]?|b|be|beg|begi|begin|B|BE|BEG|BEGI|BEGIN|G|GI|GIT|=|<|>|\n"
    # The signatures of a binary string.
    rb"|[x(\x1f]\xc2?|x\xc3|\(\xc2\xb5/?\xc3?|\xc3(?:\xbd(?:7(?:z(?:XZ?)?)?)?)?|PK?)\Z"
)
_LONGEST_PARTIAL = 6
# What ends a literal, by what is before it: a quote, which is escaped within it, a tag, or the section of CDATA.
_ENDS_OF_LITERAL = {
    before: lazy_pattern(rb"\r?\n|(?<!\\)" + end)
    for before, end in ((b'"', b'"'), (b"'", b"'"), (b">", b"<"), (b"[", rb"\]\]>"))
}
# How much before that is looked at, with the character before.
_CONTEXT = LOOK_BACK + 1
_WRITINGS = (*WRITINGS, *DOUBLED_QUOTES, *DEEP, BINARY_STRING)
ESCAPED_MARKS = LiteralSet(*{mark for writing in _WRITINGS for mark in writing.marks.texts})


def _begins(writing: Writing, data: bytes | bytearray, start: int, marks: Iterable[int], *, fresh: bool) -> int:
    """The offset at which something escaped begins, from `start` on, at one of these marks; -1 if nothing does.

    `fresh` is whether the data begins a line.
    """
    next_ahead = -1
    is_ahead = False
    for place in marks:
        if writing.ahead and next_ahead < place:
            # It is looked for once: before it, there may be any number of marks.
            found = writing.ahead.search(data, place)
            next_ahead, is_ahead = (found.start(), found.start(1) >= 0) if found else (len(data), False)
        if writing.ahead and not (is_ahead and next_ahead - place <= REACH):
            continue
        if writing.begins.match(data, place):
            before = writing.before.search(data, _lines_before(data, max(place - LOOK_BACK, start), place), place)
            if before and (fresh or before.start() or before[0][:1] != b">" or writing is not QUOTED):
                return before.start()
    return -1


def _lines_before(data: bytes | bytearray, start: int, place: int) -> int:
    """The end of the line before the last one from `start` on: nothing that is before a mark has more lines."""
    last = data.rfind(b"\n", start, place)
    return max(data.rfind(b"\n", start, last), start) if last > start else start


def _may_begin(data: bytes | bytearray) -> int:
    """Where something may begin in the last bytes; their end if nothing does."""
    if (at := _BEGINNINGS.first(data, max(len(data) - LONGEST, 0))) >= 0:
        return at
    partial = _PARTIAL.search(data, max(len(data) - _LONGEST_PARTIAL, 0))
    return partial.start() if partial else len(data)


def has_escaped(data: bytes | bytearray) -> bool:
    """Whether something escaped begins in this text."""
    return ESCAPED_MARKS.first(data) >= 0 and any(
        _begins(writing, data, 0, writing.marks.each(data), fresh=True) >= 0 for writing in _WRITINGS
    )


class EscapedTextFinder:
    """Finds escaped text, and reads it unescaped. It is speculative."""

    __slots__ = ("_findings", "_fresh", "_layers", "_pending", "_reader", "_readers")

    def __init__(self, findings: Findings, layers: Layers, reader: ReaderFactory) -> None:
        self._findings, self._layers, self._reader = findings, layers, reader
        # Created at the first mark: most text is not escaped.
        self._readers: list[_EscapedReader] = []
        # The last bytes, in which or after which something may begin; and whether they begin a line.
        self._pending: SmallByteQueue | None = None
        self._fresh = True

    def feed(self, data: bytes | bytearray, origin: Origin, clear: int = 0) -> None:
        """Read the next bytes. No mark begins in the first `clear` ones."""
        if self._pending:
            ahead = bytes(data[: LONGEST + LOOK_BACK])
            # Joining all of a long piece takes time: most of what is kept is the beginning of nothing.
            if len(data) == len(ahead) or ESCAPED_MARKS.first(bytes(self._pending.data) + ahead) >= 0:
                data, origin = self._pending.take_with(data, origin)
                clear = 0
            else:
                self._forget(len(self._pending))
            self._pending = None
        place = ESCAPED_MARKS.first(data, clear)
        if place >= 0 and not self._readers:
            at = Unwrapping(self._findings, self._layers, self._reader)
            self._readers = [_EscapedReader(at, writing) for writing in _WRITINGS]
        for reader in self._readers:
            reader.feed(data, origin, place if place >= 0 else len(data), fresh=self._fresh)
        kept = max(_may_begin(data) - _CONTEXT, 0)
        self._forget(kept)
        self._pending = SmallByteQueue()
        self._pending.add(data[kept:], origin.after(kept))

    def _forget(self, count: int) -> None:
        """The next bytes to read are those behind the first `count`."""
        for reader in self._readers:
            reader.at = max(reader.at - count, 0)
        self._fresh = self._fresh and not count

    def gap(self, _: int) -> None:
        """Bytes are missing here, which ends what was begun."""
        self.close()

    def close(self) -> None:
        """No more bytes follow."""
        for reader in self._readers:
            reader.close()
        self._readers, self._pending, self._fresh = [], None, False


class _EscapedReader:
    """Reads what is escaped in one way. Of the next bytes, it has read those before `at`."""

    __slots__ = (
        *("_before", "_content", "_ends", "_held", "_held_origin"),
        *("_parts", "_unwrapping", "_value", "_writing", "at"),
    )

    def __init__(self, unwrapping: Unwrapping, writing: Writing) -> None:
        self._unwrapping, self._writing = unwrapping, writing
        self.at = 0
        # What was begun: its content, which is a value if it is a literal, the two bytes before, and an incomplete
        # escape.
        self._content: Content | None = None
        self._value: CodedValue | None = None
        self._parts: FrameAligner | None = None
        self._before = self._held = b""
        self._held_origin: Origin | None = None
        self._ends = writing.ends

    def feed(self, data: bytes | bytearray, origin: Origin, clear: int, *, fresh: bool) -> None:
        while self.at < len(data):
            if self._parts:
                self.at = self._unescape(data, origin, self.at)
                continue
            begins = self._next(data, max(self.at, clear), fresh=fresh) if clear < len(data) else -1
            if begins < 0:
                return
            self._content = self._begin_content()
            self._parts, self._before = FrameAligner(self._decode), b""
            before = bytes(data[begins - 1 : begins]) if begins and self._writing.is_literal else b""
            self._ends = _ENDS_OF_LITERAL.get(before, self._writing.ends)
            # Before the first line of a quotation there is no line end, behind which its prefix is removed.
            self._held = b"\n" if self._writing is QUOTED and data[begins : begins + 1] == b">" else b""
            self.at = begins

    def _next(self, data: bytes | bytearray, clear: int, *, fresh: bool) -> int:
        """Where something begins, as far as there is work left to look at marks; none is before `clear`."""
        if data.find(self._writing.sign, max(self.at - LOOK_BACK, 0)) < 0:
            return -1
        return _begins(self._writing, data, self.at, self._marks(data, clear), fresh=fresh)

    def _marks(self, data: bytes | bytearray, clear: int) -> Iterator[int]:
        work = self._unwrapping.findings.work
        for place in self._writing.marks.each(data, clear):
            work.left -= TO_TRY
            if work.left < 0 and not self._unwrapping.findings.has_work(TO_TRY):
                return
            yield place

    def _begin_content(self) -> Content | None:
        findings, layers, reader = self._unwrapping
        if not may_read_again(findings, layers, TO_BEGIN):
            return None
        findings, layer = speculative(findings), self._writing.layer
        if self._writing.is_literal:
            # Of bytes in a program, nobody can tell what they are; but a database is one.
            self._value = CodedValue(self._unwrapping.findings, (*layers, layer), lambda _: False, bytes)
            self._value.findings = decoded_findings(findings)
            findings = self._value.findings
        return nested_content(findings, layers, layer, reader)

    def _unescape(self, data: bytes | bytearray, origin: Origin, at: int) -> int:
        """Read up to the end of what was begun. Returns the offset of that."""
        piece = self._before + bytes(data[at:])
        found = self._ends.search(piece, len(self._before))
        end = at + found.start() - len(self._before) if found else len(data)
        if self._parts and end > at:
            self._before = (self._before + bytes(data[max(end - 2, at) : end]))[-2:]
            self._parts.feed(data[at:end], origin.after(at))
        if found:
            self._finish()
        return end

    def _decode(self, data: Bytes, origin: Origin, parts: list[Part]) -> None:
        findings, layers, _ = self._unwrapping
        if not self._content or not may_read_again(findings, layers, len(data)):
            return
        out, places = bytearray(), []
        for begin, end in parts:
            piece = self._held + bytes(data[begin:end])
            held = self._writing.held(piece)
            self._held = piece[len(piece) - held :]
            places.append((len(out), begin, end))
            out += self._writing.escape.sub(self._writing.unescape, piece[: len(piece) - held])
        if out:
            self._add(bytes(out), origin.derived(places))
        self._held_origin = origin.after(len(data) - len(self._held))

    def _add(self, text: bytes, origin: Origin) -> None:
        if self._content:
            self._content.feed(text, origin, contiguous=True)
            if self._value:
                self._value.add(text, len(text))

    def _finish(self) -> None:
        if self._parts:
            self._parts.flush()
        # What would have been longer, had more of it followed.
        if self._held_origin is not None and self._writing.escape.match(self._held):
            self._add(self._writing.escape.sub(self._writing.unescape, self._held), self._held_origin)
        self._held_origin = None
        if self._content:
            self._content.close()
        if self._value:
            self._value.close()
        self._content = self._parts = self._value = None

    def close(self) -> None:
        self._finish()
