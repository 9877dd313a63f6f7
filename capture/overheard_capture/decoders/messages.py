"""Messages of a few letters each: what stands in the same place of messages of the same shape is joined and searched.

A terminal in a browser sends a message for each key, and a language model one for each token, with words around them.
"""

from __future__ import annotations

import re
from itertools import islice
from typing import TYPE_CHECKING, TypeAlias

from overheard.words.layer import Layer, Layers
from overheard_capture.content.boundaries import Boundaries
from overheard_capture.decoders.short import ShortReader
from overheard_capture.decoders.untyped import untyped
from overheard_capture.provenance.queue import ByteQueue

if TYPE_CHECKING:
    from collections.abc import Iterator

    from overheard_capture.content.findings import Findings
    from overheard_capture.provenance.origin import Bytes, Origin

LAYER = Layer("joined messages")

# Longer messages and values, and what has more places, are not of a few letters each.
_LONGEST, _VALUE_LENGTH, _PLACES = 1024, 64, 16
# How many places of different shapes are remembered in a direction, and how many bytes of each are searched at once.
_MOST, _BLOCK = 64, 4 << 10
# A name of JSON, a string of JSON, and text between tags of XML.
_VALUE = re.compile(rb"\"(?:[^\"\\]|\\.)*+\"\s*+:|\"((?:[^\"\\]|\\.)*+)\"|>([^<>]+)<", re.DOTALL)
# Where a value may begin in other text, and how many bytes may precede it without any of these.
_SEPARATOR = re.compile(rb"\n\n|\r\n\r\n| :|: |[:=|,\t ]")
_PREFIXES = (1, 2, 3)
_NUMBER = re.compile(rb"[0-9]+")


# The number of a value in its message, and the text around the values or before them.
_Shape: TypeAlias = tuple[int, bytes]


class _Place:
    """One place in messages of one shape."""

    def __init__(self, findings: Findings, layers: Layers) -> None:
        self._queue = ByteQueue()
        self._pieces: list[int] = []
        # What is joined was read piece by piece.
        self._joined = Boundaries(findings, layers, None)

    def add(self, value: bytes, origin: Origin) -> None:
        self._pieces.append(len(self._queue))
        self._queue.add(value, origin)
        if len(self._queue) >= _BLOCK:
            self.search()

    def search(self) -> None:
        pieces, self._pieces = self._pieces, []
        self._joined.feed(*self._queue.take(len(self._queue)), pieces)


class JoinedMessages:
    """The messages of one direction. Each of them is also read by itself."""

    def __init__(self, findings: Findings, layers: Layers) -> None:
        self._findings = findings
        self._layers = layers
        self._places: dict[_Shape, _Place] = {}

    def reader(self) -> MessageReader:
        """A reader of the next message."""
        return MessageReader(self, self._findings, self._layers)

    def add(self, message: bytes, origin: Origin) -> None:
        """A message."""
        if len(message) > _LONGEST:
            return
        for shape, start, end in _places(message):
            place = self._places.pop(shape, None) or _Place(self._findings, (*self._layers, LAYER))
            self._places[shape] = place
            place.add(message[start:end], origin.after(start))
        while len(self._places) > _MOST:
            self._places.pop(next(iter(self._places))).search()

    def close(self) -> None:
        """No more messages follow, or some are missing."""
        for place in self._places.values():
            place.search()
        self._places = {}


def _places(message: bytes) -> Iterator[tuple[_Shape, int, int]]:
    """The shape, start and end of each value in a message; of text without quotes or tags, of what may be one."""
    values = list(islice((each for each in _VALUE.finditer(message) if each.lastindex), _PLACES))
    # Numbers and other values differ between messages of the same shape.
    shape = _NUMBER.sub(b"0", _VALUE.sub(_without_value, message)) if values else b""
    for number, value in enumerate(values):
        start, end = value.span(value.lastindex or 0)
        if end - start <= _VALUE_LENGTH:
            yield (number, shape), start, end
    if not values:
        end = len(message.rstrip(b"\r\n\0\x1e"))
        separators = (each.end() for each in islice(_SEPARATOR.finditer(message), _PLACES))
        for number, start in enumerate((*_PREFIXES, *separators)):
            if 0 < end - start <= _VALUE_LENGTH:
                yield (number, _NUMBER.sub(b"0", message[:start])), start, end


def _without_value(match: re.Match[bytes]) -> bytes:
    return b'""' if match.lastindex else match[0]


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
            if len(self._whole) > _LONGEST:
                self._whole = None

    def gap(self, length: int) -> None:
        """`length` bytes are missing here."""
        self._short.gap(length)
        self._whole = None

    def close(self) -> None:
        """The message has ended."""
        self._short.close()
        if self._whole:
            self._joined.add(*self._whole.take(len(self._whole)))


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
        self._pending.add(data, origin)
        while (ended := self._pending.data.find(b"\n") + 1) > 0:
            self._read(ended)
        if len(self._pending) > _LONGEST:
            self._too_long = True
            self._pending.drop(len(self._pending))

    def _read(self, count: int) -> None:
        """Read a line, of which `count` bytes are pending."""
        line, origin = self._pending.take(count)
        text = line.rstrip(b"\r\n")
        if text and not self._too_long and count <= _LONGEST:
            self._joined.add(text, origin)
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
        self._read(len(self._pending))
        self._joined.close()
