"""Where something else begins in a direction: TLS after STARTTLS, or HTTP behind what was missed."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from overheard_capture.content.byte_scan import LiteralSet
from overheard_capture.identify.probe import Probe
from overheard_capture.identify.protocols import HTTP_1, PLAIN, TELNET, TLS, identify
from overheard_capture.protocols.tls.cursor import TruncatedError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from overheard_capture.identify.protocols import Protocol
    from overheard_capture.provenance.origin import Origin

_TLS, _MAJOR, _NEWLINE = b"\x16", 3, 10
# What has not begun in so many bytes of something else, does not begin later; and how long a request line may be.
_OTHERS_BEGIN_BEFORE, _LONGEST_LINE = 1 << 20, 8 << 10
_MAY_BEGIN = re.compile(rb"[A-Z]{1,16}(?: |/1|/?\Z)|\xff")
# What is in the first line of HTTP, and what telnet begins with. Most of what is something else has neither.
_MARKS = LiteralSet(b"HTTP/1", b"\xff")


def _hello(start: Probe) -> bool:
    """A ClientHello or a ServerHello, from its record's head to its version (RFC 8446, 4.1; RFC 5246, 7.4.1)."""
    record = start.form(b"\x16", b"\3", b"\0\1\2\3", None, None)
    return record and start.form(b"\1\2", b"\0", None, None, b"\3", b"\0\1\2\3")


class UpgradeWatch:
    """Looks through what is `now` something else. TLS may begin where a frame does, and behind a line."""

    def __init__(self, now: Protocol) -> None:
        self._now = now
        self._position = 0
        # Of the last byte: whether it ended a line, and the frame that brought it.
        self._line_ended = False
        self._frame: int | None = None

    def look(self, data: bytes | bytearray, origin: Origin) -> tuple[int, Protocol | None]:
        """How many bytes go on as before, and what begins behind them; None where nothing does, or nobody knows yet."""
        end, kind = self._find_tls(data, origin)
        if self._now is PLAIN and (among := min(end, _OTHERS_BEGIN_BEFORE - self._position)) > 0:
            end, kind = self._find_other(data, origin, among) or (end, kind)
        if end:
            self._line_ended = data[end - 1] == _NEWLINE
            self._frame = origin.frame(end - 1)
        self._position += end
        return end, kind

    def forget(self) -> None:
        """Something is missing before what comes next."""
        self._line_ended, self._frame = False, None

    def _find_tls(self, data: bytes | bytearray, origin: Origin) -> tuple[int, Protocol | None]:
        # One byte is looked for, as that is what is found fastest; the few that are there are looked at more closely.
        at, last = data.find(_TLS), len(data) - 1
        while at >= 0:
            if (at == last or data[at + 1] == _MAJOR) and self._may_begin(data, at, origin):
                try:
                    if _hello(Probe(bytes(data[at : at + 16]))):
                        return at, TLS
                except TruncatedError:
                    return at, None
            at = data.find(_TLS, at + 1)
        return len(data), None

    def _may_begin(self, data: bytes | bytearray, at: int, origin: Origin) -> bool:
        line_ended = data[at - 1] == _NEWLINE if at else self._line_ended
        return line_ended or self._frame_before(at, origin) != origin.frame(at)

    def _frame_before(self, at: int, origin: Origin) -> int | None:
        return origin.frame(at - 1) if at else self._frame

    def _find_other(self, data: bytes | bytearray, origin: Origin, end: int) -> tuple[int, Protocol | None] | None:
        """What begins before `end`, and is no TLS."""
        for begins in _beginnings(data, origin, end):
            if not _MAY_BEGIN.match(data, begins) or (begins == 0 and self._frame in (None, origin.frame(0))):
                continue
            try:
                if found := identify(bytes(data[begins : begins + _LONGEST_LINE]), (HTTP_1, TELNET)):
                    return begins, found
            except TruncatedError:
                if len(data) - begins < _LONGEST_LINE:
                    return begins, None
        return None


def _beginnings(data: bytes | bytearray, origin: Origin, end: int) -> Iterator[int]:
    """Where before `end` a frame begins in a line that has a mark, up to that; or in the last line: it may get one."""
    yield 0
    done = 1
    while done < end and (mark := _MARKS.first(data, done)) >= 0:
        yield from origin.frame_boundaries(_line(data, done, mark), min(mark + 1, end))
        done = mark + 1
    yield from origin.frame_boundaries(_line(data, done, len(data)), end)


def _line(data: bytes | bytearray, start: int, place: int) -> int:
    """Where the line begins that `place` is in, not before `start`."""
    start = max(start, place - _LONGEST_LINE)
    return max(data.rfind(b"\n", start, place) + 1, start)
