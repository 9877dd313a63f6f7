"""Dumps whose rows are each in the line of a log, as the kernel prints them, and frames of CAN as candump does.

What is before the rows is the same everywhere, with other numbers in it. Without that, they are text with a dump.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from overheard.words.layer import Layer, LayerKind
from overheard_capture.content.byte_scan import LiteralSet
from overheard_capture.content.content import Content
from overheard_capture.content.lazy_pattern import lazy_pattern
from overheard_capture.content.nesting import TO_BEGIN, may_read_again, nested_content, speculative
from overheard_capture.decoders.frames import frame_pattern
from overheard_capture.decoders.marked_lines import MarkedLines
from overheard_capture.provenance.origin import Origin

if TYPE_CHECKING:
    from overheard.words.layer import Layers
    from overheard_capture.content.findings import Findings, ReaderFactory

LAYER = Layer("prefixed lines", LayerKind.SPELLED)
# In the first row, its address behind something else; and the length of the data in a frame, or its interface.
DUMP_MARKS = LiteralSet(
    *(before + address for before in (b" ", b":", b"0x") for address in (b"0000:", b"00000000:")),
    *(b"[%d]  " % length for length in (8, 12, 16, 20, 24, 32, 48, 64)),
    *(b") can", b") vcan"),
)
_FIRST = lazy_pattern(
    rb"([^\r\n]{0,200}?[ :])(?:0x)?0{4,16}:[ \t]{1,24}(?:0x)?[0-9A-Fa-f]{2}"
    rb"|([^\r\n]{0,80}?[ \t][0-9A-Fa-f]{3,8}(?:[ \t]+\[[0-9]{1,2}\]  |##?))(?=[0-9A-Fa-f]{2})"
)
_FRAME = 2
# The length of a message in several frames, and the number of each further one (ISO 15765-2).
_FIRST_OF_MESSAGE, _MORE_OF_MESSAGE = rb"1[0-9A-Fa-f] ?[0-9A-Fa-f]{2} ?", rb"2[0-9A-Fa-f] ?"


class FramedDumpFinder(MarkedLines):
    """Reads dumps and frames without what is before them."""

    marks, longest = DUMP_MARKS, 1024

    def __init__(self, findings: Findings, layers: Layers, reader: ReaderFactory) -> None:
        super().__init__(findings, layers, reader)
        # What is before each row, and what reads the rows behind it.
        self._readings: list[tuple[re.Pattern[bytes], Content]] = []

    @property
    def goes_on(self) -> bool:
        """Whether a dump has begun."""
        return bool(self._readings)

    def read_line(self, line: bytes, origin: Origin) -> None:
        """Read a row, of which the first one has a mark."""
        rows = [(before.match(line), content) for before, content in self._readings]
        if not any(row for row, _ in rows):
            self.end()
            rows = self._begin(line)
        for row, content in rows:
            if row:
                content.feed(line[row.end() :], Origin(origin.sliced(row.end(), len(line))))

    def _begin(self, line: bytes) -> list[tuple[re.Match[bytes] | None, Content]]:
        """The beginnings of the first row, and what reads it; nothing if it is none."""
        first = _FIRST.match(line)
        guess = speculative(self._at.findings)
        if not first or not may_read_again(guess, self._at.layers, TO_BEGIN):
            return []
        before = frame_pattern(line[: first.end(first.lastindex or 0)])
        found = [(before, before)]
        if first.lastindex == _FRAME:
            # They may be of one message.
            begins, goes_on = (re.compile(before.pattern + each) for each in (_FIRST_OF_MESSAGE, _MORE_OF_MESSAGE))
            found.append((begins, goes_on))
        begun: list[tuple[re.Match[bytes] | None, Content]] = []
        for first_row, more in found:
            row, content = first_row.match(line), nested_content(guess, self._at.layers, LAYER, self._at.reader)
            if row and content:
                self._readings.append((more, content))
                begun.append((row, content))
        return begun

    def end(self) -> None:
        """The next line is no row."""
        for _, content in self._readings:
            content.close()
        self._readings = []
