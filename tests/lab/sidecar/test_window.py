"""The state of a window for a secret, and what is known of a window as plain data."""

from __future__ import annotations

import json

import pytest

from lab.sidecar.windows_of import judged
from overheard.sidecar.window import Judged, State, failed, state_of, worst
from overheard.words.verdict import Check, Outcome, Presence, Rule, Verdict, decide

HOLDS = [Check(rule, rule, holds=True, says="") for rule in (Rule.WHOLE, Rule.ABSENT, Rule.PRESENT, Rule.CHANCE)]


def verdict(*failing: Check, presence: Presence = Presence.NONE) -> Verdict:
    return decide([*HOLDS, *failing], (), presence)


def fails(rule: Rule, code: str) -> Check:
    return Check(rule, code, holds=False, says="")


@pytest.mark.parametrize("failing", [[], [fails(Rule.PRESENT, "present")], [fails(Rule.WHOLE, "something")]])
def test_it_is_quiet_if_only_the_proof_is_missing_that_the_secret_was_sent(failing: list[Check]) -> None:
    assert state_of(verdict(*failing)) is State.QUIET


@pytest.mark.parametrize("code", ["marks", "recorder-alive", "no-drops", "streams-complete", "clock"])
def test_any_other_reason_makes_it_inconclusive(code: str) -> None:
    assert state_of(verdict(fails(Rule.PRESENT, "present"), fails(Rule.WHOLE, code))) is State.INCONCLUSIVE
    assert state_of(verdict(fails(Rule.ABSENT, "readable"))) is State.INCONCLUSIVE


def test_a_window_in_which_it_was_proved_not_to_be_sent_is_quiet() -> None:
    others = [check for check in HOLDS if check.rule is not Rule.PRESENT]
    unsent = decide([*others, fails(Rule.PRESENT, "never-sent")], (), Presence.NONE)
    assert (unsent.outcome, state_of(unsent)) == (Outcome.NOT_SENT, State.QUIET)


def test_what_has_an_outcome_keeps_it() -> None:
    assert state_of(verdict(presence=Presence.DECLARED)) is State.PROTECTED


def test_the_worst_state_counts() -> None:
    assert worst([State.PROTECTED, State.OVERHEARD, State.INCONCLUSIVE]) is State.OVERHEARD
    assert worst([State.PROTECTED, State.INCONCLUSIVE]) is State.INCONCLUSIVE
    assert worst([State.QUIET, State.PROTECTED]) is State.PROTECTED
    assert worst([]) is State.QUIET


def test_it_is_plain_data_and_back() -> None:
    for each in (judged(a=State.OVERHEARD, b=State.QUIET), failed("judge", "it was killed", "more memory")):
        assert Judged.from_json(json.loads(json.dumps(each.to_json()))) == each


def test_what_failed_is_inconclusive_for_all_secrets() -> None:
    assert failed("judge", "", "", ["a", "b"]).secrets == {"a": State.INCONCLUSIVE, "b": State.INCONCLUSIVE}
    assert failed("judge", "", "").state is State.INCONCLUSIVE
