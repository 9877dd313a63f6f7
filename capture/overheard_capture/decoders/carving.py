"""Carving: finds known formats within unknown bytes, such as an archive at the end of a program."""

from __future__ import annotations

from typing import TYPE_CHECKING

from overheard.words.layer import Layers
from overheard.words.named_tuple import NamedTuple
from overheard_capture.content.nesting import EndingContent, Remainder, speculative
from overheard_capture.content.readers import Together
from overheard_capture.content.tries import Tries
from overheard_capture.provenance.small_queue import SmallByteQueue

if TYPE_CHECKING:
    from collections.abc import Callable

    from overheard_capture.content.byte_scan import LiteralSet
    from overheard_capture.content.findings import Findings, ReaderFactory
    from overheard_capture.provenance.origin import Bytes, Origin

# A signature in so many bytes is tried, and the first ones anyway: most files are longer, and few other bytes look so.
BYTES_EACH, _FIRST = 64, 256
TOO_MANY = "more beginnings of compressed data or files than are tried"


class Carvable(NamedTuple):
    """What is carved: its first bytes, and which reader reads it, decided by the `head` first bytes.

    `reader_of` makes the reader factory, from those for the content and for the bytes after its end.
    """

    literals: LiteralSet
    reader_of: Callable[[bytes, ReaderFactory, ReaderFactory], ReaderFactory | None]
    head: int


class Carver:
    """Finds signatures, and reads what follows them. This is speculative: data that turns out malformed is ignored."""

    def __init__(self, findings: Findings, layers: Layers, reader: ReaderFactory, carvable: Carvable) -> None:
        self._findings = speculative(findings)
        self._layers = layers
        self._reader = reader
        self._literals, self._reader_of, self._head = carvable
        self._pending = SmallByteQueue()
        self._carved: EndingContent | None = None
        self._remainder = Remainder()
        # How often a signature may be tried. Bytes count once they were passed, in whatever pieces they come.
        self._tries = Tries(findings, layers, TOO_MANY, _FIRST * BYTES_EACH)

    def feed(self, data: Bytes, origin: Origin) -> None:
        """Read the next bytes."""
        self._scan(data, origin, last=False)

    def _scan(self, data: Bytes, origin: Origin, *, last: bool) -> None:
        # What is to be read, the next bytes at the end: many contents may end in one piece.
        unread = [(data, origin)]
        while unread and not self._tries.are_over:
            data, origin = unread.pop()
            if not len(data):
                continue
            if self._carved:
                unread += self._carved.feed(memoryview(data), origin)
                if self._carved.has_ended:
                    unread.append(self._end(self._carved))
                continue
            is_last = last and not unread
            if len(self._pending):
                unread.append(self._read_pending(data, origin, is_last))
                continue
            begins, factory = self._find_signature(data, is_last)
            if factory is None:
                self._pending.add(data[begins:], origin.after(begins))
            else:
                self._carve(factory)
                unread.append((data[begins:], origin.after(begins)))

    def _carve(self, factory: ReaderFactory) -> None:
        """Begin to read what was found."""
        self._carved = EndingContent(self._findings, self._layers, factory, self._remainder)

    def _read_pending(self, data: Bytes, origin: Origin, last: bool) -> tuple[Bytes, Origin]:
        """Look for a signature in the pending bytes and the start of `data`. Returns the bytes left over."""
        pending_length, taken = len(self._pending), min(self._head, len(data))
        last = last and taken == len(data)
        self._pending.add(data[:taken], origin)
        joined_data, joined_origin = self._pending.take()
        begins, factory = self._find_signature(joined_data, last)
        if begins >= pending_length:
            # There is no signature in the pending bytes.
            return data[begins - pending_length :], origin.after(begins - pending_length)
        if factory is None:
            self._pending.add(joined_data[begins:], joined_origin.after(begins))
        else:
            self._carve(factory)
            self._scan(joined_data[begins:], joined_origin.after(begins), last=last)
        return data[taken:], origin.after(taken)

    def _find_signature(self, data: Bytes, last: bool) -> tuple[int, ReaderFactory | None]:
        """The offset of a known format, and its reader; or the offset of the bytes to keep pending, and None."""
        data = bytes(data) if isinstance(data, memoryview) else data
        after = passed = 0
        while (at := self._literals.first(data, after)) >= 0:
            self._tries.add(at - passed)
            passed = at
            if len(data) - at < self._head and not last:
                return at, None
            if not self._tries.take(BYTES_EACH):
                return len(data), None
            factory = self._reader_of(bytes(data[at : at + self._head]), self._reader, self._remainder)
            if factory:
                return at, factory
            after = at + 1
        after = max(len(data) - self._literals.longest + 1, after)
        self._tries.add(after - passed)
        return after, None

    def _end(self, carved: EndingContent) -> tuple[Bytes, Origin]:
        """Close the carved content. Returns the bytes after its end."""
        length, rest = carved.close()
        self._carved = self._remainder.findings = None
        self._tries.add(length)
        return rest

    def gap(self, length: int) -> None:
        """`length` bytes are missing here."""
        self._scan_pending()
        if self._carved:
            self._carved.gap(length)

    def _scan_pending(self) -> None:
        """Look for a signature in the pending bytes, as no more follow."""
        self._scan(*self._pending.take(), last=True)
        self._pending = SmallByteQueue()

    def close(self) -> None:
        """No more bytes follow."""
        self._scan_pending()
        while self._carved:
            self._scan(*self._end(self._carved), last=True)


class CarvedReader(Together):
    """Reads a content with `reader`, and besides that what is carved from it with `inside`."""

    def __init__(
        self, findings: Findings, layers: Layers, reader: ReaderFactory, inside: ReaderFactory, carvable: Carvable
    ) -> None:
        super().__init__(reader(findings, layers), Carver(findings, layers, inside, carvable))
