"""Compressed content, decompressed as it comes: each byte of the output keeps the frame that made it readable."""

from __future__ import annotations

from enum import Enum, auto
from functools import partial
from typing import TYPE_CHECKING

from overheard.words.layer import Layers
from overheard_capture.content.content import Content, SearchScope
from overheard_capture.content.findings import ReaderFactory, Reason
from overheard_capture.content.nesting import speculative
from overheard_capture.decoders.compression.deflate import CorruptError, TooLargeError
from overheard_capture.decoders.compression.formats import CompressionFormat
from overheard_capture.decoders.compression.output import ROOM, Output
from overheard_capture.decoders.compression.replay import Replay
from overheard_capture.provenance.by_frame import FrameAligner
from overheard_capture.provenance.queue import ByteQueue

if TYPE_CHECKING:
    from overheard_capture.content.findings import Findings
    from overheard_capture.decoders.compression.deflate import Decompressor
    from overheard_capture.provenance.by_frame import Part
    from overheard_capture.provenance.origin import Bytes, Origin

# The input of one step. Damage costs at most what would have come out of the step that it is in.
_STEP = 4 << 10


class _State(Enum):
    """What the next byte is part of."""

    MEMBER = auto()  # a compressed stream; a file may hold several, one after the other
    BETWEEN = auto()  # what follows a member: held until it tells whether another member begins
    REST = auto()  # what is not compressed like this: another reader has it
    GIVEN_UP = auto()  # nothing that is read: bytes are missing before it, or a limit was reached


# In these states the bytes are for this reader.
_OWN = (_State.MEMBER, _State.BETWEEN)


class CompressedReader:
    """Decompresses one content, in the first of several formats that fits."""

    def __init__(
        self,
        findings: Findings,
        layers: Layers,
        formats: tuple[CompressionFormat, ...],
        reader: ReaderFactory | None,
        rest: ReaderFactory,
    ) -> None:
        self._findings = findings
        self._layers = layers
        # The format that is tried, and those still to be tried.
        self._formats = formats
        self._reader = reader
        self._rest_reader = rest
        self._by_frame = FrameAligner(self._take)
        self._decompressor: Decompressor = formats[0].make()
        self._history = Replay()
        self._output = Output(findings, layers)
        self._state = _State.MEMBER
        self._held = ByteQueue()
        self._rest: Content | None = None

    def feed(self, data: Bytes, origin: Origin) -> None:
        """Decompress what is complete."""
        if self._state is not _State.GIVEN_UP:
            self._by_frame.feed(data, origin)

    def gap(self, length: int) -> None:
        """Give up: nothing that follows can be decompressed."""
        self._by_frame.flush()
        if self._rest:
            self._rest.gap(length)
        elif self._state is not _State.GIVEN_UP:
            self._give_up(Reason.GAP, "with bytes missing")

    def close(self) -> None:
        """There is no more to come."""
        self._by_frame.flush()
        if len(self._held):
            self._begin_rest(*self._held.take(len(self._held)))
        if self._state is _State.MEMBER and self._output.started and not self._decompressor.endless:
            self._unread(Reason.DAMAGED, "that breaks off before its end")
        self._output.close()
        if self._rest:
            self._rest.close()

    def _give_up(self, why: Reason, what: str) -> None:
        self._unread(why, what)
        self._state = _State.GIVEN_UP

    def _unread(self, why: Reason, what: str) -> None:
        self._findings.report_unread(why, f"{self._formats[0].layer} {what}", self._layers)

    # ---- step by step

    def _take(self, data: Bytes, origin: Origin, parts: list[Part]) -> None:
        whole = memoryview(data)
        at = self._read(whole, origin, parts)
        if self._rest:
            self._rest.feed(whole[at:], origin.after(at))
        self._output.deliver(origin)

    def _read(self, data: memoryview, origin: Origin, parts: list[Part]) -> int:
        """Read all that is for this reader, and return where that ends."""
        for begin, end in parts:
            for at in range(begin, end, _STEP):
                if self._state not in _OWN:
                    return at
                ends = min(at + _STEP, end)
                self._step(data[at:ends], origin, (begin, end), ends)
        return len(data)

    def _step(self, data: Bytes, origin: Origin, part: Part, ends: int) -> None:
        """Read bytes of `part`, the last of which is before `ends`."""
        length = len(data)
        self._output.count(length)
        if self._output.spent():
            self._give_up(Reason.LIMIT, "behind others that unwrapped to too many times their size")
        while length and self._state in _OWN:
            at = max(ends - length, 0)
            if self._state is _State.BETWEEN:
                self._held.add(data, origin.after(at))
                data = self._next_member()
            else:
                data = self._decompress(data, origin, part, at)
            length = len(data)

    def _decompress(self, data: Bytes, origin: Origin, part: Part, at: int) -> Bytes:
        """Decompress the bytes at `at`, and return those after the end of the member."""
        decompressor, piece = self._decompressor, data
        while True:
            try:
                out = decompressor.inflate(piece, ROOM)
            except CorruptError as problem:
                return self._damaged(problem, data, origin, part, at)
            piece = b""
            if out and not self._write(out, origin, part):
                return b""
            if decompressor.ended:
                self._end_member()
                return decompressor.left
            if not decompressor.more:
                self._history.add(data)
                return b""

    def _write(self, out: bytes, origin: Origin, part: Part) -> bool:
        """Take in output, and return whether more of it is wanted."""
        output = self._output
        if not output.open(self._layers, self._formats[0].layer, self._reader):
            self._state = _State.GIVEN_UP
            return False
        output.add(out, origin, part)
        if not output.too_much():
            return True
        output.deliver(origin)
        self._give_up(Reason.LIMIT, "that unwraps to too many times its size")
        return False

    # ---- after a member

    def _end_member(self) -> None:
        self._state, self._history = _State.BETWEEN, Replay()

    def _next_member(self) -> Bytes:
        """Look at what follows a member: return another member, for it to be decompressed, or begin the rest."""
        held, form = self._held, self._formats[0]
        if form.padding and held.data.startswith(form.padding):
            held.drop(len(held) - len(held.data.lstrip(form.padding)))
        head = bytes(held.data[:8])
        if form.again and head.startswith(form.again):
            self._state, self._decompressor = _State.MEMBER, form.make()
            return held.take(len(held))[0]
        if head and not any(again.startswith(head) for again in form.again):
            self._begin_rest(*held.take(len(held)))
        return b""

    def _begin_rest(self, data: Bytes, origin: Origin, findings: Findings | None = None) -> None:
        """Hand these bytes, and all that follow, to another reader."""
        self._output.count(-len(data))
        self._state = _State.REST
        self._rest = Content(findings or self._findings, self._layers, self._rest_reader, SearchScope.NONE)
        self._rest.feed(data, origin)

    # ---- damage

    def _damaged(self, problem: CorruptError, data: Bytes, origin: Origin, part: Part, at: int) -> Bytes:
        """Try the next format, or read up to the damage. Return what follows the end of the member."""
        if not self._output.made and len(self._formats) > 1 and self._history.known:
            return self._decompress(self._try_next_format() + bytes(data), origin, part, at)
        if isinstance(problem, TooLargeError):
            self._give_up(Reason.LIMIT, "that takes too much memory")
            return b""
        read = self._salvage(data, origin, part) if self._history.known else 0
        if self._state is not _State.MEMBER:
            return data[read:]
        self._unread(Reason.DAMAGED, "that goes on as something else")
        self._begin_rest(data[read:], origin.after(at + read), speculative(self._findings))
        return b""

    def _try_next_format(self) -> bytes:
        """Begin anew, and return what has to be decompressed again."""
        before, self._history = self._history.joined, Replay()
        self._formats = self._formats[1:]
        self._decompressor = self._formats[0].make()
        return before

    def _salvage(self, data: Bytes, origin: Origin, part: Part) -> int:
        """Decompress byte by byte, up to the damage or to an end that was missed before it. Return where that is."""
        decompressor = self._history.again(self._formats[0].make())
        for place in range(len(data)):
            try:
                out = _all_of(decompressor, data[place : place + 1])
            except CorruptError:
                return place
            if out and not self._write(out, origin, part):
                return place
            if decompressor.ended:
                self._end_member()
                return place + 1
        return len(data)


def _all_of(decompressor: Decompressor, data: Bytes) -> bytes:
    """What comes out of `data`: all of it, as far as there is room."""
    out = decompressor.inflate(data, ROOM)
    while decompressor.more and len(out) < ROOM:
        out += decompressor.inflate(b"", ROOM)
    return out


def decompressing(
    formats: tuple[CompressionFormat, ...], reader: ReaderFactory | None, rest: ReaderFactory
) -> ReaderFactory:
    """A factory of readers that decompress content: `reader` reads the output, `rest` what follows the end."""
    return partial(CompressedReader, formats=formats, reader=reader, rest=rest)
