"""Text that stands escaped in other text, if what is in it shows only once it is unescaped.

In a string of JSON, JavaScript or SQL a coding that a mark begins has no line breaks, and its backslashes are doubled.
In HTML its `<` are entities; in a quoted mail there is `> ` before each line. Some escape every character. A secret
that is escaped is a spelling; this is for what is also encoded, or escaped again.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from overheard_capture.content.byte_scan import LiteralSet
from overheard_capture.content.nesting import nested_content, speculative
from overheard_capture.decoders.armour.writings import LONGEST, LOOK_BACK, QUOTED, WRITINGS
from overheard_capture.provenance.by_frame import FrameAligner
from overheard_capture.provenance.small_queue import SmallByteQueue

if TYPE_CHECKING:
    from overheard.words.layer import Layers
    from overheard_capture.content.content import Content
    from overheard_capture.content.findings import Findings, ReaderFactory
    from overheard_capture.decoders.armour.writings import Writing
    from overheard_capture.provenance.by_frame import Part
    from overheard_capture.provenance.origin import Bytes, Origin

# What a piece may end with, if something may begin in it.
_MAY_BEGIN = re.compile(
    rb"[\\&]|begin |GIT |BEGIN:|=y|\n>|<~|(?:b|be|beg|begi|begin|B|BE|BEG|BEGI|BEGIN|G|GI|GIT|=|<|>|\n)\Z"
)
ESCAPED_MARKS = LiteralSet(*{mark for writing in WRITINGS for mark in writing.marks.texts})


def _begins(writing: Writing, data: bytes | bytearray, start: int, clear: int = 0, *, fresh: bool) -> int:
    """The offset at which something escaped begins, from `start` on; -1 if nothing does.

    No mark begins in the first `clear` bytes. `fresh` is whether the data begins a line.
    """
    at = max(start, clear)
    while (place := writing.marks.first(data, at)) >= 0:
        if writing.begins.match(data, place):
            before = writing.before.search(data, max(place - LOOK_BACK, start), place)
            if before and (fresh or before.start() or before[0][:1] != b">" or writing is not QUOTED):
                return before.start()
        at = place + 1
    return -1


def has_escaped(data: bytes | bytearray) -> bool:
    """Whether something escaped begins in this text."""
    return ESCAPED_MARKS.first(data) >= 0 and any(_begins(writing, data, 0, fresh=True) >= 0 for writing in WRITINGS)


class EscapedTextFinder:
    """Finds escaped text, and reads it unescaped. It is speculative."""

    __slots__ = ("_findings", "_fresh", "_layers", "_reader", "_readers")

    def __init__(self, findings: Findings, layers: Layers, reader: ReaderFactory) -> None:
        self._findings, self._layers, self._reader = findings, layers, reader
        # Created when something may begin: most text is not escaped.
        self._readers: list[_EscapedReader] = []
        self._fresh = True

    def feed(self, data: bytes | bytearray, origin: Origin, clear: int = 0) -> None:
        """Read the next bytes. No mark begins in the first `clear` ones."""
        place = ESCAPED_MARKS.first(data, clear)
        clear = place if place >= 0 else len(data)
        if not self._readers and (place >= 0 or _MAY_BEGIN.search(data, max(len(data) - LONGEST, 0)) is not None):
            guess = speculative(self._findings)
            self._readers = [
                _EscapedReader(guess, self._layers, self._reader, writing, fresh=self._fresh) for writing in WRITINGS
            ]
        self._fresh = False
        for reader in self._readers:
            reader.feed(data, origin, clear)
        if not any(reader.is_active for reader in self._readers):
            self._readers = []

    def gap(self, _: int) -> None:
        """Bytes are missing here, which ends what was begun."""
        self.close()

    def close(self) -> None:
        """No more bytes follow."""
        for reader in self._readers:
            reader.close()
        self._readers = []


class _EscapedReader:
    """Reads what is escaped in one way. `fresh` is whether the first bytes begin a line."""

    __slots__ = (
        "_before",
        "_content",
        "_findings",
        "_fresh",
        "_held",
        "_layers",
        "_parts",
        "_pending",
        "_reader",
        "_writing",
    )

    def __init__(
        self, findings: Findings, layers: Layers, reader: ReaderFactory, writing: Writing, *, fresh: bool
    ) -> None:
        self._findings, self._layers, self._reader, self._writing = findings, layers, reader, writing
        # The last bytes, in which something may begin.
        self._pending: SmallByteQueue | None = None
        # What was begun: its content, the byte before, and an incomplete escape.
        self._content: Content | None = None
        self._parts: FrameAligner | None = None
        self._before = self._held = b""
        self._fresh = fresh

    @property
    def is_active(self) -> bool:
        """Whether it was begun, or may begin in the bytes so far."""
        return self._parts is not None or self._pending is not None

    def feed(self, data: bytes | bytearray, origin: Origin, clear: int) -> None:
        if self._pending:
            ahead = bytes(data[: LONGEST + LOOK_BACK])
            joined = bytes(self._pending.data) + ahead
            # Joining all of a long piece takes time: most of what is kept is the beginning of nothing.
            if len(data) == len(ahead) or _begins(self._writing, joined, 0, fresh=self._fresh) >= 0:
                self._pending.add(data, origin)
                data, origin = self._pending.take()
                clear = 0
            else:
                self._fresh = False
            self._pending = None
        at = 0
        while at < len(data):
            if self._parts:
                at = self._unescape(data, origin, at)
                continue
            begins = _begins(self._writing, data, at, clear, fresh=self._fresh)
            if begins < 0:
                self._keep(data, origin, at)
                return
            self._content = nested_content(self._findings, self._layers, self._writing.layer, self._reader)
            self._parts, self._before, self._held = FrameAligner(self._decode), b"", b""
            self._fresh, at = False, begins

    def _keep(self, data: bytes | bytearray, origin: Origin, at: int) -> None:
        """Keep the last bytes if something may begin in them."""
        found = _MAY_BEGIN.search(data, max(len(data) - LONGEST, at))
        if found:
            self._pending = SmallByteQueue()
            self._pending.add(data[found.start() :], origin.after(found.start()))
        self._fresh = self._fresh and found is not None and not found.start()

    def _unescape(self, data: bytes | bytearray, origin: Origin, at: int) -> int:
        """Read up to the end of what was begun. Returns the offset of that."""
        piece = self._before + bytes(data[at:])
        found = self._writing.ends.search(piece, len(self._before))
        end = at + found.start() - len(self._before) if found else len(data)
        if self._parts and end > at:
            self._before = bytes(data[end - 1 : end])
            self._parts.feed(data[at:end], origin.after(at))
        if found:
            self._finish()
        return end

    def _decode(self, data: Bytes, origin: Origin, parts: list[Part]) -> None:
        out, places = bytearray(), []
        for begin, end in parts:
            piece = self._held + bytes(data[begin:end])
            held = self._writing.held(piece)
            self._held = piece[len(piece) - held :]
            places.append((len(out), begin, end))
            out += self._writing.escape.sub(self._writing.unescape, piece[: len(piece) - held])
        if out and self._content:
            self._content.feed(out, origin.derived(places), contiguous=True)

    def _finish(self) -> None:
        if self._parts:
            self._parts.flush()
        if self._content:
            self._content.close()
        self._content = self._parts = None

    def close(self) -> None:
        self._pending = None
        self._finish()
