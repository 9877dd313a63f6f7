"""Text that was wrapped within a word, behind the same on each line: a quotation, a comment, the time, its number.

Or it has a hyphen at the end of the line. That is common, so that only what the secrets tell is joined, and nothing is
done with text that has no part of one. What is wrapped between words is found as it stands.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from overheard_capture.content.byte_scan import LiteralSet
from overheard_capture.content.lazy_pattern import lazy_pattern
from overheard_capture.content.nesting import Unwrapping
from overheard_capture.content.tail import Tail
from overheard_capture.decoders.frames import frame_pattern
from overheard_capture.decoders.joined_values import read_joined
from overheard_capture.decoders.secret_forms import forms_of
from overheard_capture.provenance.origin import Origin, joined

if TYPE_CHECKING:
    import re
    from collections.abc import Iterator

    from overheard.words.layer import Layers
    from overheard.words.secret import Secret
    from overheard_capture.content.findings import Findings, ReaderFactory
    from overheard_capture.provenance.origin import Bytes

# Shorter secrets may be chance, numbers more often.
_SHORTEST, _SHORTEST_NUMBER = 6, 8
# If a secret of this length is on two lines, half of it is on one of them; of a longer one, some block is on a line.
_LONG, _BLOCK = 32, 8
# How far around a part of a secret is looked, how long a frame is, and how many lines are joined.
_WINDOW, _LONGEST_FRAME, _MOST = 1024, 96, 64
_DELIMITER = lazy_pattern(rb"[^0-9A-Za-z\x80-\xff]")
# What may be behind a piece on its line.
_BEHIND = lazy_pattern(rb"(?:[ \t]*(?:[\"'|,;)+\\-]|<[^<>\n]{1,64}>))*[ \t]*\r?\Z")
# What says of a line in the log of a container that it is whole (the Container Runtime Interface).
_WHOLE = lazy_pattern(rb" std(?:out|err) F ")
# Where a piece begins and ends.
_Piece = tuple[int, int]


@lru_cache(maxsize=8)
def _parts_of(secrets: tuple[Secret, ...]) -> LiteralSet | None:
    """Parts of secrets, one of which is on a line if a secret is on two; None if there are none."""
    parts = {part for each in secrets for part in _parts(each.value)}
    return LiteralSet(*parts) if parts else None


def _parts(value: bytes) -> Iterator[bytes]:
    size = len(value)
    if size < (_SHORTEST_NUMBER if value.isdigit() else _SHORTEST):
        return
    if size > _LONG:
        yield from (value[start : start + _BLOCK] for start in range(0, _LONG, _BLOCK))
    else:
        yield from (value[: size // 2], value[size // 2 :])


@lru_cache(maxsize=8)
def _begins(secrets: tuple[Secret, ...]) -> tuple[bytes, ...]:
    """With what of a secret a line may end."""
    return tuple({form[:cut] for form in forms_of(secrets).forms for cut in range(1, min(len(form), _WINDOW))})


def may_be_wrapped(findings: Findings, text: bytes) -> bool:
    """Whether a secret may be wrapped in a complete text."""
    parts = _parts_of(findings.search.secrets) if b"\n" in text else None
    return parts is not None and parts.first(text) >= 0


class WrappedLineFinder:
    """Looks for secrets that are wrapped in text."""

    __slots__ = ("_at", "_begins", "_forms", "_parts", "_start", "_tail")

    def __init__(self, findings: Findings, layers: Layers, reader: ReaderFactory) -> None:
        self._at = Unwrapping(findings, layers, reader)
        self._parts = _parts_of(findings.search.secrets)
        self._forms = forms_of(findings.search.secrets) if self._parts else None
        self._begins = _begins(findings.search.secrets) if self._parts else ()
        self._tail = Tail()
        # From where on in the tail parts were not looked for.
        self._start = 0

    def feed(self, data: Bytes, origin: Origin) -> None:
        """Read the next bytes."""
        if self._parts:
            before = len(self._tail.data)
            text = self._tail.data + data
            until = max(len(text) - _WINDOW, self._start)
            self._read(text, until, origin, before)
            self._tail.add(data, origin, 2 * _WINDOW)
            self._start = max(self._start, until) - (len(text) - len(self._tail.data))

    def gap(self, length: int) -> None:  # noqa: ARG002 - of any length
        """`length` bytes are missing here: what follows them is another text."""
        self.close()

    def close(self) -> None:
        """No more bytes follow."""
        if text := self._tail.data:
            self._read(text, len(text), Origin([]), len(text))
        self._tail.clear()
        self._start = 0

    def _read(self, text: bytes, until: int, origin: Origin, before: int) -> None:
        """Look for parts that begin before `until`. The first bytes of the text are the tail."""
        at = self._start
        while self._parts and (at := self._parts.first(text, at)) >= 0 and at < until:
            pieces = self._pieces(text, at)
            if pieces:
                whole = joined([(self._tail.origin, 0, before), (origin, 0, len(text) - before)])
                read_joined(self._at, [(text[begin:end], Origin(whole.sliced(begin, end))) for begin, end in pieces])
            # All of this line was looked at.
            at = pieces[-1][1] if pieces else max(text.find(b"\n", at, at + _WINDOW), at + 1)
        self._start = max(self._start, at) if at >= 0 else self._start

    def _pieces(self, text: bytes, at: int) -> list[_Piece]:
        """The pieces of a secret of which a part is there; nothing if it is not wrapped."""
        low, high = max(at - _WINDOW, 0), at + _WINDOW
        begin = text.rfind(b"\n", low, at) + 1 or low
        end = text.find(b"\n", at, high)
        lines: list[_Piece] = []
        if begin > low:
            lines.append((text.rfind(b"\n", low, begin - 1) + 1 or low, begin - 1))
        lines.append((begin, end if end >= 0 else min(len(text), high)))
        while end >= 0 and len(lines) < _MOST:
            start, end = end + 1, text.find(b"\n", end + 1, high)
            lines.append((start, end if end >= 0 else min(len(text), high)))
        for number in range(min(2, len(lines) - 1)):
            if pieces := self._joined(text, lines[number:]):
                return pieces
        return []

    def _joined(self, text: bytes, lines: list[_Piece]) -> list[_Piece]:
        """The pieces on lines, of which a secret goes on from the first one to the second one at least."""
        first, second = lines[:2]
        last = text[max(first[0], first[1] - _WINDOW) : first[1]].lower()
        if not last.endswith(self._begins) and not _BEHIND.sub(b"", last).endswith(self._begins):
            return []
        for pattern in _frames(text, first, second):
            pieces = [_behind(pattern, text, first)]
            for line in lines[1:]:
                if pattern and not pattern.match(text, *line):
                    break
                goes_on = self._next(text, pieces[-1], _behind(pattern, text, line))
                if not goes_on:
                    break
                pieces[-1:] = goes_on
            if len(pieces) > 1:
                return pieces
        return []

    def _next(self, text: bytes, before: _Piece, after: _Piece) -> list[_Piece]:
        """The piece before, without what is behind it, and the next one; nothing if no secret goes on so."""
        begin, end = before
        behind = _BEHIND.search(text, max(begin, end - _LONGEST_FRAME), end)
        for stop in dict.fromkeys((end, behind.start() if behind else end)):
            value, following = text[begin:stop], text[slice(*after)]
            if value and following and self._forms and self._forms.go_on(value, following):
                return [(begin, stop), after]
        return []


def _behind(pattern: re.Pattern[bytes] | None, text: bytes, line: _Piece) -> _Piece:
    """A line without what is before its text."""
    found = pattern.match(text, *line) if pattern else None
    return (found.end() if found else line[0]), line[1]


def _frames(text: bytes, first: _Piece, second: _Piece) -> Iterator[re.Pattern[bytes] | None]:
    """What may be before the text of two lines; None, for nothing, if there is a hyphen at the end of the first one."""
    begin, end = second
    if text[: first[1]].rstrip(b"\r").endswith(b"-", first[0]):
        yield None
    for found in _DELIMITER.finditer(text, begin, min(end, begin + _LONGEST_FRAME)):
        frame = text[begin : found.end()]
        pattern = frame_pattern(frame)
        if not pattern.match(text, *first):
            return
        if not frame.isspace() and not _WHOLE.search(frame):
            yield pattern
