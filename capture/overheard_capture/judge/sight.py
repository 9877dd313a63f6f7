"""Sightings: every place of a recording where the secret is to be seen."""

from __future__ import annotations

from typing import TYPE_CHECKING

from overheard.words.sighting import Sighting
from overheard_capture.packets import Datagram, Packet, Segment

if TYPE_CHECKING:
    from collections.abc import Iterator

    from overheard_capture.judge.case import Case
    from overheard_capture.search import Match


def sight(case: Case) -> Iterator[Sighting]:
    """Every place where the secret is to be seen: in streams put together, and in every frame as it is."""
    seen: set[tuple[str, int, int]] = set()
    for sighting in (*_in_streams(case), *_in_frames(case)):
        place = (sighting.spelling, sighting.frame, sighting.offset)
        if place not in seen:
            seen.add(place)
            yield sighting


def _in_streams(case: Case) -> Iterator[Sighting]:
    for stream, direction, run in case.runs:
        for match in case.search.matches(run.data):
            frame, offset = run.locate(match.offset)
            yield Sighting(
                secret=case.exhibit.secret.name,
                spelling=match.spelling,
                frame=frame,
                offset=offset,
                length=match.length,
                stream=stream.number,
                direction=str(direction),
                stream_offset=run.start + match.offset,
                frames=run.frames(match.offset, match.length),
            )


def _in_frames(case: Case) -> Iterator[Sighting]:
    for frame, packet in case.frames:
        for match in case.search.matches(frame.data):
            yield _frame_sighting(case, frame.number, packet, match)


def _frame_sighting(case: Case, frame: int, packet: Packet, match: Match) -> Sighting:
    direction, begins = "", 0
    if isinstance(packet, Segment | Datagram):
        direction, begins = f"{packet.source} → {packet.target}", packet.offset
    return Sighting(
        secret=case.exhibit.secret.name,
        spelling=match.spelling,
        frame=frame,
        offset=match.offset,
        length=match.length,
        stream=-1,
        direction=direction,
        stream_offset=match.offset - begins,
        frames=(frame,),
    )
