"""Text with markup: HTML, XML as of Office documents, and RTF. A tag may stand within a word.

The text is searched once more without its tags, where a block or a line break is a line end. Only matches across a tag
are new. If changes are tracked in it, it is also searched without what was deleted, and without what was inserted.
"""

from __future__ import annotations

import ctypes
import re
from typing import TYPE_CHECKING

from overheard.words.layer import Layer, LayerKind
from overheard_capture.content.byte_scan import LiteralSet
from overheard_capture.content.findings import Occurrence
from overheard_capture.content.lazy_pattern import lazy_pattern
from overheard_capture.content.nesting import may_nest
from overheard_capture.content.tail import Tail
from overheard_capture.native import core, pointer
from overheard_capture.provenance.origin import joined

if TYPE_CHECKING:
    from collections.abc import Iterator

    from overheard.words.layer import Layers
    from overheard_capture.content.findings import Findings
    from overheard_capture.provenance.origin import Bytes, Origin
    from overheard_capture.search import Match

LAYER = Layer("markup", LayerKind.SPELLED)

# Longer tags are none. So much of the text before a piece is read again with it: a tag, and a secret with several.
_LONGEST, _REACH = 1024, 4096
# Elements that are a block, a line break or a cell, in HTML and, with a prefix, in Office documents; and the hyphen at
# which Word breaks no line (ECMA-376, 17.3.3.18).
_HYPHEN = b"nobreakhyphen"
_BLOCK = rb"(?:[a-z0-9]{1,8}:)?(?:p|br|div|t[dhr]|li|h[1-6r]|d[dt]|tab|%b)(?![a-z0-9:_.-])" % _HYPHEN
# Sections of character data that were split are one text.
_TAG = lazy_pattern(
    rb"(?:\]\]>)?<!\[CDATA\[|<(?=[a-z/!?])(?:(?=/?(%b))|)[^<>]{0,%d}>" % (_BLOCK, _LONGEST - 2), re.IGNORECASE
)
# A control word, a control symbol for that hyphen or such a blank, or a group (RTF 1.9).
_CONTROL = lazy_pattern(
    rb"\\((?:par|line|tab|cell)(?![a-z])-?[0-9]* ?|[_~])|\\[a-z]{1,32}-?[0-9]{0,10} ?|\\[*-]|[{}]|\r?\n"
)
_RTF = b"{\\rtf"
# Where a change may end, for a search among other marks; and where changes of HTML, Word (ECMA-376, 17.13.5) and
# OpenDocument (1.3, 5.5) begin and end.
CHANGE_MARKS = LiteralSet(
    *(b"/%b>" % name for name in (b"del", b"DEL", b"ins", b"INS")),
    *(b":%b" % name for name in (b"del>", b"ins>", b"moveFrom>", b"moveTo>", b"change-end")),
)
_BEGIN_OR_END = rb"<(/)?(?:[a-z]{1,8}:)?(?:%%b)(?:\s[^<>]{0,%d})?(?<!/)>" % _LONGEST
_OF_ODF = rb"|<text:change-(?:start|(end))\b[^<>]{0,%d}>" % _LONGEST
_DELETED = lazy_pattern(_BEGIN_OR_END % b"del|moveFrom", re.IGNORECASE)
_INSERTED = lazy_pattern(_BEGIN_OR_END % b"ins|moveTo" + _OF_ODF, re.IGNORECASE)


def has_markup(text: bytes | bytearray) -> bool:
    """Whether there is markup in a whole text."""
    return (b"<" in text and _TAG.search(text) is not None) or text.startswith(_RTF)


class MarkupFinder:
    """Searches text without its markup. Text that has none is not searched again."""

    __slots__ = ("_changed", "_findings", "_is_rtf", "_layers", "_position", "_tail")

    def __init__(self, findings: Findings, layers: Layers) -> None:
        self._findings = findings
        self._layers = layers
        self._tail = Tail()
        # How much of the text was read; and whether it is RTF.
        self._position = 0
        self._is_rtf = False
        # Up to where text may follow a change.
        self._changed = 0

    def feed(self, data: bytes | bytearray, origin: Origin, clear: int = 0) -> None:
        """Read the next bytes. No mark of a change is in the first `clear` ones."""
        if not self._position:
            self._is_rtf = data.startswith(_RTF)
        if self._is_rtf or b"<" in data or b"<" in self._tail.data:
            text, before = self._tail.data + data, len(self._tail.data)
            self._search(text, [(0, len(text))], origin)
            edge = max(before - CHANGE_MARKS.longest, 0)
            ends = min(before + CHANGE_MARKS.longest, len(text))
            if CHANGE_MARKS.first(data, clear) >= 0 or CHANGE_MARKS.first(text, edge, ends) >= 0:
                self._changed = self._position + len(data) + _REACH
            if self._position < self._changed:
                for change in (_DELETED, _INSERTED):
                    if len(parts := _without(change, text)) > 1:
                        self._search(text, parts, origin)
        self._tail.add(data, origin, _REACH)
        self._position += len(data)

    def _search(self, text: bytes, parts: list[tuple[int, int]], origin: Origin) -> None:
        """Search parts of the last bytes together with the next ones, which come from `origin`."""
        marked_up = text if len(parts) == 1 else b"".join([text[start:end] for start, end in parts])
        plain = _CONTROL.sub(_between, text) if self._is_rtf else without_tags(marked_up)
        if len(plain) == len(text):
            return
        matches = self._findings.search.matches(plain)
        if not matches or not may_nest(self._findings, self._layers):
            return
        before = len(self._tail.data)
        where = [at for start, end in parts for at in range(start, end)]
        places = list(_places(marked_up, _CONTROL if self._is_rtf else _TAG))
        for match in matches:
            start, end = where[places[match.offset]], where[places[match.offset + match.length - 1]] + 1
            if end > before and end - start > match.length:
                self._report(match, plain, start, end, origin)

    def _report(self, match: Match, plain: Bytes, start: int, end: int, origin: Origin) -> None:
        before = len(self._tail.data)
        parts = [(self._tail.origin, min(start, before), before), (origin, max(start - before, 0), end - before)]
        place = joined(parts).place(0, end - start)
        position = self._position - before + start
        self._findings.add_occurrence(Occurrence(match, place, (*self._layers, LAYER), position, *match.excerpt(plain)))

    def gap(self, length: int) -> None:
        """`length` bytes are missing here."""
        self._tail.clear()
        self._position += length

    def close(self) -> None:
        """No more bytes follow."""


def _without(change: re.Pattern[bytes], text: bytes) -> list[tuple[int, int]]:
    """The parts of a text around what was changed."""
    parts, at, begin = [], 0, -1
    for found in change.finditer(text):
        if found.lastindex is None:
            begin = found.start()
        elif begin >= at:
            parts.append((at, begin))
            at, begin = found.end(), -1
    return [*parts, (at, len(text))]


def without_tags(text: bytes) -> Bytes:
    """Text without tags; the same if it has none."""
    compiled = core()
    if compiled is None:
        return _TAG.sub(_between, text)
    out = bytearray(len(text))
    length = compiled.without_tags(pointer(text), ctypes.c_uint64(len(text)), pointer(out))
    return memoryview(out)[:length]


def _between(tag: re.Match[bytes]) -> bytes:
    """What a reader sees in the place of a tag."""
    if not tag[1]:
        return b""
    return b"-" if tag[1] == b"_" or tag[1].lower().endswith(_HYPHEN) else b"\n"


def _places(text: bytes, tags: re.Pattern[bytes]) -> Iterator[int]:
    """For each byte of a text without tags, where it is in the text; a line end is where the tag begins."""
    at = 0
    for tag in tags.finditer(text):
        yield from range(at, tag.start())
        if tag[1]:
            yield tag.start()
        at = tag.end()
    yield from range(at, len(text))
