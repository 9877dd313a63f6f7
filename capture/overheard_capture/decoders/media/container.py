"""Containers of media: what is in their parts, and what is behind their end.

Sample data, such as pixels, is counted as media, and is no reason by itself. It must look like sample data: text and
known formats in it are read, and where data should be compressed but is not, that is reported.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable
from enum import Enum, auto
from functools import partial
from typing import TYPE_CHECKING, TypeAlias

from overheard.words.layer import Layer
from overheard.words.named_tuple import NamedTuple
from overheard_capture.content.byte_scan import SHORTEST_RUN, Members
from overheard_capture.content.content import SearchScope, search_bytes
from overheard_capture.content.findings import UNKNOWN_FORMAT, Reason
from overheard_capture.content.nesting import MAX_IDENTIFIER, may_nest
from overheard_capture.content.opaque_values import MEDIA
from overheard_capture.content.text_detector import looks_like_text
from overheard_capture.decoders.compression.formats import ZLIB, CompressionFormat
from overheard_capture.decoders.compression.reader import decompressing
from overheard_capture.decoders.whole import Ending, WholeReader
from overheard_capture.provenance.origin import joined

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from overheard_capture.content.findings import ReaderFactory
    from overheard_capture.content.nesting import Unwrapping
    from overheard_capture.provenance.origin import Origin

_PRINTABLE = bytes(range(32, 127)) + b"\t\n\r"
# Shorter text has nothing encoded in it; and a run of few different characters is a pattern.
_TEXT, _PATTERN = Members(_PRINTABLE, SHORTEST_RUN), 12
# Compressed data has about 250 different bytes in a block of this length. Monotonous samples have few, but are patterns
# that compress far better than anything with a meaning.
_BLOCK, _SHORTEST_BLOCK, _FEW = 4096, 256, 77
_PATTERN_RATIO = 8
# How much to decompress of samples, which may be a decompression bomb.
_MAX_RATIO = 64


class Kind(Enum):
    """What a part of a container is. What is in no part is its structure: lengths, types, and other numbers."""

    # Sample data that is compressed, so that it looks random; or with zlib, so that what is in it can be looked at.
    COMPRESSED = auto()
    DEFLATED = auto()
    # Other sample data, and binary metadata of a known structure.
    RAW = auto()
    # Text, or an embedded file, or anything of unknown type: it must be readable.
    CONTENT = auto()


class Part(NamedTuple):
    """A part of a container: its kind, the (start, end) of its pieces, and how it is compressed, if it is content."""

    kind: Kind
    pieces: tuple[tuple[int, int], ...]
    form: CompressionFormat | None = None

    def within(self, length: int) -> Part:
        """The same part, in data that may end early."""
        return self._replace(pieces=tuple((min(start, length), min(end, length)) for start, end in self.pieces))

    def origin(self, origin: Origin) -> Origin:
        """Where its bytes come from."""
        return joined([(origin, start, end) for start, end in self.pieces])


def part(kind: Kind, start: int, end: int, form: CompressionFormat | None = None) -> Part:
    """A part of one piece."""
    return Part(kind, ((start, end),), form)


class Closed(int):
    """The end of a container that no bytes behind it change."""


# Yields the parts of a container, and at last its end; 0 if it is malformed from the beginning.
Walk: TypeAlias = "Callable[[bytes], Walked]"
Walked: TypeAlias = "Iterator[Part | int]"


def media(walk: Walk, name: str) -> Callable[[ReaderFactory, ReaderFactory], ReaderFactory]:
    """Makes factories of readers of a format: for content in it, and for the bytes after its end."""

    def make(reader: ReaderFactory, rest: ReaderFactory) -> ReaderFactory:
        read, ending = _Container(walk, Layer(name), reader, rest).read, Ending(partial(_closed, walk), rest)
        return partial(WholeReader, read=read, what=f"{name} data", ending=ending)

    return make


def _closed(walk: Walk, data: bytes) -> int:
    """Where a container ends that is known to have ended; or 0."""
    return next((each for each in walk(data) if isinstance(each, Closed)), 0)


class _Container(NamedTuple):
    """Reads a complete container: how to walk over it, its layer, and what reads content and the bytes behind it."""

    walk: Walk
    layer: Layer
    reader: ReaderFactory
    rest: ReaderFactory

    def read(self, at: Unwrapping, data: bytes, origin: Origin) -> None:
        """Read it."""
        if not may_nest(at.findings, at.layers):
            return
        inside, end, size, checksum = at.under(self.layer)._replace(reader=self.reader), 0, 0, 0
        for each in self.walk(data):
            if isinstance(each, int):
                end = min(each, len(data))
                break
            which = each.within(len(data))
            content = b"".join(data[start:end] for start, end in which.pieces)
            if which.kind is Kind.CONTENT:
                _read_content(inside, content, origin, which)
                continue
            size += len(content)
            checksum = zlib.crc32(content, checksum)
            if len(which.pieces) > 1:
                search_bytes(inside.findings, inside.layers, content, which.origin(origin))
            _read_samples(inside, content, partial(which.origin, origin), which.kind)
        if size:
            at.findings.count_value(MEDIA, size, checksum)
        if not end:
            at.findings.report_unread(Reason.OPAQUE, UNKNOWN_FORMAT, at.layers)
        elif any(data[end:]):
            at._replace(reader=self.rest).read(data[end:], origin.after(end))


def _read_content(at: Unwrapping, content: bytes, origin: Origin, which: Part) -> None:
    """Read a part that must be readable, unless it is empty or short."""
    if not any(content):
        return
    if which.form and (reader := at.reader):
        at = at._replace(reader=decompressing((which.form,), reader, reader))
    # Padding behind text.
    if looks_like_text(text := content.rstrip(b"\0")):
        content = text
    scope = SearchScope.NONE if len(which.pieces) == 1 else SearchScope.ALL
    (at if len(content) > MAX_IDENTIFIER else at.guess()).read(content, which.origin(origin), scope)


def _read_samples(at: Unwrapping, data: bytes, where: Callable[[], Origin], kind: Kind) -> None:
    """Read what sample data should not have: text, and blocks that are not compressed although they should be."""
    if kind is Kind.DEFLATED:
        _read_inflated(at, data, where)
    for start, end in _TEXT.runs(data):
        if len(set(data[start:end])) >= _PATTERN:
            at.read(data[start:end], where().after(start))
    if kind is Kind.COMPRESSED and any(map(_is_plain, _blocks(data))):
        at.findings.report_unread(Reason.OPAQUE, "sample data that is not compressed", at.layers)


def _read_inflated(at: Unwrapping, data: bytes, where: Callable[[], Origin]) -> None:
    """Search what samples are decompressed to, and read the text in it. There is no end to what an image may have."""
    try:
        out = zlib.decompressobj().decompress(data, _MAX_RATIO * len(data) + _BLOCK)
    except zlib.error:
        at.findings.report_unread(Reason.DAMAGED, "sample data that cannot be decompressed", at.layers)
        return
    origin = where().derived([(0, 0, len(data))])
    search_bytes(at.findings, (*at.layers, ZLIB.layer), out, origin)
    for start, end in _TEXT.runs(out):
        if len(set(out[start:end])) >= _PATTERN:
            # Pixels are text by chance.
            at.guess().read(out[start:end], origin.after(start))


def _blocks(data: bytes) -> Iterable[bytes]:
    return (data[at : at + _BLOCK] for at in range(0, len(data) - _SHORTEST_BLOCK, _BLOCK))


def _is_plain(block: bytes) -> bool:
    """Whether a block of data that should be compressed is neither that nor a pattern."""
    return len(set(block)) <= _FEW and len(zlib.compress(block, 1)) * _PATTERN_RATIO > len(block)
