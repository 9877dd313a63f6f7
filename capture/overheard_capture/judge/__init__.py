"""The judge: verdicts from a capture, secrets and keys. Each rule has its own module."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from overheard.words.errors import UnreadableError
from overheard.words.verdict import Check, Presence, Rule, Verdict, decide
from overheard_capture.judge.absent import check_absent
from overheard_capture.judge.caesar import crack_shift
from overheard_capture.judge.evidence import Case
from overheard_capture.judge.ground import check_required, ground_of
from overheard_capture.judge.judge_input import JudgeInput, Keys
from overheard_capture.judge.present import check_present
from overheard_capture.judge.sightings import exposed_sightings
from overheard_capture.judge.spied import check_spied
from overheard_capture.judge.whole import check_whole

if TYPE_CHECKING:
    from overheard_capture.judge.evidence import Evidence

__all__ = ["JudgeInput", "Keys", "judge_recording", "verdict"]


def judge_recording(judge_input: JudgeInput) -> Verdict:
    """Judge one recording. A file that cannot be read gives INCONCLUSIVE, with the reason."""
    from overheard_capture.judge.read import evidence_from_recording  # noqa: PLC0415  (it imports every reader)

    try:
        evidence = evidence_from_recording(judge_input)
    except UnreadableError as error:
        return unreadable(error)
    return verdict(Case(evidence, 0))


def unreadable(error: UnreadableError) -> Verdict:
    """The verdict on a file that cannot be read."""
    return decide(
        [Check(Rule.WHOLE, "readable-file", holds=False, says=error.args[0], hint=error.hint)], [], Presence.NONE
    )


def verdict(case: Case) -> Verdict:
    """The verdict on one secret."""
    evidence: Evidence = case.evidence
    sightings = list(exposed_sightings(case))
    spy_hits, spy_check = check_spied(case)
    sightings += spy_hits
    presence, carrier, check = check_present(case, sightings)
    checks = [
        *check_whole(case),
        *check_absent(case, sightings),
        *check_required(evidence, evidence.required),
        spy_check,
        check,
    ]
    decided = decide(checks, sightings, presence)
    ground = ground_of(evidence, presence)
    return replace(decided, carrier=carrier, visible=evidence.visible, broken=crack_shift(case), ground=ground)
