"""Zip archives, read from the beginning as they arrive: each file by its local header (APPNOTE.TXT, 4.3)."""

from __future__ import annotations

from enum import Enum, auto
from functools import partial
from typing import TYPE_CHECKING

from overheard.words.layer import Layer, LayerKind, Layers
from overheard_capture.content.content import Content, SearchScope
from overheard_capture.content.findings import ReaderFactory, Reason
from overheard_capture.content.nesting import FIRST_PIECE, Remainder, Unwrapping, nested_content, speculative
from overheard_capture.decoders.archives.zip_headers import (
    LocalHeader,
    descriptor_length,
    header_length,
    parse_local_header,
    variable_fields,
)
from overheard_capture.decoders.compression.deflate import Deflate
from overheard_capture.decoders.compression.formats import BZIP2, XZ, ZIP_LZMA, ZSTD, CompressionFormat
from overheard_capture.decoders.compression.reader import CompressedReader
from overheard_capture.decoders.signatures import END_OF_DIRECTORY, LOCAL_FILE
from overheard_capture.provenance.queue import ByteQueue

if TYPE_CHECKING:
    from overheard_capture.content.findings import Findings
    from overheard_capture.content.readers import Reader
    from overheard_capture.provenance.origin import Bytes, Origin

ZIP = Layer("zip", LayerKind.COMPRESSION)

# Compression methods by number (APPNOTE.TXT, 4.4.5). The layer is `zip` for all of them.
_METHODS = {
    8: CompressionFormat(ZIP, Deflate),
    12: CompressionFormat(ZIP, BZIP2.make),
    14: CompressionFormat(ZIP, ZIP_LZMA.make),
    # Of zstd, the number of before and the one of today.
    20: CompressionFormat(ZIP, ZSTD.make),
    93: CompressionFormat(ZIP, ZSTD.make),
    95: CompressionFormat(ZIP, XZ.make),
}
_STORED = 0
# A longer header is malformed.
_LONGEST_HEADER = 1 << 20
# How many bytes are needed for the length of a header, or to find the end of a data descriptor.
_HEAD = 70


class _State(Enum):
    """What the next byte is part of."""

    HEADER = auto()  # a local header, or part of the central directory
    SIZED = auto()  # a file whose size is in its header
    UNSIZED = auto()  # a file whose end only its decompressor finds
    DESCRIPTOR = auto()  # the data descriptor after such a file, which contains its size
    REST = auto()  # bytes after the archive, or not of an archive, read by another reader
    UNSIZED_GAP = auto()  # bytes that are not read, after a gap in an unsized file whose end may be pending
    GIVEN_UP = auto()  # bytes that are not read, after a gap


# In these states all bytes are skipped.
_SKIPPING = (_State.UNSIZED_GAP, _State.GIVEN_UP)


class ZipArchive:
    """Reads an archive."""

    def __init__(self, findings: Findings, layers: Layers, reader: ReaderFactory, rest: ReaderFactory) -> None:
        self._findings = findings
        self._layers = layers
        self._reader = reader
        self._rest_reader = rest
        self._state = _State.HEADER
        # An incomplete header.
        self._pending = ByteQueue()
        # The reader of the current file (None if it is skipped), or of the rest; None at headers.
        self._current: Reader | None = None
        # How many bytes of a sized file are left.
        self._left = 0
        # For an unsized file: the size of the next piece, and the bytes after the end of the file.
        self._piece = FIRST_PIECE
        self._remainder = Remainder()
        # Whether no more bytes follow the pending ones.
        self._last = False

    def feed(self, data: Bytes, origin: Origin) -> None:
        """Read the next bytes."""
        # What is to be read, the next bytes at the end: many files may end in one piece.
        unread = [(data, origin)]
        while unread and self._state not in _SKIPPING:
            data, origin = unread.pop()
            if len(self._pending):
                # A header continues here.
                self._pending.add(data, origin)
                data, origin = self._pending.take(len(self._pending))
            view = memoryview(data)
            step = self._step(view, origin) if len(data) else 0
            if step < 0:
                self._pending.add(data, origin)
                continue
            if step < len(data):
                unread.append((view[step:], origin.after(step)))
            if self._state is _State.DESCRIPTOR and self._remainder.findings:
                unread.append(self._take_remainder())

    def _step(self, data: memoryview, origin: Origin) -> int:
        """Read some bytes. Returns their number, or -1 if more bytes are needed."""
        match self._state:
            case _State.SIZED:
                return self._read_sized(data, origin)
            case _State.UNSIZED:
                return self._read_unsized(data, origin)
            case _State.DESCRIPTOR:
                return self._read_descriptor(data)
            case _State.HEADER:
                return self._read_header(data, origin)
        if self._current:
            self._current.feed(data, origin)
        return len(data)

    # ---- files

    def _read_sized(self, data: memoryview, origin: Origin) -> int:
        step = min(self._left, len(data))
        if self._current:
            self._current.feed(data[:step], origin)
        self._advance(step)
        return step

    def _advance(self, length: int) -> None:
        """Count `length` bytes of a sized file as read."""
        self._left -= length
        if not self._left:
            self._end_file(_State.HEADER)

    def _read_unsized(self, data: memoryview, origin: Origin) -> int:
        """Decompress a piece. If the file ends in it, the remainder are the bytes after the end.

        Pieces are small at first, as the bytes after the end of the file are copied from the piece.
        """
        piece, self._piece = min(self._piece, len(data)), 2 * self._piece
        if self._current:
            self._current.feed(data[:piece], origin)
        if self._remainder.findings:
            self._end_file(_State.DESCRIPTOR)
        return piece

    def _take_remainder(self) -> tuple[Bytes, Origin]:
        pending, self._remainder = self._remainder.pending, Remainder()
        return pending.take()

    def _end_file(self, state: _State) -> None:
        if self._current:
            self._current.close()
        self._current, self._state = None, state

    # ---- headers

    def _read_descriptor(self, data: memoryview) -> int:
        length = descriptor_length(bytes(data[:_HEAD]), self._last)
        if length >= 0:
            self._state = _State.HEADER
        return length

    def _read_header(self, data: memoryview, origin: Origin) -> int:
        head = bytes(data[:_HEAD])
        length = header_length(head)
        if length is None or (length > _LONGEST_HEADER and len(head) >= 4):
            self._findings.report_unread(Reason.DAMAGED, "a zip archive followed by something else", self._layers)
            self._begin_rest(speculative(self._findings))
            return 0
        if length > len(data):
            return -1
        self._read_fields(bytes(data[:length]), origin)
        if head.startswith(LOCAL_FILE):
            self._begin_file(parse_local_header(bytes(data[:length])))
        elif head.startswith(END_OF_DIRECTORY):
            self._begin_rest(self._findings)
        return length

    def _read_fields(self, header: bytes, origin: Origin) -> None:
        """Unwrap names, extra fields and comments. A comment of the archive must be readable, too."""
        inside = Unwrapping(self._findings, (*self._layers, ZIP), self._reader)
        inside = inside if header.startswith(END_OF_DIRECTORY) else inside.guess()
        for start, end in variable_fields(header):
            inside.read_field(header[start:end], origin.after(start))

    def _begin_file(self, header: LocalHeader) -> None:
        self._remainder, self._piece, self._left = Remainder(), FIRST_PIECE, header.size or 0
        self._state = _State.UNSIZED if header.size is None else _State.SIZED
        form = _METHODS.get(header.method)
        if problem := _why_unreadable(header):
            self._findings.report_unread(Reason.OPAQUE, problem, self._layers)
            if header.size is None:
                # The end of the file is unknown.
                self._begin_rest(speculative(self._findings))
        elif form:
            self._current = CompressedReader(self._findings, self._layers, (form,), self._reader, self._remainder)
        else:
            self._current = nested_content(self._findings, self._layers, ZIP, self._reader, SearchScope.NONE)
        if self._state is _State.SIZED:
            self._advance(0)

    def _begin_rest(self, findings: Findings) -> None:
        """Feed all further bytes to another reader."""
        self._state = _State.REST
        self._current = Content(findings, self._layers, self._rest_reader, SearchScope.NONE)

    # ---- gaps and the end

    def gap(self, length: int) -> None:
        """`length` bytes are missing here. Reading continues after them if they are all of one sized file."""
        if self._state in _SKIPPING:
            return
        inside = self._state is _State.SIZED and length <= self._left
        if self._state is not _State.REST:
            self._findings.report_unread(Reason.GAP, "a zip archive with bytes missing", self._layers)
            if not inside:
                self._state = _State.UNSIZED_GAP if self._state is _State.UNSIZED else _State.GIVEN_UP
        if self._current:
            self._current.gap(length)
        if inside:
            self._advance(length)

    def close(self) -> None:
        """No more bytes follow."""
        while self._state in (_State.UNSIZED, _State.UNSIZED_GAP):
            self._end_unsized()
        self._last = True
        self.feed(*self._pending.take(len(self._pending)))
        if self._current:
            self._current.close()
        if self._state not in (_State.REST, _State.GIVEN_UP):
            self._findings.report_unread(Reason.DAMAGED, "a truncated zip archive", self._layers)

    def _end_unsized(self) -> None:
        """End an unsized file whose end was not seen: it is among the pending bytes of its reader, or is missing."""
        self._end_file(_State.DESCRIPTOR)
        if self._remainder.findings is None:
            self._state = _State.GIVEN_UP
        self.feed(*self._take_remainder())


def _why_unreadable(header: LocalHeader) -> str:
    """Why a file cannot be read; empty if it can."""
    if header.encrypted:
        return "an encrypted file in a zip archive"
    if header.method not in (*_METHODS, _STORED):
        return "a file in a zip archive with an unknown compression method"
    if header.method == _STORED and header.size is None:
        return "a file of unknown length in a zip archive"
    return ""


def zip_archive(reader: ReaderFactory, rest: ReaderFactory) -> ReaderFactory:
    """A factory of readers of zip archives: `reader` is for their files, `rest` for the bytes after the archive."""
    return partial(ZipArchive, reader=reader, rest=rest)
