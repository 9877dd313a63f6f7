"""Breaking Caesar's cipher, as anybody would who does not know the secret."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from overheard.words.caesar import SHIFTS, likeliest
from overheard.words.layer import OpenedBy
from overheard.words.spelling import shift_of
from overheard_capture.judge.evidence import opened_by

if TYPE_CHECKING:
    from overheard_capture.content.findings import Occurrence
    from overheard_capture.judge.evidence import Case

# What sets the values of headers, forms, JSON and markup apart.
_APART = re.compile(rb"[\r\n:;=&?\"<>]")


def broken(case: Case) -> int | None:
    """The shift that makes most sense of what stands where the secret was seen with its letters shifted.

    It is found by pairs of letters alone. None where no such place was seen in clear, or where they mislead.
    """
    in_streams = (find.found for find in case.seen if find.stream >= 0 and not opened_by(find, OpenedBy.INTERCEPTOR))
    found = next((found for found in in_streams if shift_of(found.match.spelling)), None)
    if found is None:
        return None
    shift = likeliest(_around(found)).shift
    return shift if shift == len(SHIFTS) + 1 - shift_of(found.match.spelling) else None


def _around(found: Occurrence) -> str:
    """The part of a line in which it stands: a header's name is not shifted, and would mislead."""
    before, after = _APART.split(found.before)[-1], _APART.split(found.after)[0]
    return (before + found.matched + after).decode(errors="replace")
