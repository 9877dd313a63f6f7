"""Unexpected results, each with what to do about it."""

from __future__ import annotations

from dataclasses import replace

from lab.report.results import HTTP, HTTPS, SKIPPED, UNEXPECTED, UNTRUSTED, shown
from overheard.report.deviations import deviations
from overheard.words.verdict import Check, Outcome, Presence, Rule, Verdict

DROPPED = Check(Rule.WHOLE, "no-drops", holds=False, says="the recorder dropped 7 packets", hint="use a larger buffer")
WHOLE = Check(Rule.WHOLE, "closed", holds=True, says="the file was closed cleanly")


def test_nothing_is_printed_if_all_is_as_expected_or_skipped() -> None:
    """INCONCLUSIVE included, if that is expected."""
    assert shown(deviations([HTTP, HTTPS, UNTRUSTED, SKIPPED])).strip() == ""


def test_every_reason_is_printed_with_its_hint_and_nothing_else() -> None:
    verdict = Verdict(Outcome.INCONCLUSIVE, (WHOLE, DROPPED), (), Presence.NONE)
    text = shown(deviations([HTTP, replace(HTTPS, verdict=verdict, wrong=("the verdict should be PROTECTED",))]))
    assert [line.strip() for line in text.splitlines() if line.strip()] == [
        "https: not as expected",
        "the verdict should be PROTECTED",
        "the recorder dropped 7 packets",
        "→ use a larger buffer",
    ]


def test_a_failed_attempt_is_named() -> None:
    exchange = replace(UNTRUSTED.exchanges[0], wrong=("the client should fail, but got the message",))
    text = shown(deviations([replace(UNTRUSTED, exchanges=(exchange,))]))
    assert "trusting the usual CAs: the client should fail, but got the message" in text


def test_an_overheard_message_is_reported_with_its_place() -> None:
    text = shown(deviations([UNEXPECTED]))
    assert "frame 6, byte 226, from 127.0.0.1:5683, plainly" in text
