"""Keys that go down in a remote desktop, as Apache Guacamole sends them: an instruction for each, with its number.

In `3.key,3.107,1.1;` it is that of the X Window System, which is the one of a character of Latin-1 or of Unicode.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from overheard_capture.content.byte_scan import LiteralSet
from overheard_capture.content.lazy_pattern import lazy_pattern
from overheard_capture.content.nesting import Unwrapping
from overheard_capture.content.tail import Tail
from overheard_capture.decoders.joined_values import read_joined
from overheard_capture.provenance.origin import Origin, joined

if TYPE_CHECKING:
    from overheard.words.layer import Layers
    from overheard_capture.content.findings import Findings, ReaderFactory
    from overheard_capture.decoders.joined_values import Value

KEY_MARKS = LiteralSet(b"3.key,")
# One that goes down. That it goes up ends with a zero.
_KEY = lazy_pattern(rb"3\.key,[1-8]\.([0-9]{1,8}),1\.1;")
_LONGEST = 32
_PARTIAL = lazy_pattern(rb"3(?:\.(?:k(?:e(?:y(?:,[0-9.,]*+)?)?)?)?)?\Z")
# Keys without a character of their own, and what is added to the number of one beyond Latin-1.
_BACKSPACE, _RETURN, _UNICODE = 0xFF08, 0xFF0D, 0x1000000
# How many are joined at a time, and how many of these again with the next.
_MOST, _AGAIN = 4096, 512


class KeyInstructionFinder:
    """Reads what is typed as text."""

    def __init__(self, findings: Findings, layers: Layers, reader: ReaderFactory) -> None:
        self._at = Unwrapping(findings, layers, reader)
        self._tail = Tail()
        self._typed: list[Value] = []

    def feed(self, data: bytes | bytearray, origin: Origin, clear: int = 0) -> None:
        """Read the next bytes. No mark begins in the first `clear` ones."""
        before = len(self._tail.data)
        if before or KEY_MARKS.first(data, clear) >= 0:
            self._read(self._tail.data + data, origin, before)
        kept = max(len(data) - _LONGEST, 0)
        if _PARTIAL.search(self._tail.data + data[kept:]):
            self._tail.add(data[kept:], origin.after(kept), _LONGEST)
        else:
            self._tail.clear()

    def _read(self, text: bytes, origin: Origin, before: int) -> None:
        """Read keys. The first bytes of the text are the tail, in which there may be some that were read."""
        whole = joined([(self._tail.origin, 0, before), (origin, 0, len(text) - before)])
        for key in _KEY.finditer(text):
            if key.end() > before:
                self._press(int(key[1]), Origin(whole.sliced(*key.span())))

    def _press(self, number: int, origin: Origin) -> None:
        if number == _BACKSPACE:
            del self._typed[-1:]
        elif text := _character(number):
            self._typed.append((text, origin))
        if len(self._typed) >= _MOST:
            read_joined(self._at, self._typed)
            del self._typed[:-_AGAIN]

    def gap(self, _: int) -> None:
        """Bytes are missing here: what is typed after them is another text."""
        self.close()

    def close(self) -> None:
        """No more bytes follow."""
        read_joined(self._at, self._typed)
        self._typed.clear()
        self._tail.clear()


def _character(number: int) -> bytes:
    """What a key types; nothing if it is one such as Shift."""
    if number == _RETURN:
        return b"\n"
    code = number - _UNICODE if number >= _UNICODE else number
    if code < ord(" ") or (number < _UNICODE and code > 0xFF) or code > 0x10FFFF:
        return b""
    return chr(code).encode(errors="ignore")
