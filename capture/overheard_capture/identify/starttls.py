"""Changes of protocol within a direction: TLS after STARTTLS, or HTTP after bytes that were not captured."""

from __future__ import annotations

from typing import TYPE_CHECKING

from overheard_capture.content.byte_scan import LiteralSet
from overheard_capture.content.lazy_pattern import lazy_pattern
from overheard_capture.identify.probe import Probe
from overheard_capture.identify.protocols import HTTP_1, PLAIN, TELNET, TLS, identify
from overheard_capture.protocols.tls.cursor import TruncatedError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from overheard_capture.identify.protocols import Protocol
    from overheard_capture.provenance.origin import Origin

_TLS, _MAJOR, _NEWLINE = b"\x16", 3, 10
# A protocol other than TLS must begin within this many bytes. And the maximum length of a request line.
_SEARCH_LIMIT, _MAX_LINE = 1 << 20, 8 << 10
_MAY_BEGIN = lazy_pattern(rb"[A-Z]{1,16}(?: |/1|/?\Z)|\xff")
# Literals in a start line of HTTP, and at the beginning of telnet. Most other data contains neither.
_LITERALS = LiteralSet(b"HTTP/1", b"\xff")


def _is_hello(probe: Probe) -> bool:
    """A ClientHello or ServerHello, from the record header to the version (RFC 8446, 4.1; RFC 5246, 7.4.1)."""
    record = probe.match_bytes(b"\x16", b"\3", b"\0\1\2\3", None, None)
    return record and probe.match_bytes(b"\1\2", b"\0", None, None, b"\3", b"\0\1\2\3")


class UpgradeWatch:
    """Watches a direction that is read as `current`. TLS may begin at the start of a frame, or after a line."""

    def __init__(self, current: Protocol) -> None:
        self._current = current
        self._position = 0
        # Whether the last byte was a newline, and which frame it came in.
        self._line_ended = False
        self._frame: int | None = None

    def find_change(self, data: bytes | bytearray, origin: Origin) -> tuple[int, Protocol | None]:
        """Search for a change. Returns the number of bytes of the current protocol, and the protocol after them.

        Instead of a protocol, None means that there is no change, or that more bytes are needed to decide.
        """
        end, kind = self._find_tls(data, origin)
        if self._current is PLAIN and (limit := min(end, _SEARCH_LIMIT - self._position)) > 0:
            end, kind = self._find_other(data, origin, limit) or (end, kind)
        if end:
            self._line_ended = data[end - 1] == _NEWLINE
            self._frame = origin.frame(end - 1)
        self._position += end
        return end, kind

    def reset(self) -> None:
        """Bytes are missing before the next ones."""
        self._line_ended, self._frame = False, None

    def _find_tls(self, data: bytes | bytearray, origin: Origin) -> tuple[int, Protocol | None]:
        # Search for the first byte, which is fastest, then check the few candidates.
        at, last = data.find(_TLS), len(data) - 1
        while at >= 0:
            if (at == last or data[at + 1] == _MAJOR) and self._is_candidate(data, at, origin):
                try:
                    if _is_hello(Probe(bytes(data[at : at + 16]))):
                        return at, TLS
                except TruncatedError:
                    return at, None
            at = data.find(_TLS, at + 1)
        return len(data), None

    def _is_candidate(self, data: bytes | bytearray, at: int, origin: Origin) -> bool:
        line_ended = data[at - 1] == _NEWLINE if at else self._line_ended
        return line_ended or self._frame_before(at, origin) != origin.frame(at)

    def _frame_before(self, at: int, origin: Origin) -> int | None:
        return origin.frame(at - 1) if at else self._frame

    def _find_other(self, data: bytes | bytearray, origin: Origin, end: int) -> tuple[int, Protocol | None] | None:
        """A protocol other than TLS that begins before `end`."""
        for start in _candidates(data, origin, end):
            if not _MAY_BEGIN.match(data, start) or (start == 0 and self._frame in (None, origin.frame(0))):
                continue
            try:
                if found := identify(bytes(data[start : start + _MAX_LINE]), (HTTP_1, TELNET)):
                    return start, found
            except TruncatedError:
                if len(data) - start < _MAX_LINE:
                    return start, None
        return None


def _candidates(data: bytes | bytearray, origin: Origin, end: int) -> Iterator[int]:
    """Positions before `end` where a frame begins in a line with a literal, or in the last, incomplete line."""
    yield 0
    searched = 1
    while searched < end and (literal := _LITERALS.first(data, searched)) >= 0:
        yield from origin.frame_boundaries(_line_start(data, searched, literal), min(literal + 1, end))
        searched = literal + 1
    yield from origin.frame_boundaries(_line_start(data, searched, len(data)), end)


def _line_start(data: bytes | bytearray, start: int, place: int) -> int:
    """The offset at which the line of `place` begins, or `start`."""
    start = max(start, place - _MAX_LINE)
    return max(data.rfind(b"\n", start, place) + 1, start)
