"""Messages in a stream of unknown protocol, for `messages` to join: its lines, or its segments if it has no lines."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

from overheard_capture.content.findings import MessageKind
from overheard_capture.decoders.fallback import Fallback
from overheard_capture.decoders.message_values import LONGEST, shape
from overheard_capture.decoders.terminal import TappedReader
from overheard_capture.provenance.queue import ByteQueue
from overheard_capture.provenance.small_queue import SmallByteQueue

if TYPE_CHECKING:
    from overheard.words.layer import Layers
    from overheard_capture.content.findings import Findings, MessageSink
    from overheard_capture.content.readers import Reader
    from overheard_capture.provenance.origin import Bytes, Origin

# What is sent as it is typed or made comes in small segments. Of anything else, only so many bytes are taken for
# messages.
_SMALL, _FREE = 512, 4 << 10
# Of blocks of this size, so many segments show whether they are messages of a few letters: many begin alike and have
# nearly the same length, which text has not.
_BLOCK, _SAMPLES, _ALIKE = 16 << 10, 32, 8


def unknown_stream(findings: Findings, layers: Layers) -> Reader:
    """A reader of a direction of unknown protocol."""
    reader: Reader = Fallback(findings, layers)
    if findings.messages:
        reader = MessageStream(reader, findings.messages, layers)
    return reader if findings.search.secrets else TappedReader(reader, findings, layers)


def _has_messages(data: Bytes, origin: Origin) -> bool:
    """Whether a block of many segments may have messages of a few letters."""
    sizes: dict[bytes, list[int]] = {}
    for at in range(0, len(data), len(data) // _SAMPLES):
        start, end = origin.segment(at, len(data))
        if 0 < end - start <= _SMALL:
            sizes.setdefault(shape(bytes(data[start : start + 2])), []).append(end - start)
    return any(
        sum(abs(size - sorted(alike)[len(alike) // 2]) <= _ALIKE for size in alike) > len(alike) // 2
        for alike in sizes.values()
        if len(alike) >= _ALIKE
    )


class MessageStream:
    """Reads a direction with another reader, and takes messages from it."""

    def __init__(self, reader: Reader, messages: MessageSink, layers: Layers) -> None:
        self._reader = reader
        self._messages = messages
        self._layers = layers
        # The segment that has begun, and its frame.
        self._segment = SmallByteQueue()
        self._frame = 0
        # The message that has begun; and as long as there was no line, where segments of it begin.
        self._pending = ByteQueue()
        self._starts: list[int] = []
        self._has_lines: bool | None = None
        self._too_long = False
        self._free = _FREE

    def feed(self, data: Bytes, origin: Origin) -> None:
        """Read the next bytes."""
        self._reader.feed(data, origin)
        if len(data) >= _BLOCK and not _has_messages(data, origin):
            self._read_segments(data[: self._free], origin)
            self._lose()
        else:
            self._read_segments(data, origin)

    def _read_segments(self, data: Bytes, origin: Origin) -> None:
        for start, end in origin.split_at_frames(0, len(data)):
            if (frame := origin.frame(start)) != self._frame:
                self._end_segment()
                self._frame = frame
            if end == len(data) or self._segment:
                self._segment.add(data[start:end], origin.after(start))
            else:
                self._read(bytes(data[start:end]), origin, start)

    def _end_segment(self) -> None:
        if self._segment:
            self._read(*self._segment.take(), 0)

    def _read(self, segment: bytes, origin: Origin, at: int) -> None:
        """A segment, which is at `at` of the bytes with this origin."""
        self._free = max(self._free - len(segment), 0)
        if len(segment) > _SMALL and not self._free:
            self._lose()
            return
        ended = segment.find(b"\n") + 1
        if self._has_lines is None:
            self._starts.append(len(self._pending))
            self._has_lines = True if ended else None
        if self._has_lines is False:
            self._add(segment, origin, at)
            return
        start = 0
        if self._pending or self._too_long:
            start = ended or len(segment)
            self._pending.add(segment[:start], origin.after(at))
            if ended:
                self._add(*self._pending.take(len(self._pending)), 0)
                ended = segment.find(b"\n", start) + 1
        while ended:
            self._add(segment[start:ended], origin, at + start)
            start, ended = ended, segment.find(b"\n", ended) + 1
        self._pending.add(segment[start:], origin.after(at + start))
        if len(self._pending) > LONGEST:
            self._lose()

    def _add(self, message: bytes, origin: Origin, at: int) -> None:
        """A message, at `at` of the bytes with this origin."""
        text = message.rstrip(b"\r\n")
        if 0 < len(text) <= LONGEST and not self._too_long:
            self._messages.add(text, origin.place(at, len(text)), self._layers, MessageKind.LINE)
        self._too_long = False

    def _lose(self) -> None:
        """The line that has begun is too long, or not all of it is there; or there are no lines."""
        if self._has_lines is None:
            self._has_lines = False
            self._end_message()
        self._pending.drop(len(self._pending))
        self._too_long = self._has_lines

    def _end_message(self) -> None:
        """Take what is pending for a message, or each segment in it for one."""
        data, origin = self._pending.take(len(self._pending))
        starts = [0] if self._has_lines else self._starts
        for start, end in itertools.pairwise([*starts, len(data)]):
            self._add(data[start:end], origin, start)
        self._starts = []

    def gap(self, length: int) -> None:
        """`length` bytes are missing here."""
        self._reader.gap(length)
        self._end_segment()
        self._lose()

    def close(self) -> None:
        """The direction has ended."""
        self._reader.close()
        self._end_segment()
        self._end_message()
