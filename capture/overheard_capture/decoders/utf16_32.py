"""UTF-16 and UTF-32 text, identified by a byte order mark or by the NUL bytes of ASCII characters."""

from __future__ import annotations

import codecs
from functools import partial
from typing import TYPE_CHECKING

from overheard.words.layer import Layer, LayerKind, Layers
from overheard_capture.content.content import Content
from overheard_capture.content.findings import UNKNOWN_FORMAT, Reason
from overheard_capture.provenance.by_frame import FrameAligner

if TYPE_CHECKING:
    from overheard_capture.content.findings import Findings, ReaderFactory
    from overheard_capture.provenance.by_frame import Part
    from overheard_capture.provenance.origin import Bytes, Origin

# In this order, as one mark is a prefix of another.
_BYTE_ORDER_MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
# How many characters identify an encoding without a mark.
_MIN_CHARS = 8
# The high byte of a character in most alphabets is less than this: it is not for CJK alone.
SCRIPTS = 0x20


def encoding_of(head: bytes) -> str | None:
    """The encoding of text that begins with `head`; None if it is not one of these."""
    for mark, encoding in _BYTE_ORDER_MARKS:
        if head.startswith(mark):
            return encoding
    if b"\0" not in head:
        return None
    for size, encoding, high in ((4, "utf-32-le", 3), (4, "utf-32-be", 0), (2, "utf-16-le", 1), (2, "utf-16-be", 0)):
        sample = head[: _MIN_CHARS * size]
        # The high bytes of UTF-32 are 0. Those of UTF-16 are that of an alphabet, and 0 for blanks, digits and signs.
        highs = {0, *sample[high::size]}
        if len(highs) <= (1 if size == 4 else 2) and max(highs) < SCRIPTS and _is_text(sample, encoding):
            return encoding
    return None


def _is_text(sample: bytes, encoding: str) -> bool:
    try:
        text = sample.decode(encoding)
    except UnicodeDecodeError:
        return False
    return len(text) == _MIN_CHARS and all(each.isprintable() or each in "\t\r\n" for each in text)


class WideText:
    """Decodes such text to UTF-8."""

    def __init__(self, findings: Findings, layers: Layers, encoding: str, reader: ReaderFactory) -> None:
        self._findings = findings
        self._layers = layers
        self._encoding = encoding
        self._decoder = codecs.getincrementaldecoder(encoding)()
        # What is escaped in such text is no spelling of it as it is.
        self._text = Content(findings, (*layers, Layer(encoding[:6].upper(), LayerKind.SPELLED)))
        self._reader = reader(findings, layers)
        self._by_frame = FrameAligner(self._decode)
        self._opaque = False

    def feed(self, data: Bytes, origin: Origin) -> None:
        """Read the next bytes."""
        self._by_frame.feed(data, origin)

    def _decode(self, data: Bytes, origin: Origin, parts: list[Part]) -> None:
        out, places = bytearray(), []
        for begin, end in parts:
            places.append((len(out), begin, end))
            text = self._decoded(bytes(data[begin:end]))
            out += text.encode()
            self._opaque |= any(not (each.isprintable() or each in "\t\r\n\ufeff") for each in text)
        if out:
            where = origin.derived(places)
            self._text.feed(out, where, contiguous=True)
            self._reader.feed(out, where)

    def _decoded(self, data: bytes) -> str:
        """Decode some bytes. What is no character is replaced, as text may come before or after it."""
        before = self._decoder.getstate()
        try:
            return self._decoder.decode(data)
        except UnicodeDecodeError:
            self._opaque = True
            lenient = codecs.getincrementaldecoder(self._encoding)(errors="replace")
            lenient.setstate(before)
            text = lenient.decode(data)
            self._decoder.setstate(lenient.getstate())
            return text

    def gap(self, length: int) -> None:
        """`length` bytes are missing here. After an odd number of them, the text cannot be decoded."""
        self._by_frame.flush()
        self._opaque |= bool(length % 2)
        self._text.gap(length)
        self._reader.gap(length)

    def close(self) -> None:
        """No more bytes follow."""
        self._by_frame.flush()
        self._reader.close()
        # An incomplete character is left.
        if self._opaque or self._decoder.getstate()[0]:
            self._findings.report_unread(Reason.OPAQUE, UNKNOWN_FORMAT, self._layers)


def wide_text(encoding: str, reader: ReaderFactory) -> ReaderFactory:
    """A factory of readers of text in `encoding`."""
    return partial(WideText, encoding=encoding, reader=reader)
