"""Reads the frames of files one after the other, in pieces of bounded size, up to where each ends or is damaged."""

from __future__ import annotations

from dataclasses import dataclass, field
from operator import itemgetter
from typing import TYPE_CHECKING, NamedTuple

from overheard.words.errors import UnreadableError
from overheard_capture.captures.container import Container, IncompleteError, MalformedError, NonPacketBlocks
from overheard_capture.captures.inputs import called, only_once, source
from overheard_capture.captures.pcap import MAGICS, Pcap
from overheard_capture.captures.pcapng import MAGIC, Pcapng

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

    from overheard_capture.captures.frame import Frame

# No capture is smaller than the header of a pcap file.
_SMALLEST = 24


@dataclass
class FileFacts:
    """What is known of the files so far.

    `unpacked` counts the bytes that were read of them, `stored` those that this took on disk. `dropped` is how many
    packets their recorders say they lost, and None before all was read, or where one does not say. `broken` has the
    files that are damaged, each with where and how. `before` has the number of the last frame before each file.
    """

    files: tuple[str, ...]
    frames: int = 0
    unpacked: int = 0
    stored: int = 0
    dropped: int | None = None
    broken: list[tuple[str, str]] = field(default_factory=list)
    before: list[int] = field(default_factory=list)
    aside: NonPacketBlocks = field(default_factory=NonPacketBlocks)

    @property
    def damage(self) -> str:
        """The first damage, in words; empty where every file ends as it should."""
        return ": ".join(self.broken[0]) if self.broken else ""

    @property
    def key_logs(self) -> list[bytes]:
        """The session keys of TLS that the files bring with them."""
        return self.aside.key_logs

    @property
    def passed_over(self) -> Counter[str]:
        """What stands in the files beside packets and was not read, by its kind."""
        return self.aside.passed_over

    def place(self, frame: int) -> tuple[str, int]:
        """The name of the file that a frame is in, and the frame's number in that file alone."""
        index = sum(number < frame for number in self.before) - 1
        return self.files[index], frame - self.before[index]


class Chunk:
    """A piece of a file: what stands from `at` to `end` of `view` is still to be read.

    Who reads it may walk on by itself, past plain packets alone (see `Layout`): then it sets `at`, and counts the
    frames in `container.number`. All else it leaves to `record`. It reads until `over`, and keeps nothing of `view`. Of
    a pcap file, the header has been read.
    """

    __slots__ = ("at", "container", "end", "over", "stopped", "view")

    def __init__(self, container: Container, view: memoryview, end: int) -> None:
        self.container, self.view, self.at, self.end = container, view, 0, end
        self.over = False
        self.stopped: IncompleteError | MalformedError | None = None

    def record(self) -> Frame | None:
        """Read one record, and return its frame if it is a packet; `over` is set where no whole one is left."""
        if self.at >= self.end:
            self.over = True
            return None
        try:
            self.at, frame = self.container.record(self.view, self.at, self.end)
        except (IncompleteError, MalformedError) as stopped:
            self.over, self.stopped = True, stopped
            return None
        return frame


class CaptureReader:
    """Reads files in the order given; see `ordered` for a ring. `-` is standard input.

    Frames are numbered on from file to file. It raises UnreadableError, if it can before anything else is read, for a
    file that is empty or no capture. What stands before damage is kept, and the files behind it are read. Of files that
    were `checked`, as `ordered` does, each is opened once; of several others, once more to be checked.
    """

    def __init__(self, paths: Iterable[Path | str], *, chunk: int = 4 * 1024 * 1024, checked: bool = False) -> None:
        self._paths, self._chunk, self._checked = list(paths), chunk, checked
        self.facts = FileFacts(tuple(map(called, self._paths)))

    def frames(self) -> Iterator[Frame]:
        """Every frame."""
        for chunk in self.chunks():
            while not chunk.over:
                frame = chunk.record()
                if frame is not None:
                    yield frame

    def chunks(self) -> Iterator[Chunk]:
        """The files piece by piece, all in the same memory; each must be read until it is over."""
        # A file alone is checked as it is opened to be read.
        if len(self._paths) > 1 and not self._checked:
            self._check()
        known: list[int | None] = []
        for path in self._paths:
            reading = _OpenFile(path, self.facts, self._chunk)
            self.facts.before.append(self.facts.frames)
            try:
                yield from reading.chunks()
            finally:
                reading.close()
            known.append(None if reading.damage else reading.container.dropped)
        counts = [count for count in known if count is not None]
        self.facts.dropped = sum(counts) if counts and len(counts) == len(known) else None

    def _check(self) -> None:
        for path in self._paths:
            if not only_once(path):
                _OpenFile(path, self.facts, _SMALLEST).close()


class _OpenFile:
    """One file that is being read: the memory for a piece of it, and what is in there."""

    def __init__(self, path: Path | str, facts: FileFacts, chunk: int) -> None:
        self._facts, self._source, self._name = facts, source(path), called(path)
        self._size = max(chunk, _SMALLEST)
        self._view, self._filled = memoryview(bytearray(self._size)), 0
        self.damage = ""
        while self._filled < _SMALLEST and self._fill():
            pass
        try:
            self.container = self._container(bytes(self._view[: self._filled][:4]))
        except UnreadableError:
            self.close()
            raise

    def _container(self, magic: bytes) -> Container:
        if magic == MAGIC:
            return Pcapng(self._facts.frames, self._facts.aside)
        if magic in MAGICS:
            return Pcap(self._facts.frames, self._facts.aside)
        if self._source.damage and self._filled < _SMALLEST:
            raise UnreadableError(f"{self._name} cannot be read: {self._source.damage}")
        if not magic:
            raise UnreadableError(f"{self._name} is empty", hint="a recorder that is killed leaves such a file")
        hint = "record with dumpcap or tcpdump, or convert with editcap -F pcapng"
        raise UnreadableError(f"{self._name} is not a pcap or pcapng file", hint=hint)

    def chunks(self) -> Iterator[Chunk]:
        """The pieces of the file."""
        stored = self._facts.stored
        while True:
            chunk = Chunk(self.container, self._view, self._filled)
            layout = self.container.layout
            if layout.kind == "pcap" and not layout.interfaces:
                # Its header is no packet, and so none of what others walk over.
                chunk.record()
            yield chunk
            self._facts.frames = self.container.number
            self._facts.unpacked += chunk.at
            self._facts.stored = stored + self._source.stored
            if isinstance(chunk.stopped, MalformedError):
                self.damage = str(chunk.stopped)
                break
            self._keep(chunk)
            if not self._fill():
                self.damage = self._source.damage or self._broken_off(chunk)
                break
        if self.damage:
            self._facts.broken.append((self._name, self.damage))

    def _keep(self, chunk: Chunk) -> None:
        """Move what was not read to the front, and make room for a record that is larger than the memory."""
        rest = chunk.end - chunk.at
        size = max(self._size, chunk.stopped.needed if isinstance(chunk.stopped, IncompleteError) else 0)
        old = self._view
        if size != len(old):
            self._view = memoryview(bytearray(size))
        if chunk.at or size != len(old):
            self._view[:rest] = old[chunk.at : chunk.end]
        self._filled = rest
        self.container.base += chunk.at

    def _fill(self) -> bool:
        count = self._source.readinto(self._view[self._filled :])
        self._filled += count
        return count > 0

    def _broken_off(self, chunk: Chunk) -> str:
        if not isinstance(chunk.stopped, IncompleteError):
            return ""
        return f"it breaks off inside {chunk.stopped.what} at byte {self.container.base}"

    def close(self) -> None:
        """Close the file."""
        self._source.close()


class Ordered(NamedTuple):
    """Files in the order to read them in; `problem` says of the first that is no capture what is wrong with it."""

    paths: list[Path | str]
    problem: UnreadableError | None


def ordered(paths: Sequence[Path | str]) -> Ordered:
    """Files in the order of their first frames, as a ring of files wants to be read. Each is opened once, and checked.

    Where one of them can be read only once, as a pipe can, the order is left as it is. A file alone is not opened.
    """
    if len(paths) == 1:
        return Ordered(list(paths), None)
    begins, problem = list[float](), None
    for path in paths:
        try:
            begins.append(float("inf") if only_once(path) else _begins(path))
        except UnreadableError as error:
            begins.append(float("inf"))
            problem = problem or error
    if any(map(only_once, paths)):
        return Ordered(list(paths), problem)
    return Ordered([path for _, path in sorted(zip(begins, paths, strict=True), key=itemgetter(0))], problem)


def _begins(path: Path | str) -> float:
    return next((frame.time for frame in CaptureReader([path], chunk=65_536).frames()), float("inf"))


@dataclass
class WholeCapture:
    """All of a file at once.

    `dropped` counts the packets that the recorder says it lost, and is None where it closed the file without saying, or
    never closed it. `damage` says where and how the file breaks off; it is empty for a file that ends as it should.
    """

    frames: list[Frame] = field(default_factory=list)
    dropped: int | None = None
    damage: str = ""


def read(path: Path) -> WholeCapture:
    """Read the whole file; what stands before damage is kept. Raises UnreadableError when it is no capture at all."""
    reader = CaptureReader([path])
    frames = list(reader.frames())
    return WholeCapture(frames, reader.facts.dropped, "".join(words for _, words in reader.facts.broken))
