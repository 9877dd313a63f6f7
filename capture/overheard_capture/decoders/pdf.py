"""PDF (ISO 32000-1): streams are decoded, and the strings of a page are joined. What cannot be decoded is opaque."""

from __future__ import annotations

import base64
import re
from functools import partial
from itertools import takewhile
from typing import TYPE_CHECKING

from overheard.words.layer import Layer
from overheard_capture.content.content import Content, SearchScope
from overheard_capture.content.findings import Reason
from overheard_capture.content.lazy_pattern import lazy_pattern
from overheard_capture.content.nesting import Unwrapping, may_nest
from overheard_capture.decoders.armour.coding import HEXADECIMAL
from overheard_capture.decoders.armour.line_codings import BASE85
from overheard_capture.decoders.compression.formats import DEFLATE, ZLIB
from overheard_capture.decoders.compression.reader import decompressing
from overheard_capture.decoders.signatures import PDF_MAGIC
from overheard_capture.decoders.whole import WholeReader

if TYPE_CHECKING:
    from overheard_capture.content.findings import ReaderFactory
    from overheard_capture.provenance.origin import Origin

LAYER = Layer("PDF")
_STREAM = lazy_pattern(rb">>\s{0,8}stream\r?\n")
_END = lazy_pattern(rb"\r?\n?endstream")
# How far before a stream its dictionary begins at most.
_LONGEST_DICTIONARY = 8192
_FILTER = lazy_pattern(rb"/Filter\s*(\[[^\]]{0,400}\]|/\w+|\d+\s+\d+\s+R)")
_NAME = lazy_pattern(rb"/(\w+)")
_CODED = lazy_pattern(rb"/Predictor\s+(?:[2-9]|1\d)\b")
_FLATE = {b"FlateDecode", b"Fl"}
# A JPEG image is read as one.
_IMAGE = {b"DCTDecode", b"DCT"}
_SPELLED = {b"ASCII85Decode": BASE85, b"A85": BASE85, b"ASCIIHexDecode": HEXADECIMAL, b"AHx": HEXADECIMAL}
# The operators that show strings, and the strings of a page (9.4.3, 7.3.4).
_SHOWS_TEXT = lazy_pattern(rb"[)\]>]\s*(?:Tj|TJ|'|\")")
_STRING = lazy_pattern(rb"\(((?:[^\\()]|\\.)*+)\)|<([0-9A-Fa-f\s]*+)>(?=[^>])", re.S)
_ESCAPE = lazy_pattern(rb"\\([0-7]{1,3}|\r?\n|.)", re.S)
_ESCAPED = {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"b": b"\b", b"f": b"\f", b"\n": b"", b"\r\n": b""}
_NOT_TEXT = lazy_pattern(rb"[^\t\n\r\x20-\xff]")


def pdf(reader: ReaderFactory, rest: ReaderFactory) -> ReaderFactory:  # noqa: ARG001 - nothing follows a PDF
    """A factory of readers of PDF files; `reader` is for what is in them."""
    return partial(WholeReader, read=partial(_read, reader), what="a PDF")


def _read(reader: ReaderFactory, at: Unwrapping, data: bytes, origin: Origin) -> None:
    if not may_nest(at.findings, at.layers):
        return
    inside = at.under(LAYER)._replace(reader=reader)
    if b"/Encrypt" in data:
        at.findings.report_unread(Reason.OPAQUE, "an encrypted PDF", at.layers)
    # What is outside streams was searched as it is, and may have encoded text. It is one content, as streams may
    # be many. The magic would make it another PDF.
    place, guess = len(PDF_MAGIC), inside.guess()
    outside = Content(guess.findings, guess.layers, reader, SearchScope.NONE)
    while begins := _STREAM.search(data, place):
        start, ends = begins.end(), _END.search(data, begins.end())
        end = ends.start() if ends else len(data)
        outside.feed(data[place:start], origin.after(place))
        first = max(data.rfind(b"obj", 0, begins.start()), begins.start() - _LONGEST_DICTIONARY)
        _read_stream(reader, inside, data[first : begins.start()], data[start:end], origin.after(start))
        place = ends.end() if ends else end
    outside.feed(data[place:], origin.after(place))
    outside.close()


def _read_stream(reader: ReaderFactory, at: Unwrapping, dictionary: bytes, data: bytes, origin: Origin) -> None:
    found, is_index = _FILTER.search(dictionary), b"/XRef" in dictionary
    names = [name for name in _NAME.findall(found[1]) if name not in _IMAGE] if found else []
    spelled = list(takewhile(_SPELLED.__contains__, names))
    if (
        (found and not _NAME.search(found[1]))
        or not all(name in _FLATE for name in names[len(spelled) :])
        or (_CODED.search(dictionary) and not is_index)
    ):
        at.findings.report_unread(Reason.OPAQUE, "a stream of a PDF in an unknown coding", at.layers)
        return
    # An index of offsets is no text.
    at = at.guess() if is_index else at
    for name in spelled:
        layer, origin = _SPELLED[name], origin.derived([(0, 0, max(len(data), 1))])
        data, at = _decode(layer, data), at.under(layer)
    factory: ReaderFactory = partial(WholeReader, read=partial(_read_page, reader), what="a stream of a PDF")
    for _ in names[len(spelled) :]:
        factory = decompressing((ZLIB, DEFLATE), factory, reader)
    at._replace(reader=factory).read(data, origin, SearchScope.ALL)


def _decode(layer: Layer, data: bytes) -> bytes:
    """Decode ASCII85 or hexadecimal (7.4.2, 7.4.3); empty if it is malformed."""
    try:
        if layer is HEXADECIMAL:
            return _from_hexadecimal(data.partition(b">")[0])
        return base64.a85decode(b"<~" + data.strip().removeprefix(b"<~").partition(b"~")[0] + b"~>", adobe=True)
    except ValueError:
        return b""


def _from_hexadecimal(text: bytes) -> bytes:
    """Decode digits with white space between them. If the last one is missing, it is 0."""
    digits = re.sub(rb"\s", b"", text)
    return bytes.fromhex((digits + b"0" * (len(digits) % 2)).decode("ascii"))


def _read_page(reader: ReaderFactory, at: Unwrapping, data: bytes, origin: Origin) -> None:
    """Read a decoded stream: as any content and, if it shows text, with its strings joined."""
    inside = at._replace(reader=reader)
    inside.read(data, origin)
    if not _SHOWS_TEXT.search(data):
        return
    strings = [_string(found) for found in _STRING.finditer(data)]
    if any(map(_NOT_TEXT.search, strings)):
        at.findings.report_unread(Reason.OPAQUE, "text of a PDF in the codes of its font", at.layers)
    for text in (b"".join(strings), b" ".join(strings)):
        inside.guess().read(text, origin.derived([(0, 0, len(data))]), SearchScope.ALL)


def _string(found: re.Match[bytes]) -> bytes:
    """The bytes of a string, literal or in hexadecimal."""
    if found[1] is None:
        return _from_hexadecimal(found[2])
    return _ESCAPE.sub(_unescaped, found[1]) if b"\\" in found[1] else found[1]


def _unescaped(found: re.Match[bytes]) -> bytes:
    octal = found[1][:1].isdigit() and found[1][:1] < b"8"
    return bytes([int(found[1], 8) & 0xFF]) if octal else _ESCAPED.get(found[1], found[1])
