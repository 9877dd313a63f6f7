"""Strings of JSON under one name: a text in several formats is cut into objects, and another one into an array.

Runs of rich text are like that (Quill, ProseMirror, Slack, Notion), parts of messages (Gemini, OpenAI), lines of
notebooks, and lists of words. Most values do not go on in the next one: those that may, as far as the secrets tell, are
joined.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from overheard_capture.content.nesting import Unwrapping
from overheard_capture.content.tail import Tail
from overheard_capture.decoders.continued_strings import FURTHEST, continued_strings
from overheard_capture.decoders.joined_values import read_joined
from overheard_capture.decoders.secret_forms import REACH, forms_of
from overheard_capture.native.structures import STRING_SLOTS, Strings
from overheard_capture.provenance.origin import Origin, joined

if TYPE_CHECKING:
    from overheard.words.layer import Layers
    from overheard_capture.content.findings import Findings, ReaderFactory
    from overheard_capture.decoders.joined_values import Value
    from overheard_capture.provenance.origin import Bytes

# What JSON begins with, perhaps behind a guard that makes it no script, or a byte order mark.
_JSON, _BLANK = re.compile(rb"[ \t\r\n]*+[{\[)\xef]"), re.compile(rb"[ \t\r\n]*")
# How many bytes of values that go on are joined at a time.
_MOST = 64 << 10


def begins_json(data: Bytes) -> bool:
    """Whether a text may be JSON."""
    return _JSON.match(data) is not None


def read_strings(at: Unwrapping, data: bytes, origin: Origin) -> None:
    """Read a complete text."""
    if begins_json(data):
        finder = JsonStringFinder(*at)
        finder.feed(data, origin)
        finder.close()


class _Run:
    """Values of one name that go on in each other, and where the last one ends."""

    def __init__(self, first: Value) -> None:
        self.values = [first]
        self.size = len(first[0])
        self.end = 0

    def add(self, value: Value, end: int) -> None:
        """The next value."""
        self.values.append(value)
        self.size += len(value[0])
        self.end = end


class JsonStringFinder:
    """Joins the strings of a text that begins like JSON. Any other is not looked at."""

    __slots__ = ("_at", "_is_json", "_position", "_runs", "_state", "_tail")

    def __init__(self, findings: Findings, layers: Layers, reader: ReaderFactory | None) -> None:
        self._at = Unwrapping(findings, layers, reader)
        # Whether it is JSON, once there is something other than white space.
        self._is_json: bool | None = None
        self._state: Strings | None = None
        self._tail = Tail()
        self._position = 0
        # The values that go on, by the hash of their name.
        self._runs: dict[int, _Run] = {}

    def feed(self, data: bytes | bytearray, origin: Origin) -> None:
        """Read the next bytes."""
        if self._is_json is None and not _BLANK.fullmatch(data):
            self._is_json = begins_json(data)
        if self._is_json:
            self._read(data, origin, is_last=False)

    def _read(self, data: bytes | bytearray, origin: Origin, *, is_last: bool) -> None:
        state = self._state = self._state or Strings()
        text, before = self._tail.data + data, len(self._tail.data)
        state.base = self._position - before
        forms = forms_of(self._at.findings.search.secrets)
        for name, begin, end, *following in continued_strings(text, state, forms, is_last=is_last):
            run = self._runs.get(name)
            if run is None or run.end != end:
                self._flush(name)
                run = self._runs[name] = _Run(self._value(text, origin, max(begin, end - REACH), end))
            run.add(self._value(text, origin, *following), following[1])
            if run.size > _MOST or len(self._runs) > STRING_SLOTS:
                self._flush(next(iter(self._runs)) if run.size <= _MOST else name)
        self._position += len(data)
        self._tail.add(data, origin, self._position - state.at + REACH + FURTHEST)

    def _value(self, text: bytes, origin: Origin, begin: int, end: int) -> Value:
        """A value of the text, of which the last bytes have this origin."""
        before = len(self._tail.data)
        begin, end = (max(each - self._position + before, 0) for each in (begin, end))
        parts = [(self._tail.origin, begin, min(end, before))] if begin < before else []
        parts += [(origin, max(begin - before, 0), end - before)] if end > before else []
        return text[begin:end], joined(parts)

    def _flush(self, name: int) -> None:
        """Join values, none of which follows."""
        if run := self._runs.pop(name, None):
            read_joined(self._at, run.values)
            read_joined(self._at, run.values, b" ")

    def gap(self, length: int) -> None:
        """`length` bytes are missing here: what follows them is taken for the beginning of something."""
        self._end()
        self._position += length
        self._state = Strings(at=self._position) if self._state else None

    def close(self) -> None:
        """No more bytes follow."""
        if self._is_json:
            self._read(b"", Origin([]), is_last=True)
        self._end()

    def _end(self) -> None:
        for name in list(self._runs):
            self._flush(name)
        self._tail.clear()
