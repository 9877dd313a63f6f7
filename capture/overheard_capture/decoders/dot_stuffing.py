"""Dot-stuffing: a line of a message in SMTP, POP3 or NNTP that begins with a dot is sent with one more.

RFC 5321, 4.5.2. What is sent is searched as it is. What is read is the message, without these dots; only matches across
a removed dot are new.
"""

from __future__ import annotations

from itertools import accumulate, pairwise
from typing import TYPE_CHECKING

from overheard_capture.content.boundaries import Boundaries
from overheard_capture.content.lazy_pattern import lazy_pattern
from overheard_capture.provenance.origin import joined
from overheard_capture.provenance.small_queue import SmallByteQueue

if TYPE_CHECKING:
    from overheard.words.layer import Layers
    from overheard_capture.content.findings import Findings, ReaderFactory
    from overheard_capture.provenance.origin import Bytes, Origin

# The line before a message: a command of SMTP or NNTP, or a response of POP3 or NNTP.
_COMMAND = rb"(?:[Dd][Aa][Tt][Aa]|[Pp][Oo][Ss][Tt]|(?:IHAVE|TAKETHIS|ihave|takethis) [^\n]{1,256})[ \t]*"
# Most lines begin with another byte.
_BEGINS = lazy_pattern(rb"\n(?=[DdPpIiTt+2])(?:%b|\+OK[^\n]{0,512}|2[0-3][0-9][ -][^\n]{0,512})\r?\n" % _COMMAND)
_STUFFED = lazy_pattern(rb"(?<=\n)\.(?=\.)")
# The bytes at the end of a piece that may be the beginning of a stuffed line.
_PARTIAL = lazy_pattern(rb"\n\.?\Z")
# How much of a connection is looked at for the line before a message; further messages follow without it.
_LOOK = 64 << 10
_LONGEST_LINE = 1024


class DotStuffing:
    """Reads text, of which messages may be dot-stuffed, without the dots that were added."""

    def __init__(self, findings: Findings, layers: Layers, reader: ReaderFactory) -> None:
        self._text = Boundaries(findings, layers, reader)
        # Whether a message began; until then, how many bytes were read, and the last line.
        self._begun, self._read, self._line = False, 0, b"\n"
        self._pending: SmallByteQueue | None = None

    def feed(self, data: Bytes, origin: Origin) -> None:
        """Read the next bytes."""
        data = bytes(data)
        if not self._begun:
            plain = self._before_message(data)
            self._text.feed(data[:plain], origin, ())
            data, origin = data[plain:], origin.after(plain)
        elif self._pending:
            data, origin = self._pending.take_with(data, origin)
            self._pending = None
        if partial := _PARTIAL.search(data, max(len(data) - 2, 0)):
            self._pending = SmallByteQueue()
            self._pending.add(data[partial.start() :], origin.after(partial.start()))
            data = data[: partial.start()]
        if data:
            self._deliver(data, origin)

    def _before_message(self, data: bytes) -> int:
        """The number of bytes before the first message, if it begins in these; the last one is a line break."""
        if self._read >= _LOOK:
            return len(data)
        self._read += len(data)
        text = self._line + data
        found = _BEGINS.search(text)
        if found:
            self._begun = True
            # The line break belongs to the message, as a line begins after it.
            return max(found.end() - 1 - len(self._line), 0)
        self._line = text[max(text.rfind(b"\n"), len(text) - _LONGEST_LINE, 0) :]
        return len(data)

    def _deliver(self, data: bytes, origin: Origin) -> None:
        dots = [dot.start() for dot in _STUFFED.finditer(data)]
        if not dots:
            self._text.feed(data, origin, ())
            return
        ranges = [(begin + (begin > 0), end) for begin, end in pairwise((0, *dots, len(data)))]
        starts = accumulate(end - begin for begin, end in ranges[:-1])
        whole = b"".join([data[begin:end] for begin, end in ranges])
        self._text.feed(whole, joined((origin, begin, end) for begin, end in ranges), list(starts))

    def gap(self, length: int) -> None:
        """`length` bytes are missing here."""
        self._flush()
        self._text.gap(length)

    def _flush(self) -> None:
        if self._pending:
            self._deliver(*self._pending.take())
            self._pending = None

    def close(self) -> None:
        """No more bytes follow."""
        self._flush()
        self._text.close()
