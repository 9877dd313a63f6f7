"""PNG (ISO/IEC 15948): the texts and profiles of an image are read; its pixels are not."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from overheard.words.layer import Layer
from overheard_capture.content.findings import UNKNOWN_FORMAT, Reason
from overheard_capture.content.nesting import Unwrapping, within_depth_limit
from overheard_capture.decoders.compression.formats import ZLIB
from overheard_capture.decoders.compression.reader import decompressing
from overheard_capture.decoders.whole import WholeReader

if TYPE_CHECKING:
    from overheard_capture.content.findings import ReaderFactory
    from overheard_capture.provenance.origin import Origin

MAGIC = b"\x89PNG\r\n\x1a\n"
LAYER = Layer("PNG")
_HEADER, _CRC = 8, 4
_PIXELS, _END = {b"IDAT", b"fdAT"}, b"IEND"
# Chunks of a few numbers (11.2, 11.3).
_NUMBERS = {b"IHDR", b"PLTE", b"tRNS", b"cHRM", b"gAMA", b"sBIT", b"sRGB", b"bKGD", b"hIST", b"pHYs", b"tIME", b"cICP"}


def png(reader: ReaderFactory, rest: ReaderFactory) -> ReaderFactory:
    """A factory of readers of PNG images: `reader` is for texts, `rest` for the bytes after the image."""
    return partial(WholeReader, read=partial(_read, reader, rest), what="a PNG image")


def _read(reader: ReaderFactory, rest: ReaderFactory, at: Unwrapping, data: bytes, origin: Origin) -> None:
    place, pixels = len(MAGIC), False
    while place + _HEADER <= len(data):
        kind, start = data[place + 4 : place + _HEADER], place + _HEADER
        end = start + int.from_bytes(data[place : place + 4], "big")
        if end + _CRC > len(data) or not kind.isalpha():
            break
        if kind in _PIXELS:
            pixels = True
        elif kind not in _NUMBERS:
            _read_chunk(reader, at.under(LAYER), kind, data[start:end], origin.after(start))
        place = end + _CRC
        if kind == _END:
            break
    if pixels:
        at.findings.report_unread(Reason.OPAQUE, UNKNOWN_FORMAT, at.layers)
    at._replace(reader=rest).read(data[place:], origin.after(place))


def _read_chunk(reader: ReaderFactory, at: Unwrapping, kind: bytes, data: bytes, origin: Origin) -> None:
    """Read a text or a profile, which may be compressed behind its keyword, or anything else."""
    start, compressed = 0, False
    keyword = data.find(b"\0") + 1
    if keyword and kind in (b"zTXt", b"iCCP"):
        start, compressed = keyword + 1, True
    elif keyword and kind == b"iTXt":
        start, compressed = keyword + 2, data[keyword : keyword + 1] == b"\1"
        for _ in range(2):
            start = data.find(b"\0", start) + 1 or len(data)
    elif keyword and kind == b"tEXt":
        start = keyword
    if within_depth_limit(at.findings, at.layers):
        inside = at._replace(reader=decompressing((ZLIB,), reader, reader) if compressed else reader)
        inside.read_field(data[start:], origin.after(start))
