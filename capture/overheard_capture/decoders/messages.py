"""Joined messages: what stands in the same place of short messages of the same shape is joined and searched.

A terminal in a browser sends a message for each key, and a language model one for each token, with words around them.
Some have each value in base64 or hexadecimal, such as the terminals of Kubernetes. What is encoded in the joined values
is read, too.
"""

from __future__ import annotations

import binascii
import re
from bisect import bisect_left, bisect_right
from functools import partial
from itertools import accumulate
from typing import TYPE_CHECKING, TypeAlias

from overheard.words.layer import Layer, LayerKind, Layers
from overheard.words.named_tuple import NamedTuple
from overheard_capture.content.content import Content, SearchScope
from overheard_capture.content.findings import Occurrence
from overheard_capture.content.lazy_pattern import lazy_pattern
from overheard_capture.content.nesting import Unwrapping, nested_content, speculative
from overheard_capture.decoders.armour.coding import HEXADECIMAL, SHORTEST
from overheard_capture.decoders.armour.finder import has_nothing_encoded
from overheard_capture.decoders.base64.run import BASE64
from overheard_capture.decoders.message_values import LONGEST_STREAMED, message_values
from overheard_capture.decoders.pem_lines import PemMessages
from overheard_capture.decoders.short import ShortReader
from overheard_capture.decoders.untyped import armoured, untyped
from overheard_capture.provenance.origin import Origin, Place
from overheard_capture.provenance.queue import ByteQueue
from overheard_capture.provenance.spans import Span

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from overheard_capture.content.findings import Findings
    from overheard_capture.decoders.message_values import Values, ValuesOf
    from overheard_capture.provenance.origin import Bytes
    from overheard_capture.search import Match, Search

# What is found where messages follow each other as they are is not reported twice.
LAYER = Layer("joined messages", LayerKind.SPELLED)

# How many shapes are remembered, how many messages of all of them, and how many of one are searched at once.
_MOST, _MOST_ROWS, _BLOCK = 64, 8192, 256

# A match, its place, the number of its first message among those of its shape, the bytes to show, and what the values
# are coded in.
_Found: TypeAlias = "tuple[Match, Place, int, tuple[bytes, bytes, bytes], Layers]"
_CODED: tuple[tuple[re.Pattern[bytes], Layer, Callable[[bytes], bytes]], ...] = (
    (lazy_pattern(rb"(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?"), BASE64, binascii.a2b_base64),
    (lazy_pattern(rb"(?:[0-9A-Fa-f]{2})*"), HEXADECIMAL, binascii.a2b_hex),
)


# Hexadecimal of digits and hexadecimal, which has no letters.
_DIGITS_OF_TEXT = lazy_pattern(rb"(?:[2-7][0-9])*[2-7]?")


class _Row(NamedTuple):
    """A message, where it was on the wire, and the start and end of the values in it."""

    message: bytes
    where: Place
    values: list[tuple[int, int]]


# Made without a call of Python: a message has a row of each shape.
_new_row: Callable[[tuple[bytes, Place, list[tuple[int, int]]]], _Row] = partial(tuple.__new__, _Row)


class _Table:
    """Messages of one shape, in order. Each value has a column. Those rows that may begin a longer match are kept."""

    __slots__ = ("_before", "_contents", "_searched", "due", "rows")

    def __init__(self) -> None:
        self.rows: list[_Row] = []
        # For each column in which something is encoded, all of it from there on.
        self._contents: dict[int, Content] = {}
        # How many of the rows were searched, and how many were before them.
        self._searched = self._before = 0
        # At how many rows to search: then searching them with those before takes little more time than they do.
        self.due = _BLOCK

    def search(self, at: Unwrapping) -> Iterator[_Found]:
        """Find what extends over several messages, and read `at` what is encoded: each was read by itself."""
        search = at.findings.search
        if len(self.rows) < 2:
            return
        for column in range(len(self.rows[0].values)):
            spans = [values[column] for _, _, values in self.rows]
            values = [row.message[begin:end] for row, (begin, end) in zip(self.rows, spans, strict=True)]
            yield from (found := list(self._found(search, column, values)))
            for coded, layer, decode in _CODED:
                if not found and all(map(coded.fullmatch, values)):
                    yield from self._found(search, column, list(map(decode, values)), (layer,))
            self._read(at, column, values)
        self._before += len(self.rows)
        del self.rows[: -search.longest]
        self._searched = len(self.rows)
        self._before -= self._searched
        self.due = self._searched + max(_BLOCK, self._searched)

    def _read(self, at: Unwrapping, column: int, values: list[bytes]) -> None:
        """Read the values of a column that are new."""
        text = b"".join(values[self._searched :])
        if column not in self._contents:
            if not _may_be_encoded(values, text):
                return
            content = nested_content(at.findings, at.layers, LAYER, at.reader, SearchScope.NONE)
            if content is None:
                return
            self._contents[column] = content
        starts = accumulate(map(len, values[self._searched :]), initial=0)
        rows = zip(starts, self.rows[self._searched :], strict=False)
        self._contents[column].feed(text, Origin([_span(start, row, column) for start, row in rows]))

    def close(self) -> None:
        """No more rows follow."""
        for content in self._contents.values():
            content.close()

    def _found(self, search: Search, column: int, values: list[bytes], layers: Layers = ()) -> Iterator[_Found]:
        """Find what extends over several values of a column, which are as they stand there unless there are layers."""
        joined = b"".join(values)
        matches = search.matches(joined)
        ends = list(accumulate(map(len, values))) if matches else []
        for match in matches:
            first, last = bisect_right(ends, match.offset), bisect_left(ends, match.offset + match.length)
            if first < last >= self._searched:
                offset = match.offset - (ends[first - 1] if first and not layers else 0)
                place = _place(self.rows[first : last + 1], column, 0 if layers else offset, match.length)
                yield match, place, self._before + first, match.excerpt(joined), layers


def _may_be_encoded(values: list[bytes], text: bytes) -> bool:
    """Whether something encoded may go on in several values, which are one text."""
    sizes = set(map(len, values))
    # The same in each message, words, numbers, and identifiers.
    is_number = text.isdigit() and not _DIGITS_OF_TEXT.fullmatch(text)
    is_simple = len({*values}) == 1 or is_number or (text.isalpha() and text.islower())
    return not is_simple and (len(sizes) > 1 or min(sizes) < SHORTEST) and not has_nothing_encoded(text)


def _span(start: int, row: _Row, column: int) -> Span:
    """Where a value is from that begins at `start` of the joined ones."""
    message, where, values = row
    begin, end = values[column]
    exact = where.length == len(message)
    place = (where.offset + begin, end - begin) if exact else (where.offset, where.length)
    return Span(start, where.frame, *place, exact, where.frames[1:])


def _place(rows: list[_Row], column: int, offset: int, length: int) -> Place:
    """The place of so many bytes in a column, from `offset` of the first value on."""
    message, where, values = rows[0]
    at = where.offset + values[column][0] + offset if where.length == len(message) else where.offset
    frames = dict.fromkeys(frame for row in rows for frame in row.where.frames)
    return Place(where.frame, at, length, tuple(frames))


class JoinedMessages:
    """Messages in order, such as those of one direction. Each of them is also read by itself."""

    def __init__(self, findings: Findings, layers: Layers, values_of: ValuesOf = message_values) -> None:
        self._findings = findings
        self._layers = layers
        self._at = Unwrapping(speculative(findings), layers, armoured)
        self._values_of = values_of
        self._pem = PemMessages(self._at)
        # The least recently used first.
        self._tables: dict[tuple[object, ...], _Table] = {}
        self._rows = 0
        # The last message, and the values in it.
        self._last: bytes | None = None
        self._values: Sequence[Values] = ()
        self._reported: set[tuple[int, str, Place]] = set()

    def reader(self) -> MessageReader:
        """A reader of the next message."""
        return MessageReader(self, self._findings, self._layers)

    def add(self, message: bytes, where: Place) -> None:
        """A message, and where it was on the wire."""
        if len(message) > LONGEST_STREAMED:
            return
        self._pem.add(message, where)
        if message != self._last:
            # Those that keep a connection open are all the same.
            self._last, self._values = message, self._values_of(message)
        for shape, values in self._values:
            table = self._tables.pop(shape, None) or _Table()
            self._tables[shape] = table
            table.rows.append(_new_row((message, where, values)))
            self._rows += 1
            if len(table.rows) >= table.due:
                self._search(table)
        while len(self._tables) > _MOST or self._rows > _MOST_ROWS:
            table = self._tables.pop(next(iter(self._tables)))
            if len(table.rows) > 1:
                self._search(table)
            table.close()
            self._rows -= len(table.rows)

    def _search(self, table: _Table) -> None:
        before = len(table.rows)
        for match, place, position, excerpt, coded in table.search(self._at):
            # Several shapes may have the same letters.
            found = (match.secret, match.spelling, place)
            if found not in self._reported:
                self._reported.add(found)
                layers = (*self._layers, LAYER, *coded)
                self._findings.add_occurrence(Occurrence(match, place, layers, position, *excerpt))
        self._rows -= before - len(table.rows)

    def close(self) -> None:
        """No more messages follow, or some are missing."""
        for table in self._tables.values():
            self._search(table)
            table.close()
        self._tables, self._rows = {}, 0
        self._pem.close()


class MessageReader:
    """Reads one message by itself, and adds it to the others."""

    def __init__(self, joined: JoinedMessages, findings: Findings, layers: Layers) -> None:
        self._joined = joined
        self._short = ShortReader(findings, layers)
        self._whole: ByteQueue | None = ByteQueue()

    def feed(self, data: Bytes, origin: Origin) -> None:
        """Read the next bytes."""
        self._short.feed(data, origin)
        if self._whole is not None:
            self._whole.add(data, origin)
            if len(self._whole) > LONGEST_STREAMED:
                self._whole = None

    def gap(self, length: int) -> None:
        """`length` bytes are missing here."""
        self._short.gap(length)
        self._whole = None

    def close(self) -> None:
        """The message has ended."""
        self._short.close()
        if self._whole:
            message, origin = self._whole.take(len(self._whole))
            self._joined.add(message, origin.place(0, len(message)))


class MessageLines:
    """Reads text with a message in each line, such as server-sent events (WHATWG HTML, 9.2) and JSON lines."""

    def __init__(self, findings: Findings, layers: Layers) -> None:
        self._untyped = untyped(findings, layers)
        self._joined = JoinedMessages(findings, layers)
        self._pending = ByteQueue()
        self._too_long = False

    def feed(self, data: Bytes, origin: Origin) -> None:
        """Read the next bytes."""
        self._untyped.feed(data, origin)
        data, start = bytes(data), 0
        if self._pending:
            start = data.find(b"\n") + 1 or len(data)
            self._pending.add(data[:start], origin)
            if data.endswith(b"\n", 0, start):
                self._read(*self._pending.take(len(self._pending)))
        while ended := data.find(b"\n", start) + 1:
            self._read(data[start:ended], origin, start)
            start = ended
        self._pending.add(data[start:], origin.after(start))
        if len(self._pending) > LONGEST_STREAMED:
            self._too_long = True
            self._pending.drop(len(self._pending))

    def _read(self, line: bytes, origin: Origin, at: int = 0) -> None:
        """Read a line, which is at `at` of the bytes with this origin."""
        text = line.rstrip(b"\r\n")
        if text and not self._too_long and len(line) <= LONGEST_STREAMED:
            self._joined.add(text, origin.place(at, len(text)))
        self._too_long = False

    def gap(self, length: int) -> None:
        """`length` bytes are missing here."""
        self._untyped.gap(length)
        self._pending.drop(len(self._pending))
        self._too_long = True
        self._joined.close()

    def close(self) -> None:
        """No more bytes follow."""
        self._untyped.close()
        self._read(*self._pending.take(len(self._pending)))
        self._joined.close()
