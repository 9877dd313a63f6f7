"""The case: one recording, read once, with everything that the checks look at."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

from overheard_capture import pcapng, tshark
from overheard_capture.content import Content, content
from overheard_capture.packets import Packet, Segment, names, unwrap
from overheard_capture.search import Search
from overheard_capture.streams import Direction, Run, Stream, assemble
from overheard_capture.visible import visible

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from overheard.words.recording import Recording
    from overheard.words.secret import Secret
    from overheard.words.visible import Visible
    from overheard_capture.pcapng import Frame


@dataclass(frozen=True)
class Keys:
    """The files of keys that somebody has: for TLS, and for what the application itself seals.

    The latter has a line `fernet KEY` a key. A file that is not there counts as one with no key in it.
    """

    sessions: Path | None = None
    messages: Path | None = None
    private: Path | None = None

    @property
    def tls(self) -> tshark.TlsKeys:
        """Those for TLS."""
        logs = (self.sessions,) if self.sessions and _has_something(self.sessions) else ()
        return tshark.TlsKeys(logs, self.private if self.private and self.private.is_file() else None)

    @property
    def fernet(self) -> list[bytes]:
        """Those for Fernet, each once."""
        if not self.messages or not self.messages.is_file():
            return []
        lines = (line.split() for line in self.messages.read_bytes().splitlines())
        return list(dict.fromkeys(words[1] for words in lines if words[:1] == [b"fernet"] and len(words) == 2))


@dataclass(frozen=True)
class Exhibit:
    """What the judge is given: the file, the recorder's word on it, the secret, and keys.

    `keys` are those of the two that should know the secret: they prove that it was there. `spy` are those that an
    interceptor agreed on or somebody stole: what they open is overheard. `notebook` is what an interceptor wrote down.
    """

    path: Path
    recording: Recording
    secret: Secret
    keys: Keys = Keys()
    spy: Keys = Keys()
    notebook: Path | None = None


def _has_something(path: Path) -> bool:
    return path.is_file() and path.stat().st_size > 0


def _without(search: Search, stream: Visible) -> Visible:
    """What a stream shows, with the secret left out of the names that people chose."""
    return replace(
        stream,
        sni=search.without(stream.sni),
        alpn=search.without(stream.alpn),
        subject=search.without(stream.subject),
        names=tuple(map(search.without, stream.names)),
        client_subject=search.without(stream.client_subject),
    )


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
    def for_tshark(self) -> tshark.Capture:
        """The file as tshark is to read it."""
        return tshark.Capture.showing(self.exhibit.path, self.visible)

    @property
    def all_tls_keys(self) -> tshark.TlsKeys:
        """All that opens TLS, whoever has it."""
        keys, spy = self.exhibit.keys.tls, self.exhibit.spy.tls
        return tshark.TlsKeys((*keys.logs, *spy.logs), spy.private)

    @cached_property
    def segments(self) -> dict[int, Segment]:
        """The TCP segments, by frame."""
        return {packet.frame: packet for packet in self.packets if isinstance(packet, Segment)}

    @cached_property
    def stream_of(self) -> dict[int, int]:
        """The number of the TCP stream that each frame with a payload belongs to."""
        return {frame: stream.number for stream, _, run in self.runs for frame in run.frames(0, len(run.data))}

    @cached_property
    def visible(self) -> tuple[Visible, ...]:
        """What each stream shows to everybody."""
        streams = visible(self.streams, self.frames, self.contents)
        return tuple(_without(self.search, stream) for stream in streams)
