"""PEM (RFC 7468) whose lines are each in something else: behind the time in a log, in a cell, a string or a message.

What is between two lines is the same everywhere, with other numbers in it. If it is not, the lines are told by their
length. That of PEM without anything else needs none of this.
"""

from __future__ import annotations

from collections import Counter
from itertools import pairwise
from typing import TYPE_CHECKING

from overheard_capture.content.byte_scan import LiteralSet
from overheard_capture.content.lazy_pattern import lazy_pattern
from overheard_capture.content.nesting import may_read_again
from overheard_capture.decoders.frames import NUMBER, frame_pattern
from overheard_capture.decoders.joined_values import read_joined
from overheard_capture.decoders.marked_lines import MarkedLines
from overheard_capture.provenance.origin import Origin, joined, span_at
from overheard_capture.provenance.small_queue import SmallByteQueue
from overheard_capture.provenance.spans import Span

if TYPE_CHECKING:
    from collections.abc import Iterator

    from overheard.words.layer import Layers
    from overheard_capture.content.findings import Findings, ReaderFactory
    from overheard_capture.content.nesting import Unwrapping
    from overheard_capture.provenance.origin import Place

# A piece of PEM: where it begins and ends.
_Piece = tuple[int, int]

PEM_MARK = b"-----BEGIN "
PEM_MARKS = LiteralSet(PEM_MARK)
_BEGIN, _END = lazy_pattern(rb"-----BEGIN ([A-Z0-9 ]{1,64})-----"), b"-----END %b-----"
# Between the lines of PEM as it stands, or in a string, which others read. OpenPGP has a checksum (RFC 9580, 6).
_BREAK = rb"(?:\r?\n|(?:\\+r)?\\+n|(?:%0[Dd])?%0[Aa])[ \t]*"
_AS_IT_STANDS = lazy_pattern(
    rb"(?:%b[A-Za-z-]{1,32}: [ -~]{0,200})*(?:%b)?(?:%b[A-Za-z0-9+/]+={0,3})+(?:%b=[A-Za-z0-9+/]{4})?%b".replace(
        b"%b", _BREAK
    )
)
_LINE = lazy_pattern(rb"[A-Za-z0-9+/]+={0,3}|=[A-Za-z0-9+/]{4}|[A-Za-z][A-Za-z0-9-]{0,31}: [ -~]{0,200}|")
# What may be the last sign of a line, and the next one.
_BEHIND_LINE = lazy_pattern(rb"(?<=[A-Za-z0-9+/=])[^A-Za-z0-9+/=]")
# How long what is between two lines may be, how often it is guessed, and how long all of it may be.
_LONGEST_BETWEEN, _MOST_GUESSES, _LONGEST = 512, 8, 64 << 10
# Lines of the usual lengths are at least this long.
_RUN = lazy_pattern(rb"[A-Za-z0-9+/]{40,128}(?![A-Za-z0-9+/])=*")
_LAST_RUN = lazy_pattern(rb"[A-Za-z0-9+/]+={0,3}")


def pem_pieces(text: bytes) -> Iterator[list[_Piece]]:
    """The lines of each PEM in `text`, with its first and last one, unless nothing else is between them."""
    at = 0
    while first := _BEGIN.search(text, at):
        end = _END % first[1]
        last = text.find(end, first.end(), first.end() + _LONGEST)
        if last < 0:
            return
        at = last + len(end)
        body = text[first.end() : last]
        if not _AS_IT_STANDS.fullmatch(body) and (lines := _framed(body) or _of_same_length(body)):
            yield [first.span(), *((first.end() + begin, first.end() + stop) for begin, stop in lines), (last, at)]


def _framed(body: bytes) -> list[_Piece]:
    """The lines between which is the same, with other numbers; nothing if there are none."""
    head, tail = NUMBER.sub(b"0", body[: 2 * _LONGEST_BETWEEN]), max(len(body) - _LONGEST_BETWEEN, 0)
    ends = [found.start() for found in _BEHIND_LINE.finditer(body, tail)]
    likely = (body[end:] for end in reversed(ends) if head.startswith(NUMBER.sub(b"0", body[end:])))
    for between, _ in zip(likely, range(_MOST_GUESSES), strict=False):
        found = [each.span() for each in frame_pattern(between).finditer(body)]
        lines = [(end, begin) for (_, end), (begin, _) in pairwise(found)]
        is_all = found[0][0] == 0 and found[-1][1] == len(body) if found else False
        if is_all and lines and all(_LINE.fullmatch(body, *line) for line in lines):
            return lines
    return []


def _of_same_length(body: bytes) -> list[_Piece]:
    """All lines of the length that most have, and the last one; nothing if there are none."""
    runs = [found.span() for found in _RUN.finditer(body)]
    if not runs:
        return []
    ((length, _),) = Counter(end - begin for begin, end in runs).most_common(1)
    lines = [(begin, end) for begin, end in runs if end - begin == length]
    # All of it is in groups of four characters.
    left = -length * len(lines) % 4
    rest = [each.span() for each in _LAST_RUN.finditer(body, lines[-1][1]) if (each.end() - each.start()) % 4 == left]
    return [*lines, max(rest, key=lambda run: run[1] - run[0])] if rest else lines


def read_pem(at: Unwrapping, text: bytes, origin: Origin) -> None:
    """Read PEM in complete text. It may be nothing of the kind."""
    for lines in pem_pieces(text):
        if not may_read_again(at.findings, at.layers, sum(end - begin for begin, end in lines)):
            return
        # The end of a line is the last byte of it.
        origins = (joined([(origin, begin, end), (origin, end - 1, end)]) for begin, end in lines if end > begin)
        values = [text[begin:end] + b"\n" for begin, end in lines if end > begin]
        if b"".join(values).rstrip() == text[lines[0][0] : lines[-1][1]]:
            # Nothing else was between them.
            continue
        read_joined(at, list(zip(values, origins, strict=True)))


class PemFinder(MarkedLines):
    """Looks for it in text."""

    marks, longest = PEM_MARKS, _LONGEST

    def __init__(self, findings: Findings, layers: Layers, reader: ReaderFactory) -> None:
        super().__init__(findings, layers, reader)
        self._begun = SmallByteQueue()

    @property
    def goes_on(self) -> bool:
        """Whether one has begun."""
        return bool(self._begun)

    def read_line(self, line: bytes, origin: Origin) -> None:
        """Read a line of it, or one that has all of it."""
        self._begun.add(line, origin)
        if _is_closed(line) or len(self._begun) > _LONGEST:
            self.end()

    def close(self) -> None:
        """No more bytes follow. A last line without an end may have all of it."""
        if PEM_MARK in self._line.data:
            self.read_line(*self._line.take())
        super().close()

    def end(self) -> None:
        """It has ended."""
        if self._begun:
            read_pem(self._at, *self._begun.take())


def _is_closed(text: bytes) -> bool:
    """Whether one ends in a text, and none begins behind it."""
    return text.rfind(b"-----END ") > text.rfind(PEM_MARK)


class PemMessages:
    """Looks for it in messages that follow each other, with a line in each."""

    def __init__(self, at: Unwrapping) -> None:
        self._at = at
        self._messages: list[tuple[bytes, Place]] = []
        self._size = 0

    def add(self, message: bytes, where: Place) -> None:
        """A message, and where it was on the wire."""
        if not self._messages and PEM_MARK not in message:
            return
        self._messages.append((message, where))
        self._size += len(message)
        if _is_closed(message) or self._size > _LONGEST:
            self.close()

    def close(self) -> None:
        """No more messages follow, or some are missing."""
        messages, self._messages, self._size = self._messages, [], 0
        if len(messages) > 1:
            spans, start = list[Span](), 0
            for message, where in messages:
                spans.append(span_at(start, where, exact=where.length == len(message)))
                start += len(message) + 1
            read_pem(self._at, b"\n".join(message for message, _ in messages), Origin(spans))
