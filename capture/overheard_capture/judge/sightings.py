"""Sightings: the hits of a recording in the form of a verdict."""

from __future__ import annotations

from typing import TYPE_CHECKING

from overheard.words.sighting import Sighting, Unwrapped

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from overheard_capture.judge.evidence import Case
    from overheard_capture.scan.finds import Find


def sight(case: Case) -> Iterator[Sighting]:
    """All places where the secret is exposed: in streams, in decoded contents, and in raw frames."""
    yield from sightings(case, case.seen)


def unwrapped(case: Case) -> dict[Sighting, Unwrapped]:
    """The decoded text around the sightings that are under layers."""
    finds = [find for find in case.seen if find.found.layers]
    around = (Unwrapped(find.found.before, find.found.shown, find.found.after) for find in finds)
    return dict(zip(sightings(case, finds), around, strict=True))


def sightings(case: Case, finds: Iterable[Find]) -> Iterator[Sighting]:
    """Convert hits to sightings."""
    for found, stream, direction in finds:
        yield Sighting(
            secret=case.secret.name,
            spelling=found.match.spelling,
            frame=found.place.frame,
            offset=found.place.offset,
            length=found.place.length,
            stream=stream,
            direction=direction,
            stream_offset=found.position,
            frames=found.place.frames,
            layers=found.layers,
        )
