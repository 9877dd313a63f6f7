"""The judge: from a recording, a secret and a key log to a verdict. Each rule has a file of its own."""

from __future__ import annotations

from dataclasses import replace

from overheard.words.errors import UnreadableError
from overheard.words.verdict import Check, Presence, Rule, Verdict, decide
from overheard_capture.judge.absent import absent
from overheard_capture.judge.broken import broken
from overheard_capture.judge.case import Case, Exhibit, Keys
from overheard_capture.judge.present import present
from overheard_capture.judge.sight import sight
from overheard_capture.judge.spied import spied
from overheard_capture.judge.whole import whole

__all__ = ["Exhibit", "Keys", "judge"]


def judge(exhibit: Exhibit) -> Verdict:
    """The verdict on one recording. A file that cannot be read ends as INCONCLUSIVE, with the reason."""
    try:
        case = Case(exhibit)
    except UnreadableError as error:
        return decide([Check(Rule.WHOLE, "readable-file", holds=False, says=str(error))], [], Presence.NONE)
    sightings = list(sight(case))
    by_the_spy, unopened = spied(case)
    sightings += by_the_spy
    presence, carrier, check = present(case, sightings)
    verdict = decide([*whole(case), *absent(case, sightings), unopened, check], sightings, presence)
    return replace(verdict, carrier=carrier, visible=case.visible, broken=broken(case, sightings))
