"""Zip archives, read from the front as they come: each file by its local header (APPNOTE.TXT, 4.3)."""

from __future__ import annotations

from enum import Enum, auto
from functools import partial
from typing import TYPE_CHECKING

from overheard.words.layer import Layer, LayerKind, Layers
from overheard_capture.content.content import Content, SearchScope
from overheard_capture.content.findings import ReaderFactory, Reason
from overheard_capture.content.nesting import FIRST_PIECE, Remainder, inner, speculative
from overheard_capture.decoders.archives.zip_headers import (
    END_OF_DIRECTORY,
    LOCAL_FILE,
    Entry,
    entry,
    length_of,
    what_follows,
)
from overheard_capture.decoders.compression.deflate import Deflate
from overheard_capture.decoders.compression.formats import BZIP2, XZ, ZSTD, CompressionFormat
from overheard_capture.decoders.compression.reader import CompressedReader
from overheard_capture.provenance.queue import ByteQueue

if TYPE_CHECKING:
    from overheard_capture.content.findings import Findings
    from overheard_capture.content.readers import Reader
    from overheard_capture.provenance.origin import Bytes, Origin

ZIP = Layer("zip", LayerKind.COMPRESSION)

# Compression methods by number (APPNOTE.TXT, 4.4.5). What is inside the file is one layer deeper.
_METHODS = {
    8: CompressionFormat(ZIP, Deflate),
    12: CompressionFormat(ZIP, BZIP2.make),
    93: CompressionFormat(ZIP, ZSTD.make),
    95: CompressionFormat(ZIP, XZ.make),
}
_STORED = 0
# A header that claims to be longer is damaged.
_LONGEST = 1 << 20
# Enough of a header to tell its length, and of a data descriptor to tell what follows it.
_HEAD = 70


class _State(Enum):
    """What the next byte is part of."""

    HEADER = auto()  # a local header, or part of the central directory
    SIZED = auto()  # a file of which `_left` bytes are to come, as its header said
    UNSIZED = auto()  # a file that ends where its decompressor says so
    DESCRIPTOR = auto()  # the data descriptor, which gives the size of such a file after it
    REST = auto()  # what follows the archive, or is none: another reader has it
    TORN = auto()  # nothing that is read; bytes of an unsized file are missing, whose reader may still hold its end
    GIVEN_UP = auto()  # nothing that is read: bytes are missing before it


# No more is read in these states.
_OVER = (_State.TORN, _State.GIVEN_UP)


class ZipArchive:
    """Reads one archive."""

    def __init__(self, findings: Findings, layers: Layers, reader: ReaderFactory, rest: ReaderFactory) -> None:
        self._findings = findings
        self._layers = layers
        self._reader = reader
        self._rest_reader = rest
        self._state = _State.HEADER
        # A header that is not complete.
        self._waiting = ByteQueue()
        # Reads the file, unless it is passed over, or what follows the archive; None at headers.
        self._current: Reader | None = None
        # The bytes to come of a sized file. Of an unsized one: the size of the next piece, and what follows its end.
        self._left = 0
        self._piece = FIRST_PIECE
        self._after = Remainder()
        # Whether what waits is all there is.
        self._last = False

    def feed(self, data: Bytes, origin: Origin) -> None:
        """Read on."""
        if len(self._waiting):
            self._waiting.add(data, origin)
            data, origin = self._waiting.take(len(self._waiting))
        self._read(memoryview(data), origin)

    def _read(self, data: memoryview, origin: Origin) -> None:
        at = 0
        while at < len(data) and self._state not in _OVER:
            step = self._step(data[at:], origin.after(at))
            if step < 0:
                self._waiting.add(data[at:], origin.after(at))
                return
            at += step
            if len(self._waiting):
                # A header that begins in what followed an unsized file goes on here.
                self._waiting.add(data[at:], origin.after(at))
                held, origin = self._waiting.take(len(self._waiting))
                data, at = memoryview(held), 0

    def _step(self, data: memoryview, origin: Origin) -> int:
        """Read something, and return how much that is; -1 where more has to come first."""
        match self._state:
            case _State.SIZED:
                return self._in_sized(data, origin)
            case _State.UNSIZED:
                return self._in_unsized(data, origin)
            case _State.DESCRIPTOR:
                return self._in_descriptor(data)
            case _State.HEADER:
                return self._in_header(data)
        if self._current:
            self._current.feed(data, origin)
        return len(data)

    # ---- files

    def _in_sized(self, data: memoryview, origin: Origin) -> int:
        step = min(self._left, len(data))
        if self._current:
            self._current.feed(data[:step], origin)
        self._pass(step)
        return step

    def _pass(self, length: int) -> None:
        self._left -= length
        if not self._left:
            self._end_file(_State.HEADER)

    def _in_unsized(self, data: memoryview, origin: Origin) -> int:
        """Decompress a piece, the larger the longer the file is, and read what follows the file, if it has ended."""
        piece, self._piece = min(self._piece, len(data)), 2 * self._piece
        if self._current:
            self._current.feed(data[:piece], origin)
        if self._after.findings:
            self._end_file(_State.DESCRIPTOR)
            self._read_after()
        return piece

    def _read_after(self) -> None:
        after, self._after = self._after.pending, Remainder()
        self.feed(*after.take(len(after)))

    def _end_file(self, state: _State) -> None:
        if self._current:
            self._current.close()
        self._current, self._state = None, state

    # ---- headers

    def _in_descriptor(self, data: memoryview) -> int:
        length = what_follows(bytes(data[:_HEAD]), self._last)
        if length >= 0:
            self._state = _State.HEADER
        return length

    def _in_header(self, data: memoryview) -> int:
        head = bytes(data[:_HEAD])
        length = length_of(head)
        if length is None or (length > _LONGEST and len(head) >= 4):
            self._findings.report_unread(Reason.DAMAGED, "a zip archive that goes on as something else", self._layers)
            self._begin_rest(speculative(self._findings))
            return 0
        if length > len(data):
            return -1
        if head.startswith(LOCAL_FILE):
            self._begin_file(entry(bytes(data[:length])))
        elif head.startswith(END_OF_DIRECTORY):
            self._begin_rest(self._findings)
        return length

    def _begin_file(self, found: Entry) -> None:
        self._after, self._piece, self._left = Remainder(), FIRST_PIECE, found.size or 0
        self._state = _State.UNSIZED if found.size is None else _State.SIZED
        form = _METHODS.get(found.method)
        if problem := _unreadable(found):
            self._findings.report_unread(Reason.OPAQUE, problem, self._layers)
            if found.size is None:
                # Where such a file ends cannot be told.
                self._begin_rest(speculative(self._findings))
        elif form:
            self._current = CompressedReader(self._findings, self._layers, (form,), self._reader, self._after)
        else:
            self._current = inner(self._findings, self._layers, ZIP, self._reader, SearchScope.NONE)
        if self._state is _State.SIZED:
            self._pass(0)

    def _begin_rest(self, findings: Findings) -> None:
        """Let another reader have all that follows."""
        self._state = _State.REST
        self._current = Content(findings, self._layers, self._rest_reader, SearchScope.NONE)

    # ---- what is missing

    def gap(self, length: int) -> None:
        """Go on where it is known how much of a file is missing."""
        if self._state in _OVER:
            return
        known = self._state is _State.SIZED and length <= self._left
        if self._state is not _State.REST:
            self._findings.report_unread(Reason.GAP, "a zip archive with bytes missing", self._layers)
            if not known:
                self._state = _State.TORN if self._state is _State.UNSIZED else _State.GIVEN_UP
        if self._current:
            self._current.gap(length)
        if known:
            self._pass(length)

    def close(self) -> None:
        """There is no more to come."""
        while self._state in (_State.UNSIZED, _State.TORN):
            self._end_unsized()
        self._last = True
        data, origin = self._waiting.take(len(self._waiting))
        self._read(memoryview(data), origin)
        if self._current:
            self._current.close()
        if self._state not in (_State.REST, _State.GIVEN_UP):
            self._findings.report_unread(Reason.DAMAGED, "a zip archive that breaks off before its end", self._layers)

    def _end_unsized(self) -> None:
        """End a file whose end was not seen: its reader held that back, or reports that the file breaks off."""
        self._end_file(_State.DESCRIPTOR)
        if self._after.findings is None:
            self._state = _State.GIVEN_UP
        self._read_after()


def _unreadable(found: Entry) -> str:
    """Why a file cannot be read; empty where it can."""
    if found.encrypted:
        return "an encrypted file in a zip archive"
    if found.method not in (*_METHODS, _STORED):
        return "a file packed in a way that is not known"
    if found.method == _STORED and found.size is None:
        return "a file of unknown length in a zip archive"
    return ""


def zip_archive(reader: ReaderFactory, rest: ReaderFactory) -> ReaderFactory:
    """A factory of readers of zip archives: `reader` reads the files in them, `rest` what follows the archive."""
    return partial(ZipArchive, reader=reader, rest=rest)
