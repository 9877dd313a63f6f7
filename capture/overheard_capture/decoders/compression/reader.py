"""Compressed content, decompressed as it arrives. Each output byte has the origin of the input that completed it."""

from __future__ import annotations

from enum import Enum, auto
from functools import partial
from typing import TYPE_CHECKING

from overheard.words.layer import Layers
from overheard_capture.content.content import Content, SearchScope
from overheard_capture.content.findings import ReaderFactory, Reason
from overheard_capture.content.nesting import Unwrapping, may_nest, speculative
from overheard_capture.content.work import TO_DECODE
from overheard_capture.decoders.compression.deflate import CorruptError, TooLargeError
from overheard_capture.decoders.compression.formats import CompressionFormat
from overheard_capture.decoders.compression.output import BLOCK_SIZE, Output
from overheard_capture.decoders.compression.replay import Replay
from overheard_capture.provenance.by_frame import FrameAligner
from overheard_capture.provenance.queue import ByteQueue

if TYPE_CHECKING:
    from overheard_capture.content.findings import Findings
    from overheard_capture.decoders.compression.deflate import Decompressor
    from overheard_capture.provenance.by_frame import Part
    from overheard_capture.provenance.origin import Bytes, Origin

# The input of one step. If data is malformed, at most the output of one step is lost.
_STEP = 4 << 10


class _State(Enum):
    """What the next byte is part of."""

    MEMBER = auto()  # a compressed stream, of which a file may contain several
    AFTER_MEMBER = auto()  # bytes after a member, pending until it is known whether they begin another member
    REST = auto()  # bytes that are not in this format, and are read by another reader
    GIVEN_UP = auto()  # bytes that are not read, after a gap or an exceeded limit


# The states in which this reader reads the bytes.
_READING = (_State.MEMBER, _State.AFTER_MEMBER)


class CompressedReader:
    """Decompresses one content, in the first of several formats that matches."""

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
        # The current format, and those to try next.
        self._formats = formats
        self._reader = reader
        self._rest_reader = rest
        self._by_frame = FrameAligner(self._read_parts)
        self._decompressor: Decompressor = formats[0].make()
        self._replay = Replay()
        self._output = Output(findings, layers)
        self._state = _State.MEMBER
        self._pending = ByteQueue()
        self._rest: Content | None = None

    def feed(self, data: Bytes, origin: Origin) -> None:
        """Read the next bytes."""
        if self._state is not _State.GIVEN_UP:
            self._by_frame.feed(data, origin)

    def gap(self, length: int) -> None:
        """`length` bytes are missing here, after which nothing can be decompressed."""
        self._by_frame.flush()
        if self._rest:
            self._rest.gap(length)
        elif self._state is not _State.GIVEN_UP:
            self._give_up(Reason.GAP, "{} data with bytes missing")

    def close(self) -> None:
        """No more bytes follow."""
        self._by_frame.flush()
        if len(self._pending):
            self._begin_rest(*self._pending.take(len(self._pending)))
        if self._state is _State.MEMBER and self._output.has_input and self._decompressor.has_end_marker:
            self._unread(Reason.DAMAGED, "truncated {} data")
        self._output.close()
        if self._rest:
            self._rest.close()

    def _give_up(self, why: Reason, what: str) -> None:
        self._unread(why, what)
        self._state = _State.GIVEN_UP

    def _unread(self, why: Reason, what: str) -> None:
        """Report content that could not be read. `{}` in `what` stands for the name of the format."""
        self._findings.report_unread(why, what.format(self._formats[0].layer), self._layers)

    # ---- decompression

    def _read_parts(self, data: Bytes, origin: Origin, parts: list[Part]) -> None:
        view = memoryview(data)
        at = self._read(view, origin, parts)
        if self._rest:
            self._rest.feed(view[at:], origin.after(at))
        self._output.deliver(origin)

    def _read(self, data: memoryview, origin: Origin, parts: list[Part]) -> int:
        """Read up to the end of the compressed data. Returns the offset of that end."""
        for begin, end in parts:
            for at in range(begin, end, _STEP):
                if self._state not in _READING:
                    return at
                ends = min(at + _STEP, end)
                self._step(data[at:ends], origin, (begin, end), ends)
        return len(data)

    def _step(self, data: Bytes, origin: Origin, part: Part, ends: int) -> None:
        """Read bytes of `part` that end at `ends`."""
        length = len(data)
        self._output.count_input(length)
        if self._output.exceeds_budget():
            self._give_up(Reason.LIMIT, "{} data that exceeds the total decompression limit")
        while length and self._state in _READING:
            at = max(ends - length, 0)
            if self._state is _State.AFTER_MEMBER:
                self._pending.add(data, origin.after(at))
                data = self._next_member()
            else:
                data = self._decompress(data, origin, part, at)
            length = len(data)

    def _decompress(self, data: Bytes, origin: Origin, part: Part, at: int) -> Bytes:
        """Decompress the bytes at `at`. Returns those after the end of the member."""
        decompressor, piece = self._decompressor, data
        while True:
            try:
                out = decompressor.decompress(piece, BLOCK_SIZE)
            except CorruptError as problem:
                return self._recover(problem, data, origin, part, at)
            piece = b""
            if decompressor.fields:
                self._read_fields(origin, part)
            if out and not self._write(out, origin, part):
                return b""
            if decompressor.eof:
                self._end_member()
                return decompressor.unused_data
            if not decompressor.has_pending_output:
                self._replay.add(data)
                return b""

    def _read_fields(self, origin: Origin, part: Part) -> None:
        """Unwrap the optional fields of a header, such as a comment, once."""
        fields, self._decompressor.fields = self._decompressor.fields, []
        if self._reader and may_nest(self._findings, self._layers):
            inside = Unwrapping(self._findings, (*self._layers, self._formats[0].layer), self._reader)
            for field in fields:
                inside.read_field(field, origin.derived([(0, *part)]))

    def _write(self, out: bytes, origin: Origin, part: Part) -> bool:
        """Add output. Returns whether to continue."""
        output = self._output
        if not output.open(self._layers, self._formats[0].layer, self._reader):
            self._state = _State.GIVEN_UP
            return False
        output.add(out, origin, part)
        if not output.exceeds_limits():
            return True
        output.deliver(origin)
        self._give_up(Reason.LIMIT, "{} data that exceeds the decompression limit")
        return False

    # ---- after a member

    def _end_member(self) -> None:
        self._findings.work.left -= TO_DECODE
        self._state, self._replay = _State.AFTER_MEMBER, Replay()

    def _next_member(self) -> Bytes:
        """Begin another member if the pending bytes do, and return them; otherwise begin the rest."""
        pending, form = self._pending, self._formats[0]
        if form.padding and pending.data.startswith(form.padding):
            pending.drop(len(pending) - len(pending.data.lstrip(form.padding)))
        head = bytes(pending.data[:8])
        if form.member_magics and head.startswith(form.member_magics):
            self._state, self._decompressor = _State.MEMBER, form.make()
            return pending.take(len(pending))[0]
        if head and not any(magic.startswith(head) for magic in form.member_magics):
            self._begin_rest(*pending.take(len(pending)))
        return b""

    def _begin_rest(self, data: Bytes, origin: Origin, findings: Findings | None = None) -> None:
        """Feed these bytes, and all after them, to another reader."""
        self._output.count_input(-len(data))
        self._state = _State.REST
        self._rest = Content(findings or self._findings, self._layers, self._rest_reader, SearchScope.NONE)
        self._rest.feed(data, origin)

    # ---- malformed data

    def _recover(self, problem: CorruptError, data: Bytes, origin: Origin, part: Part, at: int) -> Bytes:
        """Try the next format, or read up to the malformed byte. Returns the bytes after the end of the member."""
        if not self._output.bytes_out and len(self._formats) > 1 and self._replay.complete:
            return self._decompress(self._try_next_format() + bytes(data), origin, part, at)
        if isinstance(problem, TooLargeError):
            self._give_up(Reason.LIMIT, "{} data that requires too much memory")
            return b""
        read = self._salvage(data, origin, part) if self._replay.complete else 0
        if self._state is not _State.MEMBER:
            return data[read:]
        self._unread(Reason.DAMAGED, "{} data followed by something else")
        self._begin_rest(data[read:], origin.after(at + read), speculative(self._findings))
        return b""

    def _try_next_format(self) -> bytes:
        """Switch to the next format. Returns the input so far, to be decompressed again."""
        data, self._replay = self._replay.data, Replay()
        self._formats = self._formats[1:]
        self._decompressor = self._formats[0].make()
        return data

    def _salvage(self, data: Bytes, origin: Origin, part: Part) -> int:
        """Decompress byte by byte, up to the malformed byte or the end of the member. Returns the offset of that."""
        decompressor = self._formats[0].make()
        self._replay.feed_to(decompressor)
        for at in range(len(data)):
            try:
                out = _decompress_all(decompressor, data[at : at + 1])
            except CorruptError:
                return at
            if out and not self._write(out, origin, part):
                return at
            if decompressor.eof:
                self._end_member()
                return at + 1
        return len(data)


def _decompress_all(decompressor: Decompressor, data: Bytes) -> bytes:
    """The output of `data`, up to about the size of a block."""
    out = decompressor.decompress(data, BLOCK_SIZE)
    while decompressor.has_pending_output and len(out) < BLOCK_SIZE:
        out += decompressor.decompress(b"", BLOCK_SIZE)
    return out


def decompressing(
    formats: tuple[CompressionFormat, ...], reader: ReaderFactory | None, rest: ReaderFactory
) -> ReaderFactory:
    """A factory of readers that decompress content: `reader` is for the output, `rest` for the bytes after the end."""
    return partial(CompressedReader, formats=formats, reader=reader, rest=rest)
