"""What is left of a line once its corrections are made: the keys that erase, and the colours of a terminal."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from overheard.words.layer import Layers
from overheard_capture.content.content import look_at
from overheard_capture.provenance.queue import ByteQueue

if TYPE_CHECKING:
    from overheard_capture.content.findings import Findings
    from overheard_capture.provenance.origin import Bytes, Origin

# A longer line is taken for several.
_LONGEST = 4096
_LINE = re.compile(rb"[^\r\n]{1,%d}" % _LONGEST)
_BACKSPACE, _DELETE, _KILL, _WORD = b"\x08", b"\x7f", b"\x15", b"\x17"
_EDITING = b"\x08\x7f\x15\x17\x1b"
_EDITED = re.compile(rb"[\x08\x7f\x15\x17\x1b]")
_KEYS = re.compile(rb"([\x08\x7f\x15\x17])")
# Colours and movements, titles, and other sequences of a terminal (ECMA-48).
_SEQUENCE = re.compile(rb"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)|[ -/]*[0-Z\\^-~])")


class LineEditing:
    """Searches lines as they are after their corrections."""

    def __init__(self, findings: Findings, layers: Layers) -> None:
        self._findings = findings
        self._layers = layers
        self._waiting = ByteQueue()

    def feed(self, data: Bytes, origin: Origin) -> None:
        """Read on."""
        self._waiting.add(data, origin)
        held = self._waiting.data
        ended = max(held.rfind(b"\n"), held.rfind(b"\r")) + 1
        self._read(ended + (len(held) - ended) // _LONGEST * _LONGEST)

    def _read(self, count: int) -> None:
        if not count:
            return
        lines, origin = self._waiting.take(count)
        if len(lines.translate(None, _EDITING)) < len(lines):
            for line in _LINE.finditer(lines):
                if _EDITED.search(line[0]):
                    self._look(line[0], origin, line.start())

    def _look(self, line: bytes, origin: Origin, at: int) -> None:
        text = corrected(line)
        # What is to be seen in the line as it is needs no correction.
        if any(text[match.offset :][: match.length] not in line for match in self._findings.search.matches(text)):
            look_at(self._findings, self._layers, text, origin.derived([(0, at, at + len(line))]))

    def gap(self) -> None:
        """Some bytes are missing here."""
        self._read(len(self._waiting))

    def close(self) -> None:
        """There is no more to come."""
        self._read(len(self._waiting))


def corrected(line: bytes) -> bytes:
    """A line as it is once what was erased is gone."""
    out = bytearray()
    for piece in _KEYS.split(_SEQUENCE.sub(b"", line)):
        if piece in (_BACKSPACE, _DELETE):
            # A letter may be several bytes of UTF-8.
            while out and out[-1] & 0xC0 == 0x80:
                del out[-1]
            del out[-1:]
        elif piece == _KILL:
            out.clear()
        elif piece == _WORD:
            del out[out.rstrip().rfind(b" ") + 1 :]
        else:
            out += piece
    return bytes(out)
