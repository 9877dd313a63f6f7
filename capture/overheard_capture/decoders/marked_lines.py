"""Lines of text from a mark on: nothing is done with text that has none."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from overheard_capture.content.nesting import Unwrapping
from overheard_capture.provenance.origin import Origin
from overheard_capture.provenance.small_queue import SmallByteQueue

if TYPE_CHECKING:
    from overheard.words.layer import Layers
    from overheard_capture.content.byte_scan import LiteralSet
    from overheard_capture.content.findings import Findings, ReaderFactory


class MarkedLines:
    """Reads lines with one of the `marks`, and those after them as long as it `goes_on`; none longer than `longest`."""

    marks: LiteralSet
    longest: ClassVar[int]

    def __init__(self, findings: Findings, layers: Layers, reader: ReaderFactory) -> None:
        self._at = Unwrapping(findings, layers, reader)
        # The line that has begun; whether it is too long.
        self._line, self._within_line = SmallByteQueue(), False

    @property
    def goes_on(self) -> bool:
        """Whether the next line is read without a mark."""
        raise NotImplementedError

    def read_line(self, line: bytes, origin: Origin) -> None:
        """Read a line, with its end."""
        raise NotImplementedError

    def end(self) -> None:
        """The next line does not belong to those before."""
        raise NotImplementedError

    def feed(self, data: bytes | bytearray, origin: Origin, clear: int = 0) -> None:
        """Read the next bytes. No mark is in the first `clear` ones."""
        at = 0
        if self._line or self._within_line:
            at = data.find(b"\n") + 1
            if not at:
                return self._keep(data, 0, origin)
            self._end_line(data[:at], origin)
        ended = data.rfind(b"\n") + 1
        while at < ended:
            if not self.goes_on:
                mark = self.marks.first(data, max(at, clear), ended)
                if mark < 0:
                    break
                at = max(data.rfind(b"\n", at, mark) + 1, at)
            end = data.find(b"\n", at) + 1
            if end - at <= self.longest:
                self.read_line(bytes(data[at:end]), Origin(origin.sliced(at, end)))
            else:
                self.end()
            at = end
        return self._keep(data, ended, origin)

    def _end_line(self, data: bytes | bytearray, origin: Origin) -> None:
        """Read the line that has begun, which ends with these bytes."""
        is_whole = not self._within_line and len(self._line) + len(data) <= self.longest
        if not is_whole:
            self.end()
        elif self.goes_on or self.marks.first(self._line.data + data) >= 0:
            self._line.add(data, origin)
            self.read_line(*self._line.take())
        self._line.take()
        self._within_line = False

    def _keep(self, data: bytes | bytearray, start: int, origin: Origin) -> None:
        """Keep what is from `start` on of a line that may go on, unless that is too long."""
        if not self._within_line and len(self._line) + len(data) - start <= self.longest:
            self._line.add(data[start:], origin.after(start))
        elif not self._within_line:
            self._lose()

    def _lose(self) -> None:
        """Not all of the line that has begun is there."""
        self.end()
        self._line.take()
        self._within_line = True

    def gap(self, _: int) -> None:
        """Bytes are missing here."""
        self._lose()

    def close(self) -> None:
        """No more bytes follow."""
        if self.goes_on and self._line:
            self.read_line(*self._line.take())
        self.end()
