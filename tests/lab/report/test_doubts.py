"""What is not as it should be, told with what to do about it."""

from __future__ import annotations

from dataclasses import replace

from lab.report.results import HTTP, HTTPS, UNTRUSTED, shown
from overheard.report.doubts import doubts
from overheard.words.verdict import Check, Outcome, Presence, Rule, Verdict

DROPPED = Check(Rule.WHOLE, "no-drops", holds=False, says="the recorder dropped 7 packets", hint="use a larger buffer")
WHOLE = Check(Rule.WHOLE, "closed", holds=True, says="the file was closed cleanly")


def test_where_all_is_as_expected_nothing_is_said() -> None:
    """Not even of what is INCONCLUSIVE, where that is what must come out."""
    assert shown(doubts([HTTP, HTTPS, UNTRUSTED])).strip() == ""


def test_every_reason_is_told_with_what_to_do_and_nothing_else() -> None:
    verdict = Verdict(Outcome.INCONCLUSIVE, (WHOLE, DROPPED), (), Presence.NONE)
    text = shown(doubts([HTTP, replace(HTTPS, verdict=verdict, as_expected=False)]))
    assert [line.strip() for line in text.splitlines() if line.strip()] == [
        "https: not as expected",
        "the recorder dropped 7 packets",
        "→ use a larger buffer",
    ]


def test_the_error_of_the_client_is_told_whole() -> None:
    text = shown(doubts([replace(UNTRUSTED, as_expected=False)]), width=400)
    assert UNTRUSTED.error in text
