"""The rules: PROTECTED requires all of them."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lab.words.verdicts import (
    check_lists,
    dissections,
    every_rule,
    presences,
    sighting_lists,
    sightings,
    verdicts,
)
from overheard.words.dissected import Dissected
from overheard.words.sighting import Sighting
from overheard.words.verdict import NEVER_SENT, Check, Outcome, Presence, Rule, Verdict, decide, under_control

SIGHTING = Sighting("message", "plainly", 4, 66, 11, 0, "a:1 → b:2", 0, (4,))
# A key of the application that opens the message proves that it was sent, as session keys do.
CAREFUL = [Presence.KEY_LOG, Presence.MESSAGE_KEY, Presence.DECLARED]
NEEDED = [rule for rule in Rule if rule is not Rule.CONTROL]


@pytest.mark.parametrize("presence", CAREFUL)
def test_it_is_protected_if_every_rule_was_checked_and_every_check_holds(presence: Presence) -> None:
    assert decide(every_rule(), [], presence).outcome is Outcome.PROTECTED
    assert decide(every_rule(but=Rule.CONTROL), [], presence).outcome is Outcome.PROTECTED


@pytest.mark.parametrize("rule", NEEDED)
def test_an_unchecked_rule_is_inconclusive(rule: Rule) -> None:
    assert decide(every_rule(but=rule), [], Presence.KEY_LOG).outcome is Outcome.INCONCLUSIVE


@pytest.mark.parametrize("rule", Rule)
def test_a_check_that_does_not_hold_is_inconclusive(rule: Rule) -> None:
    assert decide(every_rule(fails=rule), [], Presence.KEY_LOG).outcome is Outcome.INCONCLUSIVE


@pytest.mark.parametrize("rule", Rule)
def test_a_failed_check_is_not_outweighed_by_others_of_its_rule(rule: Rule) -> None:
    checks = [*every_rule(), Check(rule, "another", holds=False, says="seen"), *every_rule()]
    assert decide(checks, [], Presence.KEY_LOG).outcome is Outcome.INCONCLUSIVE


@pytest.mark.parametrize("presence", [Presence.NONE, Presence.SEEN])
def test_without_presence_nothing_is_protected(presence: Presence) -> None:
    assert decide(every_rule(), [], presence).outcome is Outcome.INCONCLUSIVE


def test_one_sighting_is_overheard_despite_any_failed_check() -> None:
    for checks in (every_rule(), every_rule(fails=Rule.WHOLE), []):
        assert decide(checks, [SIGHTING], Presence.NONE).outcome is Outcome.OVERHEARD


LEFT_NOTHING = Check(Rule.PRESENT, NEVER_SENT, holds=False, says="it never left")


def test_it_is_not_sent_if_every_other_rule_was_checked_and_holds() -> None:
    verdict = decide([*every_rule(but=Rule.PRESENT), LEFT_NOTHING], [], Presence.NONE)
    assert (verdict.outcome, verdict.outcome.exit_code) == (Outcome.NOT_SENT, Outcome.INCONCLUSIVE.exit_code)
    assert under_control({"http": decide([], [SIGHTING], Presence.SEEN), "a": verdict}, "http")["a"].outcome is (
        Outcome.NOT_SENT
    )


@pytest.mark.parametrize("rule", [rule for rule in Rule if rule is not Rule.PRESENT])
def test_whatever_else_does_not_hold_leaves_it_inconclusive(rule: Rule) -> None:
    others = [check for check in every_rule(fails=rule) if check.rule is not Rule.PRESENT]
    assert decide([*others, LEFT_NOTHING], [], Presence.NONE).outcome is Outcome.INCONCLUSIVE


@pytest.mark.parametrize("rule", [rule for rule in NEEDED if rule is not Rule.PRESENT])
def test_a_rule_that_was_not_looked_at_leaves_it_inconclusive(rule: Rule) -> None:
    others = [check for check in every_rule(but=rule) if check.rule is not Rule.PRESENT]
    assert decide([*others, LEFT_NOTHING], [], Presence.NONE).outcome is Outcome.INCONCLUSIVE


@pytest.mark.parametrize("presence", [each for each in Presence if each is not Presence.NONE])
def test_what_is_present_was_sent(presence: Presence) -> None:
    """And so it was if any check of its presence holds, or another one fails."""
    others = every_rule(but=Rule.PRESENT)
    assert decide([*others, LEFT_NOTHING], [], presence).outcome is Outcome.INCONCLUSIVE
    for holds in (False, True):
        another = Check(Rule.PRESENT, "endpoints", holds, "some carried data")
        assert decide([*others, LEFT_NOTHING, another], [], Presence.NONE).outcome is Outcome.INCONCLUSIVE


def test_a_run_without_its_control_does_not_say_that_it_was_not_sent() -> None:
    unsent = decide([*every_rule(but=Rule.PRESENT), LEFT_NOTHING], [], Presence.NONE)
    assert under_control({"a": unsent}, "http")["a"].outcome is Outcome.INCONCLUSIVE


def test_without_any_check_it_is_inconclusive() -> None:
    assert decide([], [], Presence.KEY_LOG).outcome is Outcome.INCONCLUSIVE


@given(check_lists, sighting_lists, presences)
def test_the_outcome_follows_from_the_rules(checks: list[Check], seen: list[Sighting], presence: Presence) -> None:
    """For any input, the outcome follows from the rules, and all input is in the evidence."""
    verdict = decide(iter(checks), iter(seen), presence)
    looked_at = {check.rule for check in checks}
    sound = set(NEEDED) <= looked_at and all(check.holds for check in checks) and presence in CAREFUL
    unsent = set(NEEDED) <= looked_at and [check.code for check in checks if not check.holds] == [NEVER_SENT]
    assert (verdict.outcome is Outcome.OVERHEARD) == bool(seen)
    assert (verdict.outcome is Outcome.PROTECTED) == (sound and not seen)
    assert verdict.outcome is not Outcome.NOT_SENT or (unsent and not seen and presence is Presence.NONE)
    assert verdict.checks == tuple(checks)
    assert verdict.sightings == tuple(seen)
    assert verdict.reasons == tuple(check for check in checks if not check.holds)


@given(st.dictionaries(st.sampled_from(["http", "https", "fernet"]), verdicts))
def test_under_control_never_says_protected_without_the_control(run: dict[str, Verdict]) -> None:
    """It never improves an outcome, and never changes OVERHEARD."""
    controlled = under_control(run, "http")
    works = "http" in run and run["http"].outcome is Outcome.OVERHEARD
    assert controlled.keys() == run.keys()
    for name, verdict in controlled.items():
        if verdict.outcome is Outcome.PROTECTED:
            assert works
            assert run[name].outcome is Outcome.PROTECTED
        assert (verdict.outcome is Outcome.OVERHEARD) == (run[name].outcome is Outcome.OVERHEARD)
        assert verdict.checks[:-1] == run[name].checks
        assert verdict.checks[-1].holds == works


def test_a_run_without_its_control_is_reported_with_a_hint() -> None:
    (verdict,) = under_control({"https": decide(every_rule(), [], Presence.KEY_LOG)}, "http").values()
    assert verdict.outcome is Outcome.INCONCLUSIVE
    (reason,) = verdict.reasons
    assert (reason.code, reason.says) == ("control", "the positive control `http` was not run")
    assert "http" in reason.hint


def test_under_control_keeps_what_was_found() -> None:
    verdict = replace(
        decide(every_rule(), [], Presence.KEY_LOG), carrier=7, dissection=(Dissected(1, "a", ("eth",), ()),)
    )
    kept = under_control({"https": verdict, "http": decide([], [SIGHTING], Presence.SEEN)}, "http")["https"]
    assert (kept.carrier, kept.dissection, kept.presence) == (7, verdict.dissection, Presence.KEY_LOG)


@pytest.mark.parametrize(
    ("outcome", "code"), [(Outcome.PROTECTED, 0), (Outcome.OVERHEARD, 1), (Outcome.INCONCLUSIVE, 2)]
)
def test_exit_codes(outcome: Outcome, code: int) -> None:
    assert outcome.exit_code == code


@given(verdicts, st.none() | st.integers(1, 2**40), st.lists(dissections, max_size=2).map(tuple))
def test_a_verdict_survives_json(verdict: Verdict, carrier: int | None, dissection: tuple[Dissected, ...]) -> None:
    verdict = replace(verdict, carrier=carrier, dissection=dissection)
    assert Verdict.from_json(json.loads(json.dumps(verdict.to_json()))) == verdict


@given(sightings)
def test_a_sighting_has_no_field_for_the_secret(sighting: Sighting) -> None:
    """No field is for the bytes that were seen."""
    assert not any(isinstance(value, bytes) for value in vars(sighting).values())
