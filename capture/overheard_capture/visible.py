"""What everybody sees of each TCP stream: who, when, how much, and what TLS says in clear."""

from __future__ import annotations

from typing import TYPE_CHECKING

from overheard.words.visible import Alert, Visible
from overheard_capture.packets import ACK, SYN, Packet, Segment
from overheard_capture.tls.handshake import Side, handshake
from overheard_capture.tls.sizes import sizes

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from overheard_capture.content import Content
    from overheard_capture.pcapng import Frame
    from overheard_capture.streams import Direction, Stream


def visible(
    streams: Sequence[Stream], frames: Iterable[tuple[Frame, Packet]], contents: Mapping[int, Content]
) -> tuple[Visible, ...]:
    """What is visible of each of `streams`, in their order.

    `frames` are all of the recording that the streams are of, each with what it carries, and `contents` what each
    stream is, by its number.
    """
    times = _times(streams, frames)
    return tuple(_visible(stream, *times[stream.number], contents[stream.number]) for stream in streams)


def _visible(stream: Stream, began: float, lasted: float, content: Content) -> Visible:
    client, server = (Side.of(direction) for direction in stream.directions)
    said = handshake(client, server)
    data = sizes(client, server, said)
    return Visible(
        stream=stream.number,
        client=str(stream.client.source),
        server=str(stream.server.source),
        began=began,
        lasted=lasted,
        sent=_seen(stream.client),
        answered=_seen(stream.server),
        content=content.value,
        version=said.picked.version,
        cipher=said.picked.cipher,
        group=said.group,
        sni=said.asked.sni,
        alpn=said.picked.alpn or ", ".join(said.asked.alpn),
        subject=said.subject,
        names=said.names,
        client_subject=said.client_subject,
        data_sent=data.sent,
        data_answered=data.answered,
        data_guessed=data.guess,
        alerts=tuple(sorted((*_alerts(client, "client"), *_alerts(server, "server")), key=lambda alert: alert.frame)),
        hello_frames=said.frames,
    )


def _seen(direction: Direction) -> int:
    return sum(len(run.data) for run in direction.runs)


def _alerts(side: Side, sender: str) -> Iterator[Alert]:
    for frame, level, name in side.alerts():
        yield Alert(frame, sender, level, name)


def _times(streams: Iterable[Stream], frames: Iterable[tuple[Frame, Packet]]) -> dict[int, tuple[float, float]]:
    """When each stream began, counted from the first frame of all, and how long it lasted, in seconds."""
    # The same two ends may have one stream after the other.
    between: dict[frozenset[object], list[Stream]] = {}
    for stream in reversed(list(streams)):
        between.setdefault(frozenset((stream.client.source, stream.server.source)), []).append(stream)
    origin: float | None = None
    times: dict[int, tuple[float, float]] = {}
    for frame, packet in frames:
        origin = frame.time if origin is None else origin
        if isinstance(packet, Segment):
            waiting = between[frozenset((packet.source, packet.target))]
            if len(waiting) > 1 and waiting[-1].number in times and _opens(packet, waiting[-2]):
                waiting.pop()
            now = frame.time - origin
            first, _ = times.get(waiting[-1].number, (now, now))
            times[waiting[-1].number] = first, now
    return {number: (round(first, 6), round(max(last - first, 0), 6)) for number, (first, last) in times.items()}


def _opens(packet: Segment, stream: Stream) -> bool:
    """Whether a stream that is not the first between its ends began with this very segment: SYN, and nothing else."""
    alone = packet.flags & (SYN | ACK) == SYN
    return alone and packet.source == stream.client.source and not stream.client.begins_elsewhere(packet)
