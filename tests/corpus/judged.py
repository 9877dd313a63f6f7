"""What our judge sees in a case."""

from __future__ import annotations

from contextlib import contextmanager
from functools import cache
from typing import TYPE_CHECKING
from unittest import mock

from overheard import judge
from overheard_capture.judge import files
from overheard_capture.search import Search

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from corpus.case import Case
    from corpus.recorded import Recorded
    from overheard.words.secret import Secret
    from overheard.words.sighting import Sighting


@cache
def _search(secrets: tuple[Secret, ...], *, any_case: bool) -> Search:
    return Search(secrets, any_case=any_case)


def _kept(secrets: Sequence[Secret], *, any_case: bool) -> Search:
    return _search(tuple(secrets), any_case=any_case)


@contextmanager
def _searches_kept() -> Iterator[None]:
    """Have each search be made ready once: for files as small as these, that takes ten times as long as the rest."""
    with mock.patch.object(files, "Search", _kept):
        yield


def sightings(corpus: Recorded, case: Case) -> tuple[Sighting, ...]:
    """Where the secret of a case is seen."""
    with _searches_kept():
        report = judge(corpus.path(case), {"secret": case.secret}, any_case=case.any_case)
    return report.verdicts["secret"].sightings
