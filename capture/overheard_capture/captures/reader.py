"""Capture reader: the frames of several files in sequence, read in chunks of bounded size."""

from __future__ import annotations

from dataclasses import dataclass, field
from operator import itemgetter
from typing import TYPE_CHECKING

from overheard.words.errors import UnreadableError
from overheard.words.named_tuple import NamedTuple
from overheard_capture.captures.capture_format import (
    CaptureFormat,
    IncompleteError,
    MalformedError,
    NextHeaderError,
    NonPacketBlocks,
)
from overheard_capture.captures.headers import PCAP_MAGICS, PCAPNG_MAGIC
from overheard_capture.captures.inputs import display_name, is_single_pass, open_input, stored_size
from overheard_capture.captures.pcap import Pcap

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

    from overheard_capture.captures.frame import Frame

# The size of a pcap file header, below which no file is a capture.
_MIN_CAPTURE = 24
# By so many bytes it is recognised what a file is.
_HEAD = 1024


@dataclass
class FileFacts:
    """Facts about the files, up to what has been read so far.

    `unpacked` counts bytes after decompression, `stored` bytes on disk. `dropped` is the number of dropped packets that
    the recorders report; None before the end, or if one reports none. `damaged_files` has the name of each damaged file
    and a description. `frame_offsets` has, for each file, the number of the last frame before it.
    """

    files: tuple[str, ...]
    frames: int = 0
    unpacked: int = 0
    stored: int = 0
    dropped: int | None = None
    damaged_files: list[tuple[str, str]] = field(default_factory=list)
    frame_offsets: list[int] = field(default_factory=list)
    non_packets: NonPacketBlocks = field(default_factory=NonPacketBlocks)

    @property
    def damage(self) -> str:
        """A description of the first damage; empty if no file is damaged."""
        return ": ".join(self.damaged_files[0]) if self.damaged_files else ""

    @property
    def key_logs(self) -> list[bytes]:
        """The TLS key logs embedded in the files."""
        return self.non_packets.key_logs

    @property
    def skipped(self) -> Counter[str]:
        """The number of skipped blocks, by type."""
        return self.non_packets.skipped

    def place(self, frame: int) -> tuple[str, int]:
        """The name of the file that contains a frame, and the frame's number in that file."""
        index = sum(number < frame for number in self.frame_offsets) - 1
        return self.files[index], frame - self.frame_offsets[index]


class Chunk:
    """A chunk of a file. The bytes from `at` to `end` of `view` are unread.

    A caller calls `record` until `exhausted`, and keeps nothing of `view`. It may also parse plain packets itself (see
    `Layout`), if it advances `at` and `format.number`. The header of a pcap file has been read already.
    """

    __slots__ = ("at", "end", "error", "exhausted", "format", "view")

    def __init__(self, capture_format: CaptureFormat, view: memoryview, end: int) -> None:
        self.format, self.view, self.at, self.end = capture_format, view, 0, end
        self.exhausted = False
        self.error: IncompleteError | MalformedError | NextHeaderError | None = None

    def record(self) -> Frame | None:
        """Read one record. Returns its frame if it is a packet; sets `exhausted` if no complete record is left."""
        if self.at >= self.end:
            self.exhausted = True
            return None
        try:
            self.at, frame = self.format.record(self.view, self.at, self.end)
        except (IncompleteError, MalformedError, NextHeaderError) as error:
            self.exhausted, self.error = True, error
            return None
        return frame


class CaptureReader:
    """Reads files in the given order; see `order_by_time` for ring buffers. `-` is standard input.

    Frame numbers continue from file to file. Reading raises UnreadableError for a file that is empty or not a capture,
    before any frame is yielded if possible. Frames before damage are kept, and so are the files after a
    damaged one. Several files are first opened once to check them, unless `order_by_time` has `checked` them.
    """

    def __init__(self, paths: Iterable[Path | str], *, chunk: int = 4 * 1024 * 1024, checked: bool = False) -> None:
        self._paths, self._chunk, self._checked = list(paths), chunk, checked
        self.facts = FileFacts(tuple(map(display_name, self._paths)))

    def frames(self) -> Iterator[Frame]:
        """All frames."""
        for chunk in self.chunks():
            while not chunk.exhausted:
                frame = chunk.record()
                if frame is not None:
                    yield frame

    def chunks(self) -> Iterator[Chunk]:
        """The chunks of all files, in reused memory. Each must be read until it is exhausted."""
        # A single file is checked when it is opened.
        if len(self._paths) > 1 and not self._checked:
            self._check()
        reported: list[int | None] = []
        for path in self._paths:
            reading = _OpenFile(path, self.facts, self._chunk)
            self.facts.frame_offsets.append(self.facts.frames)
            try:
                yield from reading.chunks()
            finally:
                reading.close()
            reported.append(None if reading.damage else reading.dropped)
        counts = [count for count in reported if count is not None]
        self.facts.dropped = sum(counts) if counts and len(counts) == len(reported) else None

    def _check(self) -> None:
        for path in self._paths:
            if not is_single_pass(path):
                _OpenFile(path, self.facts, _MIN_CAPTURE).close()


class _OpenFile:
    """An open file, and the memory for one chunk of it."""

    def __init__(self, path: Path | str, facts: FileFacts, chunk: int) -> None:
        self._facts, self._source, self._name = facts, open_input(path), display_name(path)
        # No more memory than a small file fills.
        self._size = max(min(chunk, stored_size([path]) or chunk), _MIN_CAPTURE)
        self._view, self._filled = memoryview(bytearray(self._size)), 0
        self.damage = ""
        self._dropped: list[int | None] = []
        while self._filled < _MIN_CAPTURE and self._fill():
            pass
        try:
            self.format = self._format(bytes(self._view[: self._filled][:_HEAD]))
        except UnreadableError:
            self.close()
            raise

    def _format(self, head: bytes) -> CaptureFormat:
        magic = head[:4]
        if magic == PCAPNG_MAGIC:
            from overheard_capture.captures.pcapng import Pcapng  # noqa: PLC0415  (the files of a scan have one format)

            return Pcapng(self._facts.frames, self._facts.non_packets)
        if magic in PCAP_MAGICS:
            return Pcap(self._facts.frames, self._facts.non_packets)
        if self._source.damage and self._filled < _MIN_CAPTURE:
            raise UnreadableError(f"{self._name} cannot be read: {self._source.damage}")
        if not magic:
            raise UnreadableError(f"{self._name} is empty", hint="a recorder that was killed leaves an empty file")
        from overheard_capture.captures.not_captures import kind_of  # noqa: PLC0415

        if kind := kind_of(head):
            raise UnreadableError(f"{self._name} is {kind.what}, and no capture", hint=kind.hint)
        hint = "record with dumpcap or tcpdump, or convert with editcap -F pcapng"
        raise UnreadableError(f"{self._name} is not a pcap or pcapng file", hint=hint)

    def chunks(self) -> Iterator[Chunk]:
        """The chunks of the file."""
        stored = self._facts.stored
        while True:
            chunk = Chunk(self.format, self._view, self._filled)
            layout = self.format.layout
            if layout.kind == "pcap" and not layout.interfaces:
                # Callers that parse packets themselves do not parse the file header.
                chunk.record()
            yield chunk
            self._facts.frames = self.format.number
            self._facts.unpacked += chunk.at
            self._facts.stored = stored + self._source.stored
            if isinstance(chunk.error, MalformedError):
                self.damage = str(chunk.error)
                break
            self._keep(chunk)
            if isinstance(chunk.error, NextHeaderError):
                self._begin_next()
                continue
            if not self._fill():
                self.damage = self._source.damage or self._truncation(chunk)
                break
        if self.damage:
            self._facts.damaged_files.append((self._name, self.damage))

    def _begin_next(self) -> None:
        """Another capture follows in the same file: go on with its format."""
        self._dropped.append(self.format.dropped)
        base = self.format.base
        self.format = self._format(bytes(self._view[:4]))
        self.format.base = base

    @property
    def dropped(self) -> int | None:
        """The number of dropped packets that the recorders of all captures in the file report; None if one does not."""
        counts = [*self._dropped, self.format.dropped]
        return None if None in counts else sum(filter(None, counts))

    def _keep(self, chunk: Chunk) -> None:
        """Move unread bytes to the front, and enlarge the memory for a record that does not fit."""
        rest = chunk.end - chunk.at
        size = max(self._size, chunk.error.needed if isinstance(chunk.error, IncompleteError) else 0)
        old = self._view
        if size != len(old):
            self._view = memoryview(bytearray(size))
        if chunk.at or size != len(old):
            self._view[:rest] = old[chunk.at : chunk.end]
        self._filled = rest
        self.format.base += chunk.at

    def _fill(self) -> bool:
        count = self._source.readinto(self._view[self._filled :])
        self._filled += count
        return count > 0

    def _truncation(self, chunk: Chunk) -> str:
        if not isinstance(chunk.error, IncompleteError):
            return ""
        return f"it is truncated inside {chunk.error.what} at byte {self.format.base}"

    def close(self) -> None:
        """Close the file."""
        self._source.close()


class OrderedFiles(NamedTuple):
    """Files in reading order; `problem` is the error of the first one that is not a capture."""

    paths: list[Path | str]
    problem: UnreadableError | None


def order_by_time(paths: Sequence[Path | str]) -> OrderedFiles:
    """Files in the order of their first timestamps, as a ring buffer of files requires. Each is opened and checked.

    The order is unchanged if an input can be read only once, as a pipe. A single file is not opened.
    """
    if len(paths) == 1:
        return OrderedFiles(list(paths), None)
    begins, problem = list[float](), None
    for path in paths:
        try:
            begins.append(float("inf") if is_single_pass(path) else _first_time(path))
        except UnreadableError as error:
            begins.append(float("inf"))
            problem = problem or error
    if any(map(is_single_pass, paths)):
        return OrderedFiles(list(paths), problem)
    return OrderedFiles([path for _, path in sorted(zip(begins, paths, strict=True), key=itemgetter(0))], problem)


def _first_time(path: Path | str) -> float:
    return next((frame.time for frame in CaptureReader([path], chunk=65_536).frames()), float("inf"))


class WholeCapture(NamedTuple):
    """A whole capture in memory.

    `dropped` is the number of dropped packets that the recorder reports; None if it reports none, or did not close the
    file. `damage` describes where and how the file is damaged; it is empty if it is not.
    """

    frames: list[Frame]
    dropped: int | None
    damage: str


def read(path: Path) -> WholeCapture:
    """Read a whole file; frames before damage are kept. Raises UnreadableError if it is not a capture."""
    reader = CaptureReader([path])
    frames = list(reader.frames())
    return WholeCapture(frames, reader.facts.dropped, "".join(words for _, words in reader.facts.damaged_files))
