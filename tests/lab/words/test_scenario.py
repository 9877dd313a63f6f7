"""What a scenario expects, and each way not to meet it."""

from __future__ import annotations

import pytest

from lab.words.verdicts import every_rule
from overheard.words.scenario import Expectation, Service
from overheard.words.sighting import Sighting
from overheard.words.verdict import Check, Outcome, Presence, Rule, Verdict, decide

SEEN = Sighting("message", "plainly", 4, 66, 11, 0, "a:1 → b:2", 0, (4,))
PROTECTED = decide(every_rule(), [], Presence.KEY_LOG)
OVERHEARD = decide(every_rule(fails=Rule.ABSENT), [SEEN], Presence.SEEN)
NEVER_SENT = decide([Check(Rule.PRESENT, "never-sent", holds=False, says="it never left")], [], Presence.NONE)
NOT_WHOLE = decide([*NEVER_SENT.checks, *every_rule(fails=Rule.WHOLE)], [], Presence.NONE)

EXPECTS_PROTECTED = Expectation(Outcome.PROTECTED)
EXPECTS_OVERHEARD = Expectation(Outcome.OVERHEARD)
EXPECTS_ERROR = Expectation(Outcome.INCONCLUSIVE, error="unable to get", reasons=frozenset({"never-sent"}))
ERROR = "SSLError: unable to get local issuer certificate"


@pytest.mark.parametrize(
    ("expected", "verdict", "received", "error"),
    [
        (EXPECTS_PROTECTED, PROTECTED, True, ""),
        (EXPECTS_OVERHEARD, OVERHEARD, True, ""),
        (EXPECTS_ERROR, NEVER_SENT, False, ERROR),
    ],
)
def test_what_is_expected_meets_it(expected: Expectation, verdict: Verdict, received: bool, error: str) -> None:
    assert expected.meets(verdict, received=received, error=error)


@pytest.mark.parametrize(
    ("expected", "verdict", "received", "error"),
    [
        pytest.param(EXPECTS_PROTECTED, OVERHEARD, True, "", id="another verdict"),
        pytest.param(EXPECTS_PROTECTED, NOT_WHOLE, True, "", id="an inconclusive verdict"),
        pytest.param(EXPECTS_PROTECTED, PROTECTED, False, "", id="no message"),
        pytest.param(EXPECTS_PROTECTED, PROTECTED, False, ERROR, id="an error instead of the message"),
        pytest.param(EXPECTS_PROTECTED, PROTECTED, True, ERROR, id="an error beside the message"),
        pytest.param(EXPECTS_OVERHEARD, PROTECTED, True, "", id="nothing overheard"),
        pytest.param(EXPECTS_OVERHEARD, OVERHEARD, False, "", id="overheard, but not received"),
        pytest.param(EXPECTS_ERROR, NEVER_SENT, False, "SSLError: certificate has expired", id="another error"),
        pytest.param(EXPECTS_ERROR, NEVER_SENT, False, "", id="no error"),
        pytest.param(EXPECTS_ERROR, NEVER_SENT, True, ERROR, id="the error, and yet the message"),
        pytest.param(EXPECTS_ERROR, NOT_WHOLE, False, ERROR, id="one reason more"),
        pytest.param(EXPECTS_ERROR, decide([], [], Presence.NONE), False, ERROR, id="the reason missing"),
        pytest.param(EXPECTS_ERROR, OVERHEARD, False, ERROR, id="overheard after all"),
    ],
)
def test_anything_else_does_not_meet_it(expected: Expectation, verdict: Verdict, received: bool, error: str) -> None:
    assert not expected.meets(verdict, received=received, error=error)


def test_what_was_overheard_was_overheard_though_the_recording_was_not_whole() -> None:
    verdict = decide(every_rule(fails=Rule.WHOLE), [SEEN], Presence.SEEN)
    assert EXPECTS_OVERHEARD.meets(verdict, received=True, error="")


def test_a_service_has_an_address() -> None:
    assert Service("https", "server", 5443).url == "https://server:5443/"
