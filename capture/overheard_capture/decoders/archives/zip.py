"""Zip archives, read from the front as they come: each file in one by the header that stands before it."""

from __future__ import annotations

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
    from overheard_capture.provenance.origin import Bytes, Origin

ZIP = Layer("zip", LayerKind.COMPRESSION)


# By the number of a method. What is inflated in here is a layer of its own.
_METHODS = {
    8: CompressionFormat(ZIP, Deflate),
    12: CompressionFormat(ZIP, BZIP2.make),
    93: CompressionFormat(ZIP, ZSTD.make),
    95: CompressionFormat(ZIP, XZ.make),
}
_STORED = 0
# No header is longer, whatever it says.
_LONGEST = 1 << 20


class ZipArchive:
    """Reads one archive."""

    def __init__(self, findings: Findings, layers: Layers, reader: ReaderFactory, rest: ReaderFactory) -> None:
        self._findings = findings
        self._layers = layers
        self._reader = reader
        self._rest_reader = rest
        self._waiting = ByteQueue()
        # The file that is read, how much of it is still to come, or that this is not known.
        self._file: Content | CompressedReader | None = None
        self._left: int | None = 0
        self._in_file = False
        self._behind = Remainder()
        self._piece = FIRST_PIECE
        # Whether a file has ended of which the size was not known, so that its size comes now.
        self._described = False
        self._rest: Content | None = None
        self._given_up = False
        self._last = False

    def feed(self, data: Bytes, origin: Origin) -> None:
        """Read on."""
        if len(self._waiting):
            self._waiting.add(data, origin)
            data, origin = self._waiting.take(len(self._waiting))
        self._read(memoryview(data), origin)

    def _read(self, data: memoryview, origin: Origin) -> None:
        at = 0
        while at < len(data):
            if self._rest:
                self._rest.feed(data[at:], origin.after(at))
                return
            if self._given_up:
                return
            if self._endless:
                at += self._in_endless(data[at:], origin.after(at))
                if len(self._waiting):
                    self._waiting.add(data[at:], origin.after(at))
                    held, origin = self._waiting.take(len(self._waiting))
                    data, at = memoryview(held), 0
                continue
            step = self._in_known(data, origin, at) if self._in_file else self._header(data, at)
            if step < 0:
                self._waiting.add(data[at:], origin.after(at))
                return
            at += step

    @property
    def _endless(self) -> bool:
        """Whether nobody knows where the file ends but whoever inflates it."""
        return self._in_file and self._left is None and self._file is not None

    def _in_endless(self, data: memoryview, origin: Origin) -> int:
        """Inflate a piece, the larger the longer the file is, and read what follows in it, if the file has ended."""
        piece, self._piece = min(self._piece, len(data)), 2 * self._piece
        if self._file:
            self._file.feed(data[:piece], origin)
        if self._behind.findings:
            self._end_file(described=True)
            self._read_behind()
        return piece

    def _read_behind(self) -> None:
        after, self._behind = self._behind.pending, Remainder()
        self.feed(*after.take(len(after)))

    def _in_known(self, data: memoryview, origin: Origin, at: int) -> int:
        left = self._left or 0
        step = min(left, len(data) - at)
        if self._file:
            self._file.feed(data[at : at + step], origin.after(at))
        self._left = left - step
        if not self._left:
            self._end_file(described=False)
        return step

    def _end_file(self, *, described: bool) -> None:
        if self._file:
            self._file.close()
        self._file, self._in_file, self._described = None, False, described

    # ---- headers

    def _header(self, data: memoryview, at: int) -> int:
        """Read what stands between files. How long it is, or -1 where it has not come as a whole."""
        head = bytes(data[at : at + 70])
        if self._described:
            after = what_follows(head, self._last)
            self._described = after < 0
            return after
        length = length_of(head)
        if length is None or (length > _LONGEST and len(head) >= 4):
            self._findings.unread(Reason.DAMAGED, "a zip archive that goes on as something else", self._layers)
            self._let_go()
            return 0
        if length > len(data) - at:
            return -1
        if head.startswith(LOCAL_FILE):
            self._begin(entry(bytes(data[at : at + length])))
        elif head.startswith(END_OF_DIRECTORY):
            self._rest = Content(self._findings, self._layers, self._rest_reader, SearchScope.NONE)
        return length

    def _begin(self, found: Entry) -> None:
        self._left, self._in_file, self._behind, self._piece = found.size, True, Remainder(), FIRST_PIECE
        kind = _METHODS.get(found.method)
        if found.encrypted or (kind is None and found.method != _STORED):
            what = (
                "an encrypted file in a zip archive" if found.encrypted else "a file packed in a way that is not known"
            )
            self._findings.unread(Reason.OPAQUE, what, self._layers)
            if found.size is None:
                self._let_go()
        elif kind:
            self._file = CompressedReader(self._findings, self._layers, (kind,), self._reader, self._behind)
        elif found.size is None:
            self._findings.unread(Reason.OPAQUE, "a file of unknown length in a zip archive", self._layers)
            self._let_go()
        else:
            self._file = inner(self._findings, self._layers, ZIP, self._reader, SearchScope.NONE)
        if not self._left and self._left is not None:
            self._end_file(described=False)

    def _let_go(self) -> None:
        """Somebody else may find something in the rest. That there is trouble was said."""
        self._in_file = False
        self._rest = Content(speculative(self._findings), self._layers, self._rest_reader, SearchScope.NONE)

    # ---- what is missing

    def gap(self, length: int) -> None:
        """Go on where it is known how much of a file is missing."""
        if self._rest:
            self._rest.gap(length)
            return
        if self._given_up:
            return
        self._findings.unread(Reason.GAP, "a zip archive with bytes missing", self._layers)
        if self._in_file and self._left is not None and self._left >= length:
            self._left -= length
            if self._file:
                self._file.gap(length)
            if not self._left:
                self._end_file(described=False)
            return
        self._given_up = True
        if self._file:
            self._file.gap(length)

    def close(self) -> None:
        """There is no more to come."""
        while self._endless:
            # What breaks off has said so itself.
            self._end_file(described=True)
            self._given_up = self._behind.findings is None
            self._read_behind()
        self._last = True
        data, origin = self._waiting.take(len(self._waiting))
        self._read(memoryview(data), origin)
        if self._file:
            self._file.close()
        if self._rest:
            self._rest.close()
        elif not self._given_up:
            self._findings.unread(Reason.DAMAGED, "a zip archive that breaks off before its end", self._layers)


def zip_archive(reader: ReaderFactory, rest: ReaderFactory) -> ReaderFactory:
    """A factory of readers of zip archives: `reader` reads the files in them, `rest` what follows."""
    return partial(ZipArchive, reader=reader, rest=rest)
