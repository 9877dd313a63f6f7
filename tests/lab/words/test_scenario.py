"""What a scenario expects of the judge, and every kind of deviation."""

from __future__ import annotations

from dataclasses import replace

import pytest

from lab.words.verdicts import every_rule
from overheard.words.layer import Layer
from overheard.words.scenario import Attempt, Disguise, Expectation
from overheard.words.services import Service
from overheard.words.sighting import Sighting
from overheard.words.verdict import Check, Outcome, Presence, Rule, Verdict, decide
from overheard.words.visible import Alert, Visible

SEEN = Sighting("message", "plainly", 4, 66, 11, 0, "a:1 → b:2", 0, (4,))
OPENED = replace(SEEN, layers=(Layer("TLS opened with a stolen key"),))
PROTECTED = decide(every_rule(), [], Presence.KEY_LOG)
OVERHEARD = decide(every_rule(fails=Rule.ABSENT), [SEEN], Presence.SEEN)
LEFT_NOTHING = Check(Rule.PRESENT, "never-sent", holds=False, says="it never left")
NEVER_SENT = decide([LEFT_NOTHING, *every_rule(but=Rule.PRESENT)], [], Presence.NONE)
NOT_WHOLE = decide([LEFT_NOTHING, *every_rule(but=Rule.PRESENT, fails=Rule.WHOLE)], [], Presence.NONE)
STREAM = Visible(
    0, "a:1", "b:2", 0, 0, 0, 0, "TLS", version="TLS 1.3", alerts=(Alert(8, "client", "fatal", "unknown_ca"),)
)

EXPECTS_PROTECTED = Expectation(Outcome.PROTECTED)
EXPECTS_OVERHEARD = Expectation(Outcome.OVERHEARD, seen="plainly")
EXPECTS_STOLEN = Expectation(Outcome.OVERHEARD, seen="plainly, in TLS opened with a stolen key")
EXPECTS_NOTHING_SENT = Expectation(Outcome.NOT_SENT, reasons=frozenset({"never-sent"}))
EXPECTS_NO_PROOF = Expectation(Outcome.INCONCLUSIVE, reasons=frozenset({"present"}))
EXPECTS_AN_ALERT = replace(EXPECTS_NOTHING_SENT, visible=frozenset({"TLS 1.3", "unknown_ca from the client"}))


@pytest.mark.parametrize(
    ("expected", "verdict"),
    [
        (EXPECTS_PROTECTED, PROTECTED),
        (EXPECTS_OVERHEARD, OVERHEARD),
        (EXPECTS_STOLEN, replace(OVERHEARD, sightings=(SEEN, OPENED))),
        (EXPECTS_NOTHING_SENT, NEVER_SENT),
        (EXPECTS_AN_ALERT, replace(NEVER_SENT, visible=(STREAM,))),
    ],
)
def test_a_verdict_that_meets_it_has_no_deviation(expected: Expectation, verdict: Verdict) -> None:
    assert expected.wrong(verdict) == ()


@pytest.mark.parametrize(
    ("expected", "verdict", "says"),
    [
        pytest.param(EXPECTS_PROTECTED, OVERHEARD, "should be PROTECTED, but is OVERHEARD", id="another verdict"),
        pytest.param(EXPECTS_PROTECTED, NOT_WHOLE, "but is INCONCLUSIVE", id="an inconclusive verdict"),
        pytest.param(EXPECTS_OVERHEARD, PROTECTED, "should be OVERHEARD", id="nothing overheard"),
        pytest.param(EXPECTS_STOLEN, OVERHEARD, "but is seen plainly", id="another spelling or layer"),
        pytest.param(EXPECTS_NOTHING_SENT, NOT_WHOLE, "should be NOT SENT, but is INCONCLUSIVE", id="one reason more"),
        pytest.param(EXPECTS_NO_PROOF, decide([], [], Presence.NONE), "is because of nothing", id="the reason missing"),
        pytest.param(EXPECTS_NO_PROOF, NOT_WHOLE, "because of present, but is because of", id="another reason"),
        pytest.param(EXPECTS_NOTHING_SENT, OVERHEARD, "is OVERHEARD", id="overheard after all"),
        pytest.param(EXPECTS_AN_ALERT, NEVER_SENT, "but shows nothing", id="nothing visible"),
        pytest.param(
            EXPECTS_AN_ALERT,
            replace(NEVER_SENT, visible=(replace(STREAM, alerts=()),)),
            "should show unknown_ca from the client, but shows TLS 1.3",
            id="no alert",
        ),
    ],
)
def test_each_deviation_is_a_sentence(expected: Expectation, verdict: Verdict, says: str) -> None:
    (wrong,) = expected.wrong(verdict)
    assert says in wrong


def test_an_incomplete_recording_may_be_overheard_as_expected() -> None:
    verdict = decide(every_rule(fails=Rule.WHOLE), [SEEN], Presence.SEEN)
    assert EXPECTS_OVERHEARD.wrong(verdict) == ()


def test_each_disguise_has_its_own_path() -> None:
    server = Service("http", "server", 5683)
    assert Attempt("plain", server).url == server.url == "http://server:5683/"
    assert Attempt("sealed", server, Disguise.FERNET).url == "http://server:5683/fernet"


def test_the_expected_error_is_that_of_the_installed_openssl() -> None:
    attempt = Attempt("refused", Service("https", "server", 5443), error="sslv3 alert", newer_error="ssl/tls alert")
    assert attempt.expected_error((3, 0)) == "sslv3 alert"
    assert attempt.expected_error((3, 5)) == "ssl/tls alert"
    assert replace(attempt, newer_error="").expected_error((3, 5)) == "sslv3 alert"
