"""Looks up the frames that are to be shown, after judging."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from overheard.report.places import Place, to_show
from overheard_capture.judge.api import look_up

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from overheard.witness.redaction import CredentialRedactor, Redactor
    from overheard.words.report import Report


def placed(files: Sequence[str], shown: Collection[int], named: Collection[int]) -> dict[int, Place]:
    """The places of the frames `named`, and the bytes of those that are `shown`, by their numbers over all files.

    Empty for input that can be read only once.
    """
    return {number: Place(*stored) for number, stored in look_up(files, shown, named).items()}


def placed_in(report: Report, redactor: Redactor | CredentialRedactor) -> dict[int, Place]:
    """The frames of a report to show; with several files also those of every sighting, to say which file each is in."""
    shown = {seen.frame for verdict in report.verdicts.values() for seen in to_show(verdict)}
    named = {seen.frame for verdict in report.verdicts.values() for seen in verdict.sightings if seen.frame}
    found = placed(report.account.files, shown, named)
    files = {file: redactor.redacted(file) for file in {place.file for place in found.values()}}
    return {number: replace(place, file=files[place.file]) for number, place in found.items()}
