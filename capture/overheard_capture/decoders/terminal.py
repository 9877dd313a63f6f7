"""Terminals: what one side types after the other side asked for a password, in the order in which both were sent."""

from __future__ import annotations

import bisect
from typing import TYPE_CHECKING

from overheard_capture.content.findings import Occurrence
from overheard_capture.content.lazy_pattern import lazy_pattern
from overheard_capture.decoders.line_editing import SEQUENCE, apply_editing
from overheard_capture.provenance.queue import ByteQueue

if TYPE_CHECKING:
    from overheard.words.layer import Layers
    from overheard_capture.content.findings import Findings
    from overheard_capture.content.readers import Reader
    from overheard_capture.provenance.origin import Bytes, Origin

# One logs in at the beginning: so many bytes of each side are kept.
_KEPT = 8 << 10
_LONGEST_PROMPT = 256
# Lines that are typed. rlogin begins with strings that end in zeros, and tells the size of its window (RFC 1282).
_TYPED = lazy_pattern(rb"[^\r\n\0]+")
_LINE_END = lazy_pattern(rb"[\r\n\0]")
_WINDOW = lazy_pattern(rb"(?s:\xff\xffss.{8})")


class _Side:
    """The beginning of one direction, and under which layers it is."""

    def __init__(self, findings: Findings, layers: Layers) -> None:
        self.findings = findings
        self.layers = layers
        self.said = ByteQueue()

    def frames(self) -> tuple[list[int], list[int]]:
        """The frames that carried it, in order, and where what follows each of them begins."""
        origin, size = self.said.origin, len(self.said)
        starts = [0, *origin.frame_boundaries(1, size)]
        return [*map(origin.frame, starts)], [*starts, size]


class Terminal:
    """A conversation between a keyboard and a screen. Which side is which, only what they say tells."""

    def __init__(self) -> None:
        self._sides: list[_Side] = []
        self._open = 0

    def begin(self, findings: Findings, layers: Layers) -> _Side:
        """A reader of a direction begins."""
        self._open += 1
        for side in self._sides:
            if side.findings is findings:
                return side
        self._sides.append(_Side(findings, layers))
        return self._sides[-1]

    def end(self) -> None:
        """A reader has ended. Once all have, what both sides said is known."""
        self._open -= 1
        if not self._open and len(self._sides) == 2:
            first, second = self._sides
            _report(first, second)
            _report(second, first)


def _report(keyboard: _Side, screen: _Side) -> None:
    """Report each line that is typed at a prompt for a password, unless it is displayed: passwords are not."""
    said, origin, shown = bytes(keyboard.said.data), keyboard.said.origin, bytes(screen.said.data)
    if not said or not shown:
        return
    frames, starts = screen.frames()
    for line in _TYPED.finditer(_WINDOW.sub(lambda sizes: bytes(len(sizes[0])), said)):
        place = starts[bisect.bisect_left(frames, origin.frame(line.start()))]
        typed = apply_editing(line[0])
        match = keyboard.findings.search.typed(_last_line(shown[max(place - _LONGEST_PROMPT, 0) : place]), typed)
        if match and not shown.startswith(line[0], place):
            where = origin.place(line.start(), len(line[0]))
            found = Occurrence(match, where, keyboard.layers, line.start(), typed, b"", b"")
            keyboard.findings.add_occurrence(found)


def _last_line(shown: bytes) -> bytes:
    """The line that the cursor is in."""
    return SEQUENCE.sub(b"", _LINE_END.split(shown)[-1])


class TerminalTap:
    """Keeps the beginning of a direction, for `Terminal`. Where secrets are named, these are searched for instead."""

    def __init__(self, findings: Findings, layers: Layers) -> None:
        self._terminal = None if findings.search.secrets else findings.conversation.of(Terminal)
        self._side = self._terminal.begin(findings, layers) if self._terminal else None

    def feed(self, data: Bytes, origin: Origin) -> None:
        """Keep the next bytes, if there is room."""
        if self._side and (room := _KEPT - len(self._side.said)) > 0:
            self._side.said.add(bytes(data[:room]), origin.lasting(0, min(room, len(data))))

    def close(self) -> None:
        """The direction has ended."""
        if self._terminal:
            self._terminal.end()


class TappedReader:
    """Reads a direction of unknown protocol with another reader: it may be of a terminal."""

    def __init__(self, reader: Reader, findings: Findings, layers: Layers) -> None:
        self._reader = reader
        self._tap = TerminalTap(findings, layers)

    def feed(self, data: Bytes, origin: Origin) -> None:
        """Read the next bytes."""
        self._tap.feed(data, origin)
        self._reader.feed(data, origin)

    def gap(self, length: int) -> None:
        """`length` bytes are missing here."""
        self._reader.gap(length)

    def close(self) -> None:
        """The direction has ended."""
        self._reader.close()
        self._tap.close()
