"""Line editing: the text of a line after its erase keys and terminal escape sequences are applied."""

from __future__ import annotations

from typing import TYPE_CHECKING

from overheard.words.layer import Layers
from overheard_capture.content.content import search_bytes
from overheard_capture.content.lazy_pattern import lazy_pattern
from overheard_capture.provenance.queue import ByteQueue

if TYPE_CHECKING:
    from overheard_capture.content.findings import Findings
    from overheard_capture.provenance.origin import Bytes, Origin

# A longer line is split.
_LONGEST = 4096
_LINE = lazy_pattern(rb"[^\r\n]{1,%d}" % _LONGEST)
_BACKSPACE, _DELETE, _ERASE_LINE, _ERASE_WORD = b"\x08", b"\x7f", b"\x15", b"\x17"
_EDITING = b"\x08\x7f\x15\x17\x1b"
_EDITED = lazy_pattern(rb"[\x08\x7f\x15\x17\x1b]")
_KEYS = lazy_pattern(rb"([\x08\x7f\x15\x17])")
# Terminal control sequences: CSI, OSC, and others (ECMA-48).
SEQUENCE = lazy_pattern(rb"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)|[ -/]*[0-Z\\^-~])")


class LineEditing:
    """Searches lines after their editing is applied."""

    def __init__(self, findings: Findings, layers: Layers) -> None:
        self._findings = findings
        self._layers = layers
        self._pending = ByteQueue()

    def feed(self, data: Bytes, origin: Origin) -> None:
        """Read the next bytes."""
        self._pending.add(data, origin)
        pending = self._pending.data
        ended = max(pending.rfind(b"\n"), pending.rfind(b"\r")) + 1
        self._read(ended + (len(pending) - ended) // _LONGEST * _LONGEST)

    def _read(self, count: int) -> None:
        if not count:
            return
        lines, origin = self._pending.take(count)
        if len(lines.translate(None, _EDITING)) < len(lines):
            for line in _LINE.finditer(lines):
                if _EDITED.search(line[0]):
                    self._search(line[0], origin, line.start())

    def _search(self, line: bytes, origin: Origin, at: int) -> None:
        text = apply_editing(line)
        # A match in the raw line was found without editing.
        if any(text[match.offset :][: match.length] not in line for match in self._findings.search.matches(text)):
            search_bytes(self._findings, self._layers, text, origin.derived([(0, at, at + len(line))]))

    def gap(self) -> None:
        """Bytes are missing here."""
        self._read(len(self._pending))

    def close(self) -> None:
        """No more bytes follow."""
        self._read(len(self._pending))


def apply_editing(line: bytes) -> bytes:
    """A line after its erase keys and control sequences are applied."""
    out = bytearray()
    for piece in _KEYS.split(SEQUENCE.sub(b"", line)):
        if piece in (_BACKSPACE, _DELETE):
            # A character may have several bytes in UTF-8.
            while out and out[-1] & 0xC0 == 0x80:
                del out[-1]
            del out[-1:]
        elif piece == _ERASE_LINE:
            out.clear()
        elif piece == _ERASE_WORD:
            del out[out.rstrip().rfind(b" ") + 1 :]
        else:
            out += piece
    return bytes(out)
