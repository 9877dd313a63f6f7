"""Sightings: the hits in a capture, in the form that verdicts contain."""

from __future__ import annotations

from typing import TYPE_CHECKING

from overheard.words.sighting import Sighting, Unwrapped

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from overheard_capture.judge.evidence import Case
    from overheard_capture.scan.hits import Hit


def exposed_sightings(case: Case) -> Iterator[Sighting]:
    """All places where the secret is exposed: in streams, in decoded contents, and in raw frames."""
    yield from sightings(case, case.exposed)


def unwrapped(case: Case) -> dict[Sighting, Unwrapped]:
    """The decoded text around the sightings that are under layers."""
    hits = [hit for hit in case.exposed if hit.occurrence.layers]
    around = (Unwrapped(hit.occurrence.before, hit.occurrence.matched, hit.occurrence.after) for hit in hits)
    return dict(zip(sightings(case, hits), around, strict=True))


def sightings(case: Case, hits: Iterable[Hit]) -> Iterator[Sighting]:
    """Convert hits to sightings."""
    return (sighting(hit, case.secret.name) for hit in hits)


def sighting(hit: Hit, name: str) -> Sighting:
    """Convert a hit to a sighting of the secret of this name."""
    occurrence, stream, direction = hit
    return Sighting(
        secret=name,
        spelling=occurrence.match.spelling,
        frame=occurrence.place.frame,
        offset=occurrence.place.offset,
        length=occurrence.place.length,
        stream=stream,
        direction=direction,
        stream_offset=occurrence.position,
        frames=occurrence.place.frames,
        layers=occurrence.layers,
    )
