"""Something known in the midst of bytes that nobody knows: archives at the end of a program, files in a protocol."""

from __future__ import annotations

from typing import TYPE_CHECKING

from overheard.words.layer import Layers
from overheard_capture.content.content import Content, SearchScope
from overheard_capture.content.nesting import FIRST_PIECE, Remainder, speculative
from overheard_capture.decoders.magic import CARVED, HEAD, LONGEST_CARVED, reader_of
from overheard_capture.provenance.small_queue import SmallByteQueue

if TYPE_CHECKING:
    from overheard_capture.content.findings import Findings, ReaderFactory
    from overheard_capture.provenance.origin import Bytes, Origin


class Carver:
    """Looks for beginnings, and lets what begins there be read. That is a guess, and no trouble where it is wrong."""

    def __init__(self, findings: Findings, layers: Layers, reader: ReaderFactory) -> None:
        self._findings = speculative(findings)
        self._layers = layers
        self._reader = reader
        self._waiting = SmallByteQueue()
        self._open: Content | None = None
        self._rest = Remainder()
        self._piece = FIRST_PIECE

    def feed(self, data: Bytes, origin: Origin) -> None:
        """Look on."""
        self._look(data, origin, last=False)

    def _look(self, data: Bytes, origin: Origin, *, last: bool) -> None:
        while len(data):
            if self._open:
                data, origin = self._in_open(memoryview(data), origin, last)
                continue
            if len(self._waiting):
                data, origin = self._in_waiting(data, origin, last)
                continue
            begins, factory = self._begins(data, last)
            if factory is None:
                self._waiting.add(data[begins:], origin.after(begins))
                return
            self._open, self._piece = Content(self._findings, self._layers, factory, SearchScope.NOTHING), FIRST_PIECE
            data, origin = data[begins:], origin.after(begins)

    def _in_waiting(self, data: Bytes, origin: Origin, last: bool) -> tuple[Bytes, Origin]:
        """Decide about what waits, with as much of a piece, which may be large, as that needs. The rest is left."""
        waited, taken = len(self._waiting), min(HEAD, len(data))
        last = last and taken == len(data)
        self._waiting.add(data[:taken], origin)
        seam, seam_origin = self._waiting.take()
        begins, factory = self._begins(seam, last)
        if begins >= waited:
            # Nothing begins in what waited.
            return data[begins - waited :], origin.after(begins - waited)
        if factory is None:
            self._waiting.add(seam[begins:], seam_origin.after(begins))
        else:
            self._open, self._piece = Content(self._findings, self._layers, factory, SearchScope.NOTHING), FIRST_PIECE
            self._look(seam[begins:], seam_origin.after(begins), last=last)
        return data[taken:], origin.after(taken)

    def _in_open(self, data: memoryview, origin: Origin, last: bool) -> tuple[memoryview, Origin]:
        """Read a piece in what has begun. What comes behind the piece is left over."""
        piece, self._piece = self._piece, 2 * self._piece
        if self._open:
            self._open.feed(data[:piece], origin)
        if self._rest.findings and self._open:
            # What was open has ended, and left something.
            self._open.close()
            self._open = None
            self._look(*self._take_rest(), last=last and piece >= len(data))
        return data[piece:], origin.after(min(piece, len(data)))

    def _begins(self, data: Bytes, last: bool) -> tuple[int, ReaderFactory | None]:
        """Where something begins, and what reads it; or from where on that cannot be said yet."""
        data = bytes(data) if isinstance(data, memoryview) else data
        after = 0
        while (at := CARVED.first(data, after)) >= 0:
            if len(data) - at < HEAD and not last:
                return at, None
            factory = reader_of(bytes(data[at : at + HEAD]), self._reader, self._rest)
            if factory:
                return at, factory
            after = at + 1
        return max(len(data) - LONGEST_CARVED + 1, after), None

    def _take_rest(self) -> tuple[bytes, Origin]:
        self._rest.findings = None
        return self._rest.waiting.take(len(self._rest.waiting))

    def gap(self, length: int) -> None:
        """What has begun is cut in two."""
        self._look_last()
        if self._open:
            self._open.gap(length)

    def _look_last(self) -> None:
        """Look at what waits, although it is short."""
        self._look(*self._waiting.take(), last=True)
        self._waiting = SmallByteQueue()

    def close(self) -> None:
        """There is no more to come."""
        self._look_last()
        while self._open:
            self._open.close()
            self._open = None
            self._look(*self._take_rest(), last=True)
