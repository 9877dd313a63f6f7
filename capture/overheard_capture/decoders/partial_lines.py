"""Lines that a container runtime split: in its log, all but the last piece of a line are marked as partial.

The format is that of the Container Runtime Interface of Kubernetes: time, stream, `P` or `F`, and the text.
"""

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

PARTIAL_MARKS = LiteralSet(b" stdout P ", b" stderr P ")
# The same with the time in UTC before it: too much other text has what is rare in the former.
UTC_PARTIAL_MARKS = LiteralSet(*(b"Z" + mark for mark in PARTIAL_MARKS.texts))
_LINE = lazy_pattern(rb"([^\n]{0,256}? std(?:out|err) )([PF])(?::[^ \n]{0,64})? ([^\r\n]*)")
_DIGITS = b"0123456789"
# How many pieces of lines that have not ended are kept, of how many streams, and how many other lines may be between.
_MOST, _MOST_STREAMS, _MOST_BETWEEN = 256, 64, 1000


class PartialLineFinder(MarkedLines):
    """Joins the pieces of lines. Those of several streams and containers may be mixed."""

    # Runtimes split after 16 KiB.
    longest = 64 << 10

    def __init__(self, findings: Findings, layers: Layers, reader: ReaderFactory) -> None:
        super().__init__(findings, layers, reader)
        # What has begun of a line, by what is before it, without numbers such as the time.
        self._begun: dict[bytes, list[Value]] = {}
        self._between = 0
        self._is_first = True
        self.marks = UTC_PARTIAL_MARKS

    def feed(self, data: bytes | bytearray, origin: Origin, clear: int = 0) -> None:
        """Read the next bytes. No mark with a time in UTC is in the first `clear` ones."""
        if self._is_first and data[:1].isdigit():
            # A log that begins with the time need not have that in UTC.
            self.marks = PARTIAL_MARKS
        self._is_first = False
        super().feed(data, origin, clear if self.marks is UTC_PARTIAL_MARKS else 0)

    @property
    def goes_on(self) -> bool:
        """Whether a line has begun."""
        return bool(self._begun)

    def read_line(self, line: bytes, origin: Origin) -> None:
        """Read a line, which may be a piece of one."""
        found = _LINE.match(line)
        key = found[1].translate(None, _DIGITS) if found else b""
        if not found or (found[2] == b"F" and key not in self._begun):
            self._between += 1
            if self._between > _MOST_BETWEEN:
                self.end()
            return
        self._between = 0
        pieces = self._begun.setdefault(key, [])
        pieces.append((found[3], origin.after(found.start(3))))
        if found[2] == b"F" or len(pieces) >= _MOST:
            read_joined(self._at, self._begun.pop(key))
        elif len(self._begun) > _MOST_STREAMS:
            read_joined(self._at, self._begun.pop(next(iter(self._begun))))

    def end(self) -> None:
        """Join what has begun."""
        for pieces in self._begun.values():
            read_joined(self._at, pieces)
        self._begun, self._between = {}, 0
