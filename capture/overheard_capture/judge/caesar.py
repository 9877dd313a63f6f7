"""Caesar's cipher, broken without knowledge of the secret."""

from __future__ import annotations

from typing import TYPE_CHECKING

from overheard.words.caesar import SHIFTS, likeliest
from overheard.words.layer import OpenedBy
from overheard.words.spelling import shift_of
from overheard_capture.content.lazy_pattern import lazy_pattern
from overheard_capture.judge.evidence import opened_by

if TYPE_CHECKING:
    from overheard_capture.content.findings import Occurrence
    from overheard_capture.judge.evidence import Case

# Delimiters of the values of headers, forms, JSON and markup.
_DELIMITERS = lazy_pattern(rb"[\r\n:;=&?\"<>]")


def crack_shift(case: Case) -> int | None:
    """Find the shift of a sighting in shifted letters by the frequency of letter pairs alone.

    None if the secret was seen in no stream with shifted letters, or if the frequencies give another shift.
    """
    in_streams = (
        hit.occurrence for hit in case.exposed if hit.stream >= 0 and not opened_by(hit, OpenedBy.INTERCEPTOR)
    )
    occurrence = next((occurrence for occurrence in in_streams if shift_of(occurrence.match.spelling)), None)
    if occurrence is None:
        return None
    shift = likeliest(_around(occurrence)).shift
    return shift if shift == len(SHIFTS) + 1 - shift_of(occurrence.match.spelling) else None


def _around(occurrence: Occurrence) -> str:
    """The text around an occurrence, within one value: names of headers are not shifted, and distort frequencies."""
    before, after = _DELIMITERS.split(occurrence.before)[-1], _DELIMITERS.split(occurrence.after)[0]
    return (before + occurrence.matched + after).decode(errors="replace")
