"""Inflates content as it comes, and says which frame made each byte readable."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from overheard.words.layer import LayerKind, Layers
from overheard_capture.content.content import Content, SearchScope
from overheard_capture.content.findings import ReaderFactory, Reason
from overheard_capture.content.nesting import inner, speculative
from overheard_capture.decoders.compression.deflate import CorruptError, TooLargeError
from overheard_capture.decoders.compression.formats import CompressionFormat
from overheard_capture.decoders.compression.replay import Replay
from overheard_capture.provenance.by_frame import FrameAligner
from overheard_capture.provenance.queue import ByteQueue

if TYPE_CHECKING:
    from overheard_capture.content.findings import Findings
    from overheard_capture.decoders.compression.deflate import Decompressor
    from overheard_capture.provenance.by_frame import Part
    from overheard_capture.provenance.origin import Bytes, Origin

# How much is made at a time, and of how much: what a piece is damaged in is lost as far as it was one piece.
_ROOM = 256 << 10
_STEP = 4 << 10
# How many times what one content is spared all of them together are.
_ALLOWANCE = 16


class CompressedReader:
    """Inflates one content of one of several kinds: the first that fits."""

    def __init__(
        self,
        findings: Findings,
        layers: Layers,
        kinds: tuple[CompressionFormat, ...],
        reader: ReaderFactory | None,
        rest: ReaderFactory,
    ) -> None:
        self._findings = findings
        self._layers = layers
        self._kinds = kinds
        self._reader = reader
        self._rest_reader = rest
        self._by_frame = FrameAligner(self._take)
        self._decompressor: Decompressor = kinds[0].make()
        self._history = Replay()
        self._outermost = all(layer.kind is not LayerKind.COMPRESSION for layer in layers)
        self._content: Content | None = None
        # What came out of what was handed in last, and which bytes of that each part of it came out of.
        self._out: list[bytes] = []
        self._parts: list[tuple[int, int, int]] = []
        self._made_now = self._made = self._came = 0
        # What follows an end, until it is long enough to tell whether another member begins.
        self._between: ByteQueue | None = None
        self._rest: Content | None = None
        self._given_up = False

    def feed(self, data: Bytes, origin: Origin) -> None:
        """Inflate what is complete."""
        if not self._given_up:
            self._by_frame.feed(data, origin)

    def gap(self, length: int) -> None:
        """Nothing that follows can be inflated."""
        self._by_frame.flush()
        if self._rest:
            self._rest.gap(length)
        elif not self._given_up:
            self._findings.unread(Reason.GAP, self._words("with bytes missing"), self._layers)
            self._given_up = True

    def close(self) -> None:
        """There is no more to come."""
        self._by_frame.flush()
        if self._between and len(self._between):
            self._begin_rest(*self._between.take(len(self._between)))
        over = self._given_up or self._rest or self._between is not None or self._decompressor.endless
        if self._came and not over:
            self._findings.unread(Reason.DAMAGED, self._words("that breaks off before its end"), self._layers)
        for content in (self._content, self._rest):
            if content:
                content.close()

    def _words(self, what: str) -> str:
        return f"{self._kinds[0].layer} {what}"

    # ---- one part after the other

    def _take(self, data: Bytes, origin: Origin, parts: list[Part]) -> None:
        whole = memoryview(data)
        for begin, end in parts:
            for at in range(begin, end, _STEP):
                if self._rest:
                    self._rest.feed(whole[at:], origin.after(at))
                    self._deliver(origin)
                    return
                if self._given_up:
                    return
                ends = min(at + _STEP, end)
                self._piece(whole[at:ends], origin, (begin, end), ends)
        self._deliver(origin)

    def _piece(self, data: Bytes, origin: Origin, part: Part, ends: int) -> None:
        """Inflate bytes of `part`, which go up to `ends`."""
        length = len(data)
        self._count(length)
        if self._spent():
            self._give_up(Reason.LIMIT, "behind others that unwrapped to too many times their size")
            return
        while length and not self._given_up and not self._rest:
            at = max(ends - length, 0)
            if self._between is not None:
                self._between.add(data, origin.after(at))
                data = self._look_between()
            else:
                data = self._inflate(data, origin, part, at)
            length = len(data)

    def _count(self, length: int) -> None:
        self._came += length
        if self._outermost:
            self._findings.budget.came += length

    def _inflate(self, data: Bytes, origin: Origin, part: Part, at: int) -> Bytes:
        """Inflate the bytes at `at`. What is behind the end is left over."""
        decompressor, piece = self._decompressor, data
        while True:
            try:
                out = decompressor.inflate(piece, _ROOM)
            except CorruptError as problem:
                return self._damaged(problem, data, origin, part, at)
            piece = b""
            if out and not self._wrote(out, origin, part):
                return b""
            if decompressor.ended:
                self._between, self._history = ByteQueue(), Replay()
                return decompressor.left
            if not decompressor.more:
                self._history.add(data)
                return b""

    def _wrote(self, out: bytes, origin: Origin, part: Part) -> bool:
        """Take in what came out. Whether there may be more of it."""
        if not self._content and not self._open():
            return False
        length = len(out)
        self._parts.append((self._made_now, *part))
        self._out.append(out)
        self._made_now += length
        self._made += length
        self._findings.budget.made += length
        if self._made_now >= _ROOM:
            self._deliver(origin)
        if self._too_much():
            self._deliver(origin)
            self._give_up(Reason.LIMIT, "that unwraps to too many times its size")
        return not self._given_up

    def _too_much(self) -> bool:
        limits, made = self._findings.limits, self._made
        return (made > limits.spared and made > limits.ratio * self._came) or self._spent()

    def _spent(self) -> bool:
        """Whether all that was inflated so far is too much."""
        limits, budget = self._findings.limits, self._findings.budget
        return budget.made > _ALLOWANCE * limits.spared + limits.ratio * budget.came

    def _open(self) -> bool:
        self._content = inner(self._findings, self._layers, self._kinds[0].layer, self._reader)
        self._given_up = self._content is None
        return not self._given_up

    def _deliver(self, origin: Origin) -> None:
        if self._out and self._content:
            data = self._out[0] if len(self._out) == 1 else b"".join(self._out)
            self._content.feed(data, origin.derived(self._parts))
        self._out, self._parts, self._made_now = [], [], 0

    def _give_up(self, why: Reason, what: str) -> None:
        self._findings.unread(why, self._words(what), self._layers)
        self._given_up = True

    # ---- behind an end

    def _look_between(self) -> Bytes:
        """What follows an end: another member, which is left to be inflated, or something else."""
        waiting, kind = self._between or ByteQueue(), self._kinds[0]
        if kind.padding and waiting.data.startswith(kind.padding):
            waiting.drop(len(waiting) - len(waiting.data.lstrip(kind.padding)))
        held = bytes(waiting.data[:8])
        if kind.again and held.startswith(kind.again):
            data, _ = waiting.take(len(waiting))
            self._between, self._decompressor = None, kind.make()
            return data
        if held and not any(again.startswith(held) for again in kind.again):
            self._begin_rest(*waiting.take(len(waiting)))
        return b""

    def _begin_rest(self, data: Bytes, origin: Origin, findings: Findings | None = None) -> None:
        """Let somebody else read what is none of this."""
        self._count(-len(data))
        self._rest = Content(findings or self._findings, self._layers, self._rest_reader, SearchScope.NONE)
        self._rest.feed(data, origin)

    # ---- damage

    def _damaged(self, problem: CorruptError, data: Bytes, origin: Origin, part: Part, at: int) -> Bytes:
        """Try what else it may be; else save what can be read before the damage. What is behind an end is left over."""
        if not self._made and len(self._kinds) > 1 and self._history.known:
            self._kinds = self._kinds[1:]
            self._decompressor = self._kinds[0].make()
            before, self._history = self._history, Replay()
            return self._inflate(before.joined + bytes(data), origin, part, at)
        if isinstance(problem, TooLargeError):
            self._give_up(Reason.LIMIT, "that takes too much memory")
            return b""
        read = self._save(data, origin, part) if self._history.known else 0
        if self._between is None and not self._given_up:
            self._findings.unread(Reason.DAMAGED, self._words("that goes on as something else"), self._layers)
            self._begin_rest(data[read:], origin.after(at + read), speculative(self._findings))
            return b""
        return data[read:]

    def _save(self, data: Bytes, origin: Origin, part: Part) -> int:
        """Inflate once more, byte by byte, up to the damage, or up to an end that was not noticed. How far that is."""
        decompressor = self._history.again(self._kinds[0].make())
        for place in range(len(data)):
            try:
                out = decompressor.inflate(data[place : place + 1], _ROOM)
                while decompressor.more and len(out) < _ROOM:
                    out += decompressor.inflate(b"", _ROOM)
            except CorruptError:
                return place
            if out and not self._wrote(out, origin, part):
                return place
            if decompressor.ended:
                self._between, self._history = ByteQueue(), Replay()
                return place + 1
        return len(data)


def decompressing(
    kinds: tuple[CompressionFormat, ...], reader: ReaderFactory | None, rest: ReaderFactory
) -> ReaderFactory:
    """A factory of readers that inflate, and hand on what comes out to another reader.

    `rest` makes a reader of what follows the end.
    """
    return partial(CompressedReader, kinds=kinds, reader=reader, rest=rest)
