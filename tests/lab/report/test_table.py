"""The table of verdicts."""

from __future__ import annotations

from dataclasses import replace

import pytest

from lab.report.results import HTTP, HTTPS, SIGHTING, UNEXPECTED, UNTRUSTED, UNTRUSTED_ERROR, shown
from overheard.report.table import evidence, saw, short_error, table
from overheard.words.verdict import Outcome, Presence, Verdict

MESSAGE = "fluffy tail"
ESCAPE = "\x1b"


def squeezed(text: str) -> str:
    return " ".join(text.split())


def test_there_is_a_row_for_each_scenario_with_what_came_of_it() -> None:
    printed = shown(table([HTTP, UNTRUSTED, HTTPS], MESSAGE), width=260)
    for words in (
        "frame 6, byte 226, from 127.0.0.1:5683, spelled plainly",
        "“fluffy tail”, in frame 6",
        "presence: key log (frame 13); all 3 checks hold",
        "a handshake of TLS 1.3 and the alert Unknown CA",
        "SSLError: unable to get local issuer certificate",
        "it never left: no application data",
    ):
        assert words in squeezed(printed), printed
    for word in ("http", "https-untrusted", "https", "OVERHEARD", "INCONCLUSIVE", "PROTECTED"):
        assert word in printed.split()


def test_what_is_not_as_expected_is_told() -> None:
    assert "NOT AS EXPECTED" in shown(table([UNEXPECTED], MESSAGE))
    assert "NOT AS EXPECTED" not in shown(table([HTTP, UNTRUSTED, HTTPS], MESSAGE))


def test_colours_are_for_terminals_alone() -> None:
    assert ESCAPE in shown(table([HTTP], MESSAGE), terminal=True)
    assert ESCAPE not in shown(table([HTTP], MESSAGE))


@pytest.mark.parametrize("width", [80, 104, 120])
def test_it_is_no_wider_than_it_may_be(width: int) -> None:
    printed = shown(table([HTTP, UNTRUSTED, HTTPS], MESSAGE), width=width)
    assert max(map(len, printed.splitlines())) <= width


def test_brackets_are_shown_as_they_are() -> None:
    """Those of IPv6 addresses among them: none is taken for markup."""
    sighting = replace(SIGHTING, direction="[fe80::1]:80 → [fe80::2]:40000")
    result = replace(HTTP, verdict=replace(HTTP.verdict, sightings=(sighting,)))
    printed = squeezed(shown(table([result], "[red]tail[/nowhere]"), width=250))
    assert "from [fe80::1]:80, spelled" in printed
    assert printed.count("[red]tail[/nowhere]") == 2


def test_of_an_error_of_trust_the_reason_is_shown_and_any_other_is_shown_whole() -> None:
    assert short_error(UNTRUSTED_ERROR) == "SSLError: unable to get local issuer certificate"
    assert short_error("ConnectionError: refused (_ssl)") == "ConnectionError: refused (_ssl)"


def test_what_the_spy_saw() -> None:
    nothing = Verdict(Outcome.INCONCLUSIVE, ())
    assert saw(HTTP.verdict, MESSAGE) == "“fluffy tail”, in frame 6"
    assert saw(HTTPS.verdict, MESSAGE) == "ciphertext of TLS 1.3"
    assert saw(UNTRUSTED.verdict, MESSAGE) == "a handshake of TLS 1.3 and the alert Unknown CA"
    assert saw(nothing, MESSAGE) == "nothing that it could read"


def test_the_message_is_not_shown_as_seen_when_it_was_not() -> None:
    assert MESSAGE not in saw(HTTPS.verdict, MESSAGE)
    assert MESSAGE not in saw(UNTRUSTED.verdict, MESSAGE)


def test_the_evidence_counts_what_it_does_not_show() -> None:
    again = replace(SIGHTING, frame=7)
    verdict = Verdict(Outcome.OVERHEARD, (), (SIGHTING, again, again), Presence.SEEN)
    assert evidence(verdict).endswith("spelled plainly, and 2 more")
