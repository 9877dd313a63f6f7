"""The case: one recording, read once, with everything that the checks look at."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from overheard_capture import pcapng, tshark
from overheard_capture.content import Content, content
from overheard_capture.packets import Packet, Segment, names, unwrap
from overheard_capture.search import Search
from overheard_capture.streams import Direction, Run, Stream, assemble

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from overheard.words.recording import Recording
    from overheard.words.secret import Secret
    from overheard_capture.pcapng import Frame


@dataclass(frozen=True)
class Exhibit:
    """What the judge is given: the file, the recorder's word on it, the secret, and where there are any, the keys."""

    path: Path
    recording: Recording
    secret: Secret
    keys: Path | None = None


class Case:
    """One exhibit, read once; every check looks at this."""

    def __init__(self, exhibit: Exhibit) -> None:
        self.exhibit = exhibit
        self.recording = exhibit.recording
        self.search = Search(exhibit.secret)
        self.capture = pcapng.read(exhibit.path)
        self.packets: list[Packet] = [unwrap(frame) for frame in self.capture.frames]
        self.streams = assemble(self.packets)
        self.runs: list[tuple[Stream, Direction, Run]] = [
            (stream, direction, run)
            for stream in self.streams
            for direction in stream.directions
            for run in direction.runs
        ]

    @property
    def keys(self) -> Path | None:
        """The key log, where there is one."""
        keys = self.exhibit.keys
        return keys if keys and keys.is_file() else None

    @property
    def frames(self) -> Iterator[tuple[Frame, Packet]]:
        """Every frame, with what it carries."""
        return zip(self.capture.frames, self.packets, strict=True)

    @cached_property
    def parties(self) -> set[str]:
        """The names of all who had a stream."""
        return set[str]().union(*(names(frame, packet) for frame, packet in self.frames if isinstance(packet, Segment)))

    @cached_property
    def missing(self) -> list[tuple[Direction, int]]:
        """The directions that lack bytes, and how many."""
        sides = [direction for stream in self.streams for direction in stream.directions]
        return [(side, missing) for side in sides if (missing := side.missing)]

    @cached_property
    def contents(self) -> dict[int, Content]:
        """What each stream is, by its number."""
        return {stream.number: content(stream) for stream in self.streams}

    @cached_property
    def tls(self) -> list[int]:
        """The numbers of the streams that are TLS."""
        return [number for number, what in self.contents.items() if what is Content.TLS]

    @cached_property
    def opened(self) -> list[tshark.Opened]:
        """What the keys open of them."""
        return tshark.opened(self.exhibit.path, self.keys, self.tls) if self.keys else []
