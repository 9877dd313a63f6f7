"""The frames that are shown: which, and their location."""

from __future__ import annotations

from dataclasses import field
from typing import TYPE_CHECKING

from overheard.report.labels import how
from overheard.words.frozen import dataclass

if TYPE_CHECKING:
    from overheard.words.sighting import Sighting
    from overheard.words.verdict import Verdict

# How many sightings are shown with their bytes.
_SHOWN = 2


@dataclass(frozen=True)
class Place:
    """A frame: its file, its number in that file, and its bytes. `at` is their offset in the file.

    `at` is None if the file is compressed, or cannot be read twice.
    """

    file: str
    frame: int
    data: bytes = field(default=b"", repr=False)
    at: int | None = None


def to_show(verdict: Verdict) -> list[Sighting]:
    """The sightings that are shown with their bytes: the first of each spelling and layers."""
    first: dict[str, Sighting] = {}
    for seen in verdict.sightings:
        if seen.frame and seen.length:
            first.setdefault(how(seen), seen)
    return list(first.values())[:_SHOWN]
