"""Breaking Caesar's cipher, as anybody would who does not know the secret."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from overheard.words.caesar import SHIFTS, likeliest
from overheard.words.spelling import shift_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from overheard.words.sighting import Sighting
    from overheard_capture.judge.case import Case

# What sets the values of headers, forms, JSON and markup apart.
_APART = re.compile(rb"[\r\n:;=&?\"<>]")


def broken(case: Case, sightings: Iterable[Sighting]) -> int | None:
    """The shift that makes most sense of what stands where the secret was seen with its letters shifted.

    It is found by pairs of letters alone. None where no such place was seen in clear, or where they mislead.
    """
    # Of what was opened to see it, the places are not those of the wire.
    in_clear = (sighting for sighting in sightings if sighting.stream >= 0 and not sighting.layers)
    found = next((sighting for sighting in in_clear if shift_of(sighting.spelling)), None)
    if found is None:
        return None
    shift = likeliest(_around(case, found)).shift
    return shift if shift == len(SHIFTS) + 1 - shift_of(found.spelling) else None


def _around(case: Case, found: Sighting) -> str:
    """The part of a line in which it stands: a header's name is not shifted, and would mislead."""
    runs = (
        run
        for stream, direction, run in case.runs
        if (stream.number, str(direction)) == (found.stream, found.direction)
        and run.start <= found.stream_offset < run.start + len(run.data)
    )
    run = next(runs)
    at = found.stream_offset - run.start
    before, behind = _APART.split(run.data[:at])[-1], _APART.split(run.data[at + found.length :])[0]
    return bytes(before + run.data[at : at + found.length] + behind).decode(errors="replace")
