"""What our judge sees in a case."""

from __future__ import annotations

from typing import TYPE_CHECKING

from overheard import judge

if TYPE_CHECKING:
    from corpus.case import Case
    from corpus.recorded import Recorded
    from overheard.words.sighting import Sighting


def sightings(corpus: Recorded, case: Case) -> tuple[Sighting, ...]:
    """Where the secret of a case is seen."""
    report = judge(corpus.path(case), {"secret": case.secret}, any_case=case.any_case)
    return report.verdicts["secret"].sightings
