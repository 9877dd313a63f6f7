"""Strings of JSON under one name: a text in several formats is cut into objects, and another one into an array.

Runs of rich text are like that (Quill, ProseMirror, Slack, Notion), parts of messages (Gemini, OpenAI), lines of
notebooks, and lists of words. Most values do not go on in the next one: those that may, as far as the secrets tell, are
joined.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from overheard_capture.content.lazy_pattern import lazy_pattern
from overheard_capture.content.nesting import Unwrapping
from overheard_capture.content.tail import Tail
from overheard_capture.decoders.continued_strings import FURTHEST, LONGEST, continued_strings
from overheard_capture.decoders.joined_values import read_joined_either_way
from overheard_capture.decoders.secret_forms import REACH, forms_of
from overheard_capture.native.structures import STRING_SLOTS, Strings
from overheard_capture.provenance.origin import Origin, joined

if TYPE_CHECKING:
    from collections.abc import Callable

    from overheard.words.layer import Layers
    from overheard_capture.content.findings import Findings, ReaderFactory
    from overheard_capture.decoders.joined_values import Value
    from overheard_capture.provenance.origin import Bytes

# What JSON begins with, perhaps behind a guard that makes it no script, or a byte order mark.
_JSON, _BLANK = lazy_pattern(rb"[ \t\r\n]*+[{\[)\xef]"), lazy_pattern(rb"[ \t\r\n]*")
# How many bytes of values that go on are joined at a time.
_MOST = 64 << 10
# So much of a piece is read together with what is before it, that the rest is read without.
_AHEAD = LONGEST + 2 * (REACH + FURTHEST)


def begins_json(data: Bytes) -> bool:
    """Whether a text may be JSON."""
    return _JSON.match(data) is not None


def read_strings(at: Unwrapping, data: bytes, origin: Origin) -> None:
    """Read a complete text."""
    if begins_json(data):
        JsonStringFinder(*at).read(data, origin)


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

    __slots__ = ("_at", "_is_json", "_levels", "_position", "_runs", "_tail")

    def __init__(self, findings: Findings, layers: Layers, reader: ReaderFactory | None) -> None:
        self._at = Unwrapping(findings, layers, reader)
        # Whether it is JSON, once there is something other than white space.
        self._is_json: bool | None = None
        # The state at each level: as it stands, and in strings that have JSON.
        self._levels: list[Strings] = []
        self._tail = Tail()
        self._position = 0
        # The values that go on, by their level and the hash of their name.
        self._runs: dict[tuple[int, int], _Run] = {}

    def feed(self, data: bytes | bytearray, origin: Origin) -> None:
        """Read the next bytes."""
        if self._is_json is None and not _BLANK.fullmatch(data):
            self._is_json = begins_json(data)
        if self._is_json:
            self._read(data, origin, is_last=False)

    def read(self, data: bytes, origin: Origin) -> None:
        """Read a complete text that begins like JSON."""
        if len(data) <= _AHEAD:
            self._read(data, origin, is_last=True)
            self._end()
        else:
            self.feed(data, origin)
            self.close()

    def _read(self, data: bytes | bytearray, origin: Origin, *, is_last: bool) -> None:
        tail, before, ahead = self._tail, len(self._tail.data), data[:_AHEAD]
        self._levels = self._levels or [Strings(at=self._position)]

        def around() -> Origin:
            return joined([(tail.origin, 0, before), (origin, 0, len(ahead))])

        self._read_at(self._position - before, tail.data + ahead, around, is_last=is_last)
        if len(data) > _AHEAD:
            self._read_at(self._position, data, lambda: origin, is_last=False)
        self._position += len(data)
        reached = min(state.at for state in self._levels)
        self._tail.add(data, origin, self._position - reached + REACH + FURTHEST)

    def _read_at(self, base: int, text: bytes | bytearray, origin: Callable[[], Origin], *, is_last: bool) -> None:
        """Read bytes which are at `base` of the whole text. Their origin is asked for only if something goes on."""
        forms = forms_of(self._at.findings.search.secrets)
        for level, state in enumerate(self._levels):
            state.base = base
            for name, begin, end, *following in continued_strings(text, state, forms, level, is_last=is_last):
                run = self._runs.get((level, name))
                if run is None or run.end != end:
                    self._flush((level, name))
                    run = self._runs[level, name] = _Run(
                        _value(text, origin(), max(begin, end - REACH) - base, end - base)
                    )
                run.add(_value(text, origin(), following[0] - base, following[1] - base), following[1])
                if run.size > _MOST:
                    self._flush((level, name))
            while len(self._runs) > STRING_SLOTS:
                self._flush(next(iter(self._runs)))
            if state.escaped and len(self._levels) == 1:
                # No string at the other level was before this.
                self._levels.append(Strings(at=base))

    def _flush(self, name: tuple[int, int]) -> None:
        """Join values, none of which follows."""
        if run := self._runs.pop(name, None):
            read_joined_either_way(self._at, run.values)

    def gap(self, length: int) -> None:
        """`length` bytes are missing here: what follows them is taken for the beginning of something."""
        self._end()
        self._position += length
        self._levels = [Strings(at=self._position) for _ in self._levels]

    def close(self) -> None:
        """No more bytes follow."""
        if self._is_json:
            self._read(b"", Origin([]), is_last=True)
        self._end()

    def _end(self) -> None:
        for name in list(self._runs):
            self._flush(name)
        self._tail.clear()


def _value(text: bytes | bytearray, origin: Origin, begin: int, end: int) -> Value:
    return bytes(text[max(begin, 0) : end]), Origin(origin.sliced(max(begin, 0), end))
