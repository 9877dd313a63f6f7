"""The judge: from a capture, secrets and keys to verdicts. Each rule has a file of its own."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from overheard.words.errors import UnreadableError
from overheard.words.verdict import Check, Presence, Rule, Verdict, decide
from overheard_capture.judge.absent import absent
from overheard_capture.judge.caesar import broken
from overheard_capture.judge.evidence import Case
from overheard_capture.judge.exhibit import Exhibit, Keys
from overheard_capture.judge.present import present
from overheard_capture.judge.sightings import sight
from overheard_capture.judge.spied import spied
from overheard_capture.judge.whole import whole

if TYPE_CHECKING:
    from overheard_capture.judge.evidence import Evidence

__all__ = ["Exhibit", "Keys", "judge_recording", "verdict"]


def judge_recording(exhibit: Exhibit) -> Verdict:
    """The verdict on one recording. A file that cannot be read ends as INCONCLUSIVE, with the reason."""
    from overheard_capture.judge.read import search_bytes  # noqa: PLC0415  (it imports every reader)

    try:
        evidence = search_bytes(exhibit)
    except UnreadableError as error:
        return unreadable(error)
    return verdict(Case(evidence, 0))


def unreadable(error: UnreadableError) -> Verdict:
    """The verdict on a file that cannot be read."""
    return decide([Check(Rule.WHOLE, "readable-file", holds=False, says=str(error))], [], Presence.NONE)


def verdict(case: Case) -> Verdict:
    """The verdict on one secret."""
    evidence: Evidence = case.evidence
    sightings = list(sight(case))
    by_the_spy, unopened = spied(case)
    sightings += by_the_spy
    presence, carrier, check = present(case, sightings)
    decided = decide([*whole(case), *absent(case, sightings), unopened, check], sightings, presence)
    return replace(decided, carrier=carrier, visible=evidence.visible, broken=broken(case))
