"""Text of two or four bytes a letter: UTF-16 and UTF-32, told by their mark or by the NULs of plain letters."""

from __future__ import annotations

import codecs
from functools import partial
from typing import TYPE_CHECKING

from overheard.words.layer import Layers
from overheard_capture.content.findings import Reason
from overheard_capture.provenance.by_frame import FrameAligner

if TYPE_CHECKING:
    from overheard_capture.content.findings import Findings, ReaderFactory
    from overheard_capture.provenance.by_frame import Part
    from overheard_capture.provenance.origin import Bytes, Origin

# In the order in which they are to be tried: one mark is the beginning of another.
_MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
# How many letters must look plain where there is no mark.
_LETTERS = 8


def encoding_of(head: bytes) -> str | None:
    """In which of these encodings text is that begins with `head`."""
    for mark, encoding in _MARKS:
        if head.startswith(mark):
            return encoding
    for size, encoding, letter in ((4, "utf-32-le", 0), (4, "utf-32-be", 3), (2, "utf-16-le", 0), (2, "utf-16-be", 1)):
        few = head[: _LETTERS * size]
        letters = few[letter::size]
        if len(few) == _LETTERS * size and few.count(0) == _LETTERS * (size - 1) and _plain(letters):
            return encoding
    return None


def _plain(letters: bytes) -> bool:
    return all(32 <= letter < 127 or letter in b"\t\n\r" for letter in letters)


class WideText:
    """Reads such text as what it says."""

    def __init__(self, findings: Findings, layers: Layers, encoding: str, reader: ReaderFactory) -> None:
        self._findings = findings
        self._layers = layers
        self._decoder = codecs.getincrementaldecoder(encoding)()
        self._reader = reader(findings, layers)
        self._by_frame = FrameAligner(self._take)
        self._opaque = False

    def feed(self, data: Bytes, origin: Origin) -> None:
        """Read on."""
        self._by_frame.feed(data, origin)

    def _take(self, data: Bytes, origin: Origin, parts: list[Part]) -> None:
        out, places = bytearray(), []
        try:
            for begin, end in parts:
                places.append((len(out), begin, end))
                text = self._decoder.decode(bytes(data[begin:end]))
                out += text.encode()
                self._opaque |= any(not (each.isprintable() or each in "\t\r\n\ufeff") for each in text)
        except UnicodeDecodeError:
            self._decoder.reset()
            self._opaque = True
        if out:
            self._reader.feed(out, origin.derived(places))

    def gap(self, length: int) -> None:
        """Bytes are missing; whoever sends half a letter only is not understood any more."""
        self._by_frame.flush()
        self._opaque |= bool(length % 2)
        self._reader.gap(length)

    def close(self) -> None:
        """There is no more to come."""
        self._by_frame.flush()
        self._reader.close()
        # Half a letter is left.
        if self._opaque or self._decoder.getstate()[0]:
            self._findings.unread(Reason.OPAQUE, "neither text nor anything that is known", self._layers)


def wide_text(encoding: str, reader: ReaderFactory) -> ReaderFactory:
    """A factory of readers of text in that encoding."""
    return partial(WideText, encoding=encoding, reader=reader)
