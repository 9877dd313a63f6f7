"""Blocks of lines that hold something else: a hex dump, a text behind prefixes, or lines that were folded.

Each is taken apart, and what comes out is read as a content of its own. That is speculative: a table of numbers may
look like a dump, and a list like a quotation. The text itself was searched where it stands.
"""

from __future__ import annotations

import ctypes
import re
from collections.abc import Callable
from typing import TYPE_CHECKING

from overheard.words.layer import Layer, LayerKind, Layers
from overheard.words.named_tuple import NamedTuple
from overheard_capture.content.boundaries import Boundaries
from overheard_capture.content.lazy_pattern import lazy_pattern
from overheard_capture.content.nesting import TO_BEGIN, may_nest, may_read_again, speculative
from overheard_capture.content.work import TO_JOIN, TO_TRY
from overheard_capture.decoders.dumps import ADDRESS, LAST_ROW, LONGEST_ADDRESS, ROWS, SECOND_OFFSET, follows
from overheard_capture.decoders.opaque import CodedValue, is_marked
from overheard_capture.native import core, pointer
from overheard_capture.provenance.small_queue import SmallByteQueue

if TYPE_CHECKING:
    from overheard_capture.content.findings import Findings, ReaderFactory
    from overheard_capture.provenance.origin import Origin

# A longer line is in no block.
_LONGEST = 1024


class Block(NamedTuple):
    """A kind of block: `opening` matches the line that begins it, and `line` each further one.

    Group 1 is what a line holds. Each of the `readings` makes bytes of that, and all of them as many. `last` matches a
    line that ends a block even if nothing else follows the first one.
    """

    layer: Layer
    opening: re.Pattern[bytes]
    line: re.Pattern[bytes]
    readings: tuple[Callable[[bytes], bytes], ...]
    last: re.Pattern[bytes] | None = None

    def begins(self, data: bytes | bytearray, start: int, second: int, end: int) -> bool:
        """Whether a block begins with the line at `start`: the next one is between `second` and `end`."""
        goes_on = self.line.match(data, second, end) or (self.last and self.last.match(data, second, end))
        return bool(goes_on and self.opening.match(data, start, second))

    def is_certain(self, data: bytes | bytearray, start: int, second: int) -> bool:
        """Whether a block that begins there certainly is a dump: its second address is right."""
        row = self.opening.match(data, start, second) if self.last else None
        if row is None:
            return False
        before, after = bytes(data[start : row.start(1)]), bytes(data[second : second + LONGEST_ADDRESS])
        return follows(before, after, len(self.readings[0](row[1])))


# As in YAML, lines may be indented; those of comments in programs seldom have anything in them.
_PREFIX = rb"(?:[ \t]{0,32}+(?:(?:> ?){1,8}+|\+|[|#] ?|data: ?)|\* ?|// ?)"
_PREFIXED = lazy_pattern(_PREFIX)
_QUOTED = rb"%b([^\r\n]*\r?\n?)" % _PREFIX
# A line that ends in 24 characters of base64.
_BROKEN = rb"[^\r\n]*[0-9A-Za-z+/_-]{24}\r?\n"


def _block(code: str, opening: bytes, line: bytes, decode: Callable[[bytes], bytes]) -> Block:
    return Block(Layer(code, LayerKind.SPELLED), lazy_pattern(opening), lazy_pattern(line), (decode,))


_BLOCKS = (
    _block("prefixed lines", _QUOTED, _QUOTED, bytes),
    # RFC 5322, 2.2.3; RFC 2849; RFC 6350, 3.2.
    _block(
        "folded lines",
        rb"(%b)" % _BROKEN,
        rb"[ \t]{1,32}([0-9A-Za-z+/_=-]{1,1000}\r?\n?)",
        lambda text: text.rstrip(b"\r\n"),
    ),
    *(Block(Layer(row.code, LayerKind.SPELLED), row.first, row.more, row.readings, LAST_ROW) for row in ROWS),
)


# Where a line may begin a block: it has a prefix, or several, and something encoded or folded, or the first offset. Or
# where the second line may: it is indented after base64, or the second row of a dump.
_ENCODED = (
    rb"(?:[^b\r\n]*+b)+?egin [0-7]{3}|[ \t]*+(?:GIT binary patch|BEGIN:V[A-Z]{4,8}\r?\n"
    rb"|(?:[^ \t\r\n]{1,23}+[ \t]++)*+[^ \t\r\n]{24}|[^\r\n]*+(?<==)\r?\n)"
    rb"|%b[ \t]{1,24}[^ \t\r\n]" % ADDRESS
)
_ROW = rb"(?=[ \t]{0,8}0[xX0])%b[ \t]{1,24}[^ \t\r\n]|[ \t]{1,8}[0-9A-Fa-f]{4,22}[ \t]{1,8}[0-9A-Fa-f]{4}" % ADDRESS
_OPENING = rb"(?=[*/]|[ \t]{0,32}+[>+|#d])%b(?=(?:%b){0,2}(?:%b))|(?=[0 \t])(?:%b)" % (_PREFIX, _PREFIX, _ENCODED, _ROW)
# The first one may be behind something else, without the blanks before this one.
_SECOND_ROW = rb"[ \t]{0,8}%b[ \t]{1,24}[^ \t\r\n]" % SECOND_OFFSET
_FOLDED = rb"[ \t](?=[ \t]{0,31}[0-9A-Za-z+/_=-])(?:(?<=[0-9A-Za-z+/_-]{24}\n.)|(?<=[0-9A-Za-z+/_-]{24}\r\n.))"
_HERE = lazy_pattern(_OPENING)
# What is folded may go on with a plus sign, which is a prefix.
_NEXT = lazy_pattern(rb"\n(?:((?=%b))|(%b)|(?=%b))" % (_SECOND_ROW, _FOLDED, _OPENING))
# Most text has nothing like it.
_MAYBE = lazy_pattern(rb"\n[>+|#*/d0 \t]")
_BEGINS_BLOCK = lazy_pattern(
    rb"%b|[ \t]{0,8}0|[ \t]{1,8}[0-9A-Fa-f]{0,22}(?:\Z|[ \t]{1,8}[0-9A-Fa-f]{0,3}(?:\Z|[0-9A-Fa-f]))" % _PREFIX
)
_FIRST_ROW = lazy_pattern(rb"0{4,16}:?[ \t]{1,4}")
# The last characters of a line, with its end.
_LONGEST_END = 26
_LONG_WORD = lazy_pattern(rb"(?:[0-9A-Za-z+/_-]{24}|\A[0-9A-Za-z+/_-]{1,24})\r?\n?\Z")


def may_have_block(data: bytes | bytearray) -> bool:
    """Whether a block may begin in this text, with its first line if nothing is encoded in that."""
    return _next_line(data, 0) >= 0


def begins_or_has_block(data: bytes | bytearray) -> bool:
    """Whether a block may begin in this text, which is complete, with any of its lines but the last one."""
    return b"\n" in data and (_HERE.match(data) is not None or may_have_block(data))


def _next_line(data: bytes | bytearray, start: int) -> int:
    """The offset from `start` on of the next line break behind which a block may begin; -1 if there is none."""
    compiled = core()
    if compiled is None:
        found = _MAYBE.search(data, start)
        return found.start() if found else -1
    return int(compiled.line_block(pointer(data), ctypes.c_uint64(len(data)), ctypes.c_uint64(start)))


class LineBlockFinder:
    """Finds blocks in text, and reads what they hold."""

    __slots__ = (
        *("_block", "_contents", "_findings", "_is_certain", "_layers"),
        *("_pending", "_reader", "_values", "_within_line"),
    )

    def __init__(self, findings: Findings, layers: Layers, reader: ReaderFactory) -> None:
        self._findings = findings
        self._layers = layers
        self._reader = reader
        self._block: Block | None = None
        self._is_certain = False
        # What a block holds, in each of its readings.
        self._contents: list[Boundaries] = []
        # If it certainly is a dump, the value of each reading, which counts if nobody can read any of them.
        self._values: list[CodedValue] = []
        # The last lines, with which a block may begin or go on; whether the next bytes are within a line to be skipped.
        self._pending: SmallByteQueue | None = None
        self._within_line = False

    def feed(self, data: bytes | bytearray, origin: Origin) -> None:
        """Read the next bytes."""
        at, ahead = 0, 1
        # Joining all of a long piece takes time: most of what is kept begins nothing, as the next lines show.
        while self._pending and at < len(data):
            end, ahead = data.find(b"\n", at + ahead) + 1 or len(data), 8 * ahead
            self._pending.add(data[at:end], origin.after(at))
            pending, self._pending = self._pending, None
            self._read(*pending.take(), last=False)
            at = end
        if at < len(data):
            self._read(data[at:] if at else data, origin.after(at), last=False)

    def _read(self, data: bytes | bytearray, origin: Origin, *, last: bool) -> None:
        at = 0
        if self._within_line:
            at = data.find(b"\n") + 1
            if not at:
                return
            self._within_line = False
        goes_on = True
        while goes_on and at < len(data):
            at, goes_on = (self._lines if self._block else self._find)(data, origin, at, last)
        if at < len(data):
            self._pending = SmallByteQueue()
            self._pending.add(data[at:], origin.after(at))

    # ---- each returns the offset to continue from, and whether that is possible before more bytes arrive

    def _find(self, data: bytes | bytearray, _: Origin, at: int, last: bool) -> tuple[int, bool]:
        """Look for a block."""
        begins, place = (at, at) if _HERE.match(data, at) else self._candidate(data, at, at)
        while begins >= 0:
            second = data.find(b"\n", begins, begins + _LONGEST) + 1
            ends = data.find(b"\n", second, second + _LONGEST) + 1 if second else 0
            if not ends and not last and len(data) - (second or begins) < _LONGEST:
                return begins, False
            for block in _BLOCKS if second else ():
                if block.begins(data, begins, second, ends or len(data)):
                    self._block, self._is_certain = block, block.is_certain(data, begins, second)
                    return begins, True
            begins, place = self._candidate(data, place, at)
        return self._tail(data, at), False

    def _candidate(self, data: bytes | bytearray, place: int, at: int) -> tuple[int, int]:
        """The start of the next line from `at` on with which a block may begin, -1 if there is none; where to go on."""
        while (place := _next_line(data, place)) >= 0:
            if not self._findings.has_work(TO_TRY):
                break
            if found := _NEXT.match(data, place):
                before = max(data.rfind(b"\n", at, found.start()) + 1, at)
                # What is behind a prefix may have begun within the line before.
                is_second = found.lastindex is not None or _PREFIXED.match(data, before)
                return before if is_second else found.end(), found.end()
            place += 1
        return -1, len(data)

    def _tail(self, data: bytes | bytearray, at: int) -> int:
        """The start of the last lines that may begin a block: an incomplete one, and the one before it."""
        ends, is_whole = len(data), data.endswith(b"\n")
        begins = max(data.rfind(b"\n", at, ends - 1) + 1, at)
        if ends - begins >= _LONGEST:
            self._within_line = not is_whole
            return ends
        before = begins if is_whole else max(data.rfind(b"\n", at, max(begins - 1, at)) + 1, at)
        line = bytes(data[before:][:_LONGEST] if is_whole else data[before:begins])
        may_begin = (
            _BEGINS_BLOCK.match(line)
            or _LONG_WORD.search(line, max(len(line) - _LONGEST_END, 0))
            or _FIRST_ROW.search(line)
        )
        if may_begin and len(line) < _LONGEST:
            return before
        return ends if is_whole else begins

    def _lines(self, data: bytes | bytearray, origin: Origin, at: int, last: bool) -> tuple[int, bool]:
        """Take the lines of a block apart."""
        held: list[bytes] = []
        parts: list[tuple[int, int, int]] = []
        block, length = self._block, 0
        while block and at < len(data):
            end = data.find(b"\n", at, at + _LONGEST) + 1
            if not end and not last and len(data) - at < _LONGEST:
                break
            end = end or min(at + _LONGEST, len(data))
            line = (block.line if self._contents or held else block.opening).match(data, at, end)
            if not line:
                self._block = None
                break
            parts.append((length, *line.span(1)))
            held.append(line[1])
            length += len(block.readings[0](line[1]))
            at = end
        self._findings.work.left -= TO_JOIN * len(held)
        if block and held:
            self._deliver(block, held, origin.derived(parts), [start for start, _, _ in parts])
        if not self._block:
            self._close_contents()
        return at, not self._block

    def _deliver(self, block: Block, held: list[bytes], origin: Origin, lines: list[int]) -> None:
        if not self._contents:
            guess = speculative(self._findings)
            if not may_nest(guess, self._layers) or not may_read_again(guess, self._layers, TO_BEGIN):
                return
            layers = (*self._layers, block.layer)
            if self._is_certain:
                self._values = [CodedValue(self._findings, layers, is_marked, bytes) for _ in block.readings]
            read = [each.findings for each in self._values] if self._values else [guess for _ in block.readings]
            self._contents = [Boundaries(findings, layers, self._reader) for findings in read]
        for number, (content, reading) in enumerate(zip(self._contents, block.readings, strict=True)):
            out = b"".join(map(reading, held))
            if self._values:
                self._values[number].add(out, len(out))
            # The bytes of a dump are nowhere else; of other lines, only what was across two of them.
            content.feed(out, origin, range(len(out)) if block.last else lines)

    def _close_contents(self) -> None:
        for content in self._contents:
            content.close()
        if self._values and all(value.findings.is_opaque for value in self._values):
            self._values[0].close()
        self._contents, self._values = [], []

    def gap(self, _: int) -> None:
        """Bytes are missing here, which ends a block."""
        self.close()
        self._within_line = True

    def close(self) -> None:
        """No more bytes follow."""
        if self._pending:
            data, origin = self._pending.take()
            self._pending = None
            self._read(data, origin, last=True)
        self._pending = None
        self._close_contents()
        self._block = None
