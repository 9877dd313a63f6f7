"""Finds base64 in text, wherever it stands, and lets what it says be read."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

from overheard.words.layer import Layers
from overheard_capture.content.byte_scan import HEXADECIMAL, LETTERS, SHORTEST, SMALL, letter_runs
from overheard_capture.content.nesting import speculative
from overheard_capture.decoders.base64.alphabet import letters_of
from overheard_capture.decoders.base64.run import DECIDING, Base64Run, FernetToken, SearchedRuns, aligned
from overheard_capture.provenance.small_queue import SmallByteQueue

if TYPE_CHECKING:
    from overheard_capture.content.findings import Findings, ReaderFactory
    from overheard_capture.provenance.origin import Bytes, Origin

_ESCAPES = rb"\\/|%2[BbFf]|\\u002[BbFf]"
_LINE = re.compile(rb"(?:[A-Za-z0-9+/_-]++|%b)++" % _ESCAPES)
_BREAK = rb"(?:\r?\n[ \t]{0,32}|(?:\\r)?\\n)"
_PADDING = re.compile(rb"(?:=|%3[Dd]|\\u003[Dd]){0,2}")
# What no run goes on behind; and what it may go on behind: another line, an escape, padding.
_SAFE = re.compile(rb"[^A-Za-z0-9+/_=\\%\r\n \t-]")
_OPEN_ENDS = b"\r\n\\%="
# What stands before a run, and is part of it, or has taken its first letters for its own.
_ESCAPE = re.compile(rb"%s" % _ESCAPES)
_OTHER_BEFORE = re.compile(rb"\\u[0-9A-Fa-f]{4}|\\[nrtbf]|%[0-9A-Fa-f]{2}")
# Lines that are longer are not put together.
_LONGEST_LINE = 256
# How far before a run of letters others may stand that only an escape parts from it.
_BEFORE = 256
# What is longer may be decoded before its end has come, and is read on whatever it says.
_LONG = 2 << 10
# A word that is longer may be the first of something else, where its end has not come.
_SHORT = 200
# So much is enough to decide what a run says, even if each letter is an escape.
_ENOUGH = 6 * DECIDING
# In so many bytes an end of what waits is looked for; where there is none, so many are put behind it at a time.
_SEAM, _PIECE = 4 << 10, 64 << 10


@lru_cache(maxsize=_LONGEST_LINE)
def _more_lines(length: int) -> tuple[re.Pattern[bytes], re.Pattern[bytes]]:
    """Further lines of so many letters; and a last one that is shorter."""
    unit, after = rb"(?:[A-Za-z0-9+/_-]|%b)" % _ESCAPES, rb"(?![A-Za-z0-9+/_-]|%b)" % _ESCAPES
    same = rb"(?:%b(?:[A-Za-z0-9+/_-]{%d}|%b{%d})%b)*+" % (_BREAK, length, unit, length, after)
    return re.compile(same), re.compile(rb"(?:%b%b{1,%d}+%b)?" % (_BREAK, unit, max(length - 1, 1), after))


class Base64Finder:
    """Reads text for the base64 in it. What that says is a guess, and no trouble where it says nothing."""

    __slots__ = ("_findings", "_layers", "_line", "_open", "_reader", "_together", "_token", "_waiting")

    def __init__(self, findings: Findings, layers: Layers, reader: ReaderFactory) -> None:
        self._findings = findings
        self._layers = layers
        self._reader = reader
        self._waiting: SmallByteQueue | None = None
        self._together: SearchedRuns | None = None
        # A long run that is still going on, and how long its lines are: 0 where it is one line.
        self._open: Base64Run | None = None
        self._token: FernetToken | None = None
        self._line = 0

    def feed(self, data: bytes | bytearray, origin: Origin) -> None:
        """Read on."""
        start = 0
        while self._waiting and start < len(data):
            safe = _SAFE.search(data, start, start + _SEAM)
            begins, start = start, safe.end() if safe else _seam(data, start)
            self._waiting.add(data[begins:start], origin.after(begins))
            seam, seam_origin = self._waiting.take()
            self._waiting = None
            self._scan(seam, seam_origin, 0, last=safe is not None)
        if start < len(data):
            self._scan(data, origin, start, last=False)

    def _scan(self, data: bytes | bytearray, origin: Origin, start: int, *, last: bool) -> None:
        """Read from `start` on. With `last`, no run goes on behind these bytes."""
        at = self._go_on(data, origin, last) if self._open else start
        if at < 0:
            return
        for first, ends in letter_runs(data):
            begins = max(first, at)
            if ends - begins < SHORTEST or _is_word(data, begins, ends):
                continue
            begin = self._begin(data, begins, at)
            line = _LINE.match(data, begin)
            if not line or line.end() - begins < SHORTEST:
                continue
            end, over = self._end(data, begin, line.end())
            if not over and not last:
                self._wait(data, origin, begin)
                break
            self._read(bytes(data[begin:end]), origin.after(begin))
            at = end
        else:
            if not last:
                self._keep_letters(data, origin, at)
        if self._together:
            self._together.search()

    # ---- where a run begins and ends

    def _begin(self, data: bytes | bytearray, begins: int, floor: int) -> int:
        """Where it really begins: letters may be part of an escape, and escapes may be letters."""
        least = max(begins - _BEFORE, floor)
        while begins > least and data[begins - 1] in b"\\%":
            if not _ESCAPE.match(data, begins - 1):
                other = _OTHER_BEFORE.match(data, begins - 1)
                return other.end() if other else begins
            before = bytes(data[least : begins - 1])
            begins = least + len(before.rstrip(LETTERS))
        return begins

    def _end(self, data: bytes | bytearray, begin: int, line_end: int) -> tuple[int, bool]:
        """Where it ends, and whether that does not depend on what is still to come."""
        if line_end < len(data) and data[line_end] not in _OPEN_ENDS:
            return line_end, True
        end, length = line_end, _letters(data, begin, line_end)
        if length <= _LONGEST_LINE:
            same, shorter = _more_lines(length)
            end = _end_of(same, data, end)
            end = _end_of(shorter, data, end)
        end = _end_of(_PADDING, data, end)
        return end, self._over(data, end, length)

    def _over(self, data: bytes | bytearray, end: int, line: int) -> bool:
        after = len(data) - end
        needed = 48 + 6 * line if line <= _LONGEST_LINE else 48
        return after >= needed or (after > 0 and data[end] not in _OPEN_ENDS)

    # ---- what waits for more

    def _keep_letters(self, data: bytes | bytearray, origin: Origin, at: int) -> None:
        """The last letters may be the first of a run."""
        least = max(len(data) - _BEFORE - SHORTEST, at)
        begin = least + len(bytes(data[least:]).rstrip(LETTERS + b"\\%"))
        if begin < len(data):
            self._wait(data, origin, begin)

    def _wait(self, data: bytes | bytearray, origin: Origin, begin: int) -> None:
        """A run from `begin` on has not ended yet."""
        if len(data) - begin >= _LONG:
            begin = self._read_some(data, origin, begin)
        self._waiting = SmallByteQueue()
        self._waiting.add(data[begin:], origin.after(begin))

    def _read_some(self, data: bytes | bytearray, origin: Origin, begin: int) -> int:
        """Read what came of a long run. From where on it waits."""
        end = self._whole(data, begin)
        if self._open or end - begin >= _ENOUGH:
            self._read_piece(bytes(data[begin:end]), origin.after(begin))
            return end
        return begin

    def _whole(self, data: bytes | bytearray, begin: int) -> int:
        """Where a piece may end: within a run of one line; or behind a line that is followed by another."""
        at, most = begin, max(len(data) - 8, begin)
        if not self._open:
            line_end = _end_of(_LINE, data, begin)
            length = _letters(data, begin, line_end)
            self._line = length if length <= _LONGEST_LINE else 0
            at = line_end
        if not self._line:
            return _end_of(_LINE, data, begin, most)
        same, _ = _more_lines(self._line)
        return _end_of(same, data, at, max(min(most, _end_of(same, data, at) - 1), at))

    def _go_on(self, data: bytes | bytearray, origin: Origin, last: bool) -> int:
        """Read on in a long run. Where it ends, or -1 if that is not known yet."""
        if self._line:
            same, shorter = _more_lines(self._line)
            end = _end_of(shorter, data, _end_of(same, data, 0))
        else:
            end = _end_of(_LINE, data, 0)
        end = _end_of(_PADDING, data, end)
        if not last and not self._over(data, end, self._line or len(data) + _LONGEST_LINE):
            self._wait(data, origin, 0)
            return -1
        self._read_piece(bytes(data[:end]), origin)
        self._close_run()
        return end

    # ---- what a run says

    def _read(self, raw: bytes, origin: Origin) -> None:
        letters = letters_of(raw)
        if self._findings.opener:
            token = FernetToken(speculative(self._findings), self._layers, self._reader)
            token.feed(letters, origin, len(raw))
            token.close()
        skipped = aligned(letters[:DECIDING])
        if skipped < 0 and len(raw) < _LONG:
            if not self._together:
                self._together = SearchedRuns(speculative(self._findings), self._layers)
            self._together.add(letters, raw, origin)
            return
        run = Base64Run(speculative(self._findings), self._layers, self._reader, max(skipped, 0))
        run.feed(raw, origin)
        run.close()

    def _read_piece(self, raw: bytes, origin: Origin) -> None:
        if not raw:
            return
        letters = letters_of(raw)
        if not self._open:
            self._open = Base64Run(
                speculative(self._findings), self._layers, self._reader, max(aligned(letters[:DECIDING]), 0)
            )
            self._token = FernetToken(speculative(self._findings), self._layers, self._reader)
        self._open.feed(raw, origin)
        if self._token:
            self._token.feed(letters, origin, len(raw))

    def _close_run(self) -> None:
        for each in (self._open, self._token):
            if each:
                each.close()
        self._open = self._token = None

    def gap(self, _: int) -> None:
        """A run ends where bytes are missing."""
        self.close()

    def close(self) -> None:
        """There is no more to come."""
        if self._waiting:
            data, origin = self._waiting.take()
            self._waiting = None
            self._scan(data, origin, 0, last=True)
        self._close_run()


def _seam(data: bytes | bytearray, start: int) -> int:
    """Up to where to put something behind what waits: up to a space, where mostly nothing waits any more."""
    return data.rfind(b" ", start, start + _SEAM) + 1 or min(start + _PIECE, len(data))


def _is_word(data: bytes | bytearray, begins: int, ends: int) -> bool:
    if ends - begins >= _SHORT and ends == len(data):
        # The rest of it may be of another kind.
        return False
    word = data[begins:ends]
    return not word.translate(None, SMALL) or not word.translate(None, HEXADECIMAL)


def _letters(data: bytes | bytearray, begin: int, end: int) -> int:
    """How many letters there are in a line; it does not matter how many more than can be put together."""
    length = end - begin
    return len(_ESCAPE.sub(b"+", data[begin:end])) if length <= 6 * _LONGEST_LINE else length


def _end_of(pattern: re.Pattern[bytes], data: Bytes, start: int, most: int = 1 << 62) -> int:
    """Where the match at `start` ends."""
    found = pattern.match(data, start, most)
    return found.end() if found else start
