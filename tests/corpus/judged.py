"""The judge's reports on cases."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from overheard import judge
from overheard.words.options import Options

if TYPE_CHECKING:
    from corpus.case import Case
    from corpus.recorded import Recorded
    from overheard.words.report import Report
    from overheard.words.sighting import Sighting

# The name of a case's secret in its report.
SECRET = "secret"  # noqa: S105  (its name, not its value)


@cache
def report(corpus: Recorded, case: Case) -> Report:
    """The judge's report on a case, cached for several tests."""
    return judge(corpus.path(case), {SECRET: case.secret}, Options(any_case=case.any_case))


def sightings(corpus: Recorded, case: Case) -> tuple[Sighting, ...]:
    """The sightings of a case's secret."""
    return report(corpus, case).verdicts[SECRET].sightings
