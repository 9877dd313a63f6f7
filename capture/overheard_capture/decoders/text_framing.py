"""Pieces of a content between lines that announce their lengths, as in chunks, IMAP, SMTP's BDAT, RESP and memcached.

Text is read in such pieces beside being read as it is, whatever the protocol: under a head that is not quite HTTP, for
example. It is a guess: what it finds counts, and a wrong one hides nothing.
"""

from __future__ import annotations

import ctypes
import re
from itertools import accumulate
from typing import TYPE_CHECKING

from overheard.words.layer import Layer, Layers
from overheard.words.named_tuple import NamedTuple
from overheard_capture.content.boundaries import Boundaries
from overheard_capture.content.byte_scan import LiteralSet
from overheard_capture.content.lazy_pattern import lazy_pattern
from overheard_capture.content.nesting import speculative
from overheard_capture.native import core
from overheard_capture.provenance.parts import picked
from overheard_capture.provenance.small_queue import SmallByteQueue

if TYPE_CHECKING:
    from collections.abc import Callable

    from overheard_capture.content.findings import Findings, ReaderFactory
    from overheard_capture.provenance.origin import Bytes, Origin


class _Framing(NamedTuple):
    """How a line announces the length of a piece.

    `anywhere` finds the announcement, with the line break before it if it is a whole line; `here` matches it without.
    Group 1 is the length, as `length` reads it. `number` is that of the framing in `announcements.c`.
    """

    layer: Layer
    anywhere: re.Pattern[bytes]
    here: re.Pattern[bytes]
    number: int
    length: Callable[[bytes], int] = int
    # With what an announcement begins, which may have several lines.
    opening: bytes = b"\n"
    # What reads the pieces, with a reader for what is in them.
    reader: Callable[[ReaderFactory], ReaderFactory] = lambda reader: reader

    def may_begin(self, text: bytes) -> bool:
        """Whether an announcement may begin this text, the first of a content. One of several lines may be cut."""
        return text.startswith(self.opening[1:]) if self.opening[1:] else bool(self.here.match(text))


def _line(code: str, pattern: bytes, length: Callable[[bytes], int] = int, *, number: int) -> _Framing:
    anywhere, here = (lazy_pattern(each + pattern, re.DOTALL) for each in (rb"\n", b""))
    return _Framing(Layer(code), anywhere, here, number, length)


def _lzf_strings(reader: ReaderFactory) -> ReaderFactory:
    from overheard_capture.decoders.rdb import lzf_strings  # noqa: PLC0415  (few captures are of Redis)

    return lzf_strings(reader)


# An argument of a Redis command. All but the last of a command are short.
_ARGUMENT = rb"\$\d{1,6}\r\n[^\r\n]{0,160}\r\n"
_COMMAND = b"|".join(rb"\*%d\r\n(?:%b){%d}" % (count, _ARGUMENT, count - 1) for count in range(2, 6))

# RFC 9051, 4.3
_LITERAL = lazy_pattern(rb"\{(\d{1,9})[+-]?\}\r?\n")
_FRAMINGS = (
    # RFC 9112, 7.1, with extensions such as the signatures of aws-chunked.
    _line(
        "chunked", rb"[ \t]*([0-9A-Fa-f]{1,8})[ \t]*(?:;[^\n]{0,900})?\r?\n", lambda digits: int(digits, 16), number=0
    ),
    _Framing(Layer("IMAP literal"), _LITERAL, _LITERAL, 1),
    # RFC 3030, 2
    _line("BDAT", rb"[Bb][Dd][Aa][Tt] (\d{1,9})(?: [Ll][Aa][Ss][Tt])?[ \t]*\r?\n", number=2),
    # Redis: bulk strings, verbatim strings, and pieces of streamed strings. Values in DUMP and RESTORE, and in the
    # database file at the beginning of a replication, may be compressed.
    _line("RESP", rb"[$=;](\d{1,9})\r?\n", number=3)._replace(reader=_lzf_strings),
    # The last arguments of Redis commands, such as what is appended to a value.
    _line("RESP", rb"(?:%b)\$(\d{1,9})\r\n" % _COMMAND, number=5)._replace(opening=b"\n*"),
    # memcached's meta commands.
    _line("length in text", rb"ms [!-~]{1,250} S?(\d{1,9})(?: [!-~ ]{0,200})?\r?\n", number=6),
    _line("length in text", rb"VA (\d{1,9})(?: [!-~ ]{0,200})?\r?\n", number=7),
    # RTSP, with RTP and without (RFC 2326, 10.12), of whatever channel.
    _line("interleaved", rb"\$[\x00-\x1f](..)", int.from_bytes, number=8),
    # The header of RTP has 12 bytes.
    _line(
        "interleaved", rb"\$[\x00-\x1f](..)[\x80-\xbf].{11}", lambda field: max(int.from_bytes(field) - 12, 0), number=8
    ),
    # memcached, NATS, beanstalkd: a verb, some words, and a length.
    _line("length in text", rb"[A-Za-z]{2,16} (?:[^\r\n:{}]{0,400} )?(\d{1,9})(?: noreply)?\r?\n", number=4),
)
# The beginning of a content in chunks.
CHUNKED = _FRAMINGS[0].here
# No line that announces a piece is longer.
_LONGEST_LINE = 1024

_CODES = frozenset(framing.layer for framing in _FRAMINGS)
# Content in pieces may be in pieces again, but guesses must not multiply.
_MAX_NESTED = 2


def text_framing(findings: Findings, layers: Layers, reader: ReaderFactory) -> TextFraming | None:
    """A reader of a content in pieces, of which `reader` reads the whole; None if it is nested too deeply."""
    nested = sum(layer in _CODES for layer in layers)
    fits = nested < _MAX_NESTED and len(layers) < findings.limits.depth
    return TextFraming(findings, layers, reader) if fits else None


# What a chunk with a signature announces, and what text may end with if such a chunk begins there.
SIGNED = LiteralSet(b";chunk-signature=")
_SIGNED_CHUNK = lazy_pattern(rb"[0-9A-Fa-f]{1,8};chunk-signature=")
_MAY_BE_SIGNED = lazy_pattern(rb"[0-9A-Fa-f]{1,8}(?:;[a-z-]{0,15})?\Z")
_LONGEST_BEGINNING = 24


class ChunkFinder:
    """Reads what follows the first chunk with a signature in a text, wherever that is, in pieces.

    If pieces have `begun`, the text begins with one.
    """

    __slots__ = ("_findings", "_framing", "_layers", "_pending", "_reader")

    def __init__(self, findings: Findings, layers: Layers, reader: ReaderFactory, *, begun: bool = False) -> None:
        self._findings, self._layers, self._reader = findings, layers, reader
        self._framing = text_framing(findings, layers, reader) if begun else None
        # The last bytes, if a chunk may begin with them.
        self._pending: SmallByteQueue | None = None

    def feed(self, data: Bytes, origin: Origin, clear: int = 0) -> None:
        """Read the next bytes. No mark begins in the first `clear` ones."""
        if self._framing:
            self._framing.feed(data, origin)
            return
        if self._pending:
            ahead = bytes(data[:_LONGEST_BEGINNING])
            # Joining all of a long piece takes time: most of what is kept is the beginning of nothing.
            if len(data) == len(ahead) or SIGNED.first(bytes(self._pending.data) + ahead) >= 0:
                data, origin = self._pending.take_with(data, origin)
                clear = 0
            self._pending = None
        held = bytes(data)
        place = SIGNED.first(held, clear)
        found = _SIGNED_CHUNK.search(held, max(place - _LONGEST_BEGINNING, 0)) if place >= 0 else None
        if found and (framing := text_framing(self._findings, self._layers, self._reader)):
            self._framing = framing
            framing.feed(held[found.start() :], origin.after(found.start()))
        elif beginning := _MAY_BE_SIGNED.search(held, max(len(held) - _LONGEST_BEGINNING, 0)):
            self._pending = SmallByteQueue()
            self._pending.add(held[beginning.start() :], origin.after(beginning.start()))

    def gap(self, length: int) -> None:
        """`length` bytes are missing here."""
        self._pending = None
        if self._framing:
            self._framing.gap(length)

    def close(self) -> None:
        """No more bytes follow."""
        if self._framing:
            self._framing.close()


class TextFraming:
    """Reads a content in pieces, once for each framing."""

    def __init__(self, findings: Findings, layers: Layers, reader: ReaderFactory) -> None:
        guess = speculative(findings)
        self._framings = [_Pieces(guess, layers, reader, framing) for framing in _FRAMINGS]
        # Of all those in which nothing was announced: the last line, and whether the next byte is the first.
        self._line, self._fresh = b"", True

    def feed(self, data: Bytes, origin: Origin) -> None:
        """Read the next bytes."""
        held = bytes(data)
        last_line = held.rfind(b"\n")
        text = self._line + held
        announced = _announced(text)
        for each in self._framings:
            if each.is_waiting:
                if not (self._fresh and each.framing.may_begin(text)) and not announced >> each.framing.number & 1:
                    continue
                each.resume(self._line, fresh=self._fresh)
            each.feed(held, origin, last_line)
        last = text.rfind(b"\n")
        self._fresh = self._fresh and last < 0
        self._line = text[max(last, len(text) - _LONGEST_LINE, 0) :]

    def gap(self, length: int) -> None:
        """`length` bytes are missing here."""
        self._line, self._fresh = b"", False
        for each in self._framings:
            each.gap(length)

    def close(self) -> None:
        """No more bytes follow."""
        for each in self._framings:
            each.close()


def _announced(text: bytes) -> int:
    """The numbers of the framings in which a length may be announced anywhere but at the beginning, each as a bit."""
    compiled = core()
    return int(compiled.announced(text, ctypes.c_uint64(len(text)))) if compiled else -1


class _Pieces:
    """The pieces of one framing, joined."""

    def __init__(self, findings: Findings, layers: Layers, reader: ReaderFactory, framing: _Framing) -> None:
        self._findings, self._layers, self._reader, self.framing = findings, layers, reader, framing
        self._content: Boundaries | None = None
        # The last line, as far as it arrived, with the line break before it.
        self._line = b""
        # Whether the next byte is the first, or follows a piece, so that a line may begin there.
        self._fresh = True
        # The number of bytes of the current piece that are missing, and whether any was read.
        self._remaining, self._begun = 0, False
        # Whether nothing was announced: then nothing need be read until something may be, and `resume` says what was.
        self.is_waiting = True

    def resume(self, line: bytes, *, fresh: bool) -> None:
        """Go on after this line. An announcement of several lines may end in any of those that follow."""
        self._line, self._fresh = line, fresh
        self.is_waiting = self.framing.opening == b"\n"

    def feed(self, data: bytes, origin: Origin, last_line: int) -> None:
        # What was read of the current piece before these bytes, then each piece, as ranges of `data`.
        continues = self._begun and self._remaining > 0
        ranges = [self._piece(len(data), 0)]
        before = len(self._line) - ranges[0][1]
        held, place = self._line + data[ranges[0][1] :], 0
        while not self._remaining and (found := self._find(held, place)):
            self._begun, self._fresh, self._remaining = False, True, self.framing.length(found[1])
            self.is_waiting = False
            ranges.append(self._piece(len(data), found.end() - before))
            place = ranges[-1][1] + before
        if self._remaining:
            self._line = b""
        else:
            # The last line break of the data is that of all, unless it is in a piece.
            last = last_line + before
            if last_line < 0 or last < place or self.framing.opening != b"\n":
                last = held.rfind(self.framing.opening, place)
            self._fresh = self._fresh and last < 0
            self._line = held[max(last, place, len(held) - _LONGEST_LINE) :]
        self._deliver(data, origin, [(start, end) for start, end in ranges if end > start], continues)

    def _find(self, held: bytes, place: int) -> re.Match[bytes] | None:
        """Find the next announcement."""
        if self._fresh and (here := self.framing.here.match(held, place)):
            return here
        compiled = core()
        if compiled is None:
            return self.framing.anywhere.search(held, place)
        while (place := _announcement(compiled, held, place, self.framing.number)) >= 0:
            if found := self.framing.anywhere.match(held, place):
                return found
            place += 1
        return None

    def _piece(self, length: int, at: int) -> tuple[int, int]:
        """The range of the current piece, from `at` on, in data of this length."""
        end = min(at + self._remaining, length)
        self._remaining -= end - at
        self._begun = self._begun or end > at
        return at, end

    def _deliver(self, data: bytes, origin: Origin, ranges: list[tuple[int, int]], continues: bool) -> None:
        """Read pieces, many at a time. The first one may continue a piece."""
        if not ranges:
            return
        if self._content is None:
            self._content = Boundaries(
                self._findings, (*self._layers, self.framing.layer), self.framing.reader(self._reader)
            )
        starts = [0, *accumulate(end - start for start, end in ranges[:-1])]
        content = b"".join([data[start:end] for start, end in ranges])
        self._content.feed(content, picked(origin, len(data), ranges), starts[1:] if continues else starts)

    def gap(self, length: int) -> None:
        within = min(length, self._remaining)
        self._remaining -= within
        if self._content and within:
            self._content.gap(within)
        if within < length:
            self._line, self._fresh = b"", False

    def close(self) -> None:
        if self._content:
            self._content.close()


def _announcement(compiled: ctypes.CDLL, data: bytes, start: int, number: int) -> int:
    """The offset from `start` on at which a length may be announced, in the framing of this number; -1 if none."""
    return int(compiled.announcement(data, ctypes.c_uint64(len(data)), ctypes.c_uint64(start), number))
