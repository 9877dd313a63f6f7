"""Sightings: every place of a recording where the secret is to be seen."""

from __future__ import annotations

from typing import TYPE_CHECKING

from overheard.words.sighting import Sighting, Unwrapped

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from overheard_capture.judge.evidence import Case
    from overheard_capture.scan.finds import Find


def sight(case: Case) -> Iterator[Sighting]:
    """Every place where the secret is to be seen: in streams put together, unwrapped, and in every frame as it is."""
    yield from sightings(case, case.seen)


def unwrapped(case: Case) -> dict[Sighting, Unwrapped]:
    """What those under layers look like with these taken off."""
    finds = [find for find in case.seen if find.found.layers]
    around = (Unwrapped(find.found.before, find.found.matched, find.found.after) for find in finds)
    return dict(zip(sightings(case, finds), around, strict=True))


def sightings(case: Case, finds: Iterable[Find]) -> Iterator[Sighting]:
    """What was found, in the words of a verdict."""
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
