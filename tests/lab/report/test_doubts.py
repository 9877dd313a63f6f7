"""What is not as it should be, told with what to do about it."""

from __future__ import annotations

from dataclasses import replace

from lab.report.results import HTTP, HTTPS, SKIPPED, UNEXPECTED, UNTRUSTED, shown
from overheard.report.doubts import doubts
from overheard.words.verdict import Check, Outcome, Presence, Rule, Verdict

DROPPED = Check(Rule.WHOLE, "no-drops", holds=False, says="the recorder dropped 7 packets", hint="use a larger buffer")
WHOLE = Check(Rule.WHOLE, "closed", holds=True, says="the file was closed cleanly")


def test_where_all_is_as_expected_or_skipped_nothing_is_said() -> None:
    """Not even of what is INCONCLUSIVE, where that is what must come out."""
    assert shown(doubts([HTTP, HTTPS, UNTRUSTED, SKIPPED])).strip() == ""


def test_every_reason_is_told_with_what_to_do_and_nothing_else() -> None:
    verdict = Verdict(Outcome.INCONCLUSIVE, (WHOLE, DROPPED), (), Presence.NONE)
    text = shown(doubts([HTTP, replace(HTTPS, verdict=verdict, wrong=("the verdict should be PROTECTED",))]))
    assert [line.strip() for line in text.splitlines() if line.strip()] == [
        "https: not as expected",
        "the verdict should be PROTECTED",
        "the recorder dropped 7 packets",
        "→ use a larger buffer",
    ]


def test_what_went_wrong_in_an_attempt_is_told_with_its_name() -> None:
    exchange = replace(UNTRUSTED.exchanges[0], wrong=("the client should fail, but got the message",))
    text = shown(doubts([replace(UNTRUSTED, exchanges=(exchange,))]))
    assert "trusting the usual CAs: the client should fail, but got the message" in text


def test_what_was_overheard_is_told_with_the_place() -> None:
    text = shown(doubts([UNEXPECTED]))
    assert "frame 6, byte 226, from 127.0.0.1:5683, plainly" in text
