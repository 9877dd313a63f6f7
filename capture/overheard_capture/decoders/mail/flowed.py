"""Flowed text of mails: a line that ends in a blank goes on in the next, with `DelSp=yes` without it (RFC 3676)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from overheard_capture.content.byte_scan import LiteralSet
from overheard_capture.content.lazy_pattern import lazy_pattern
from overheard_capture.decoders.joined_values import read_joined
from overheard_capture.decoders.marked_lines import MarkedLines

if TYPE_CHECKING:
    from overheard.words.layer import Layers
    from overheard_capture.content.findings import Findings, ReaderFactory
    from overheard_capture.decoders.joined_values import Value
    from overheard_capture.provenance.origin import Origin

FLOWED_MARKS = LiteralSet(b"delsp=", b"DelSp=")
# The depth of a line's quotation, the line without what it is stuffed with, and the blank that says that it goes on.
_LINE = lazy_pattern(rb"(>*) ?([^\r\n]*?)( ?)\r?\n?\Z")
# How many lines after the parameter are read, and how many are joined.
_MOST, _MOST_JOINED = 10_000, 256


class FlowedFinder(MarkedLines):
    """Joins flowed lines after a Content-Type with this parameter. It may stand in any text, as of SMTP."""

    marks = FLOWED_MARKS
    # RFC 5322, 2.1.1, and for clients that keep to nothing.
    longest = 4096

    def __init__(self, findings: Findings, layers: Layers, reader: ReaderFactory) -> None:
        super().__init__(findings, layers, reader)
        # The lines that go on, and the depth of their quotation; how many are still read.
        self._flowing: list[Value] = []
        self._depth = b""
        self._left = 0

    @property
    def goes_on(self) -> bool:
        """Whether there was such a parameter."""
        return self._left > 0

    def read_line(self, line: bytes, origin: Origin) -> None:
        """Read a line, which may go on."""
        if self.marks.first(line) >= 0:
            self._left = _MOST
        self._left -= 1
        found = _LINE.match(line)
        if not found:
            return
        if found[1] != self._depth:
            self.end()
            self._depth = found[1]
        self._flowing.append((found[2], origin.after(found.start(2))))
        if not found[3] or len(self._flowing) >= _MOST_JOINED or not self._left:
            self.end()

    def end(self) -> None:
        """Join what has begun."""
        read_joined(self._at, self._flowing)
        self._flowing = []
