"""The table of verdicts: one line per scenario."""

from __future__ import annotations

from dataclasses import replace

import pytest

from lab.report.results import BROKEN, HTTP, HTTPS, SKIPPED, SPIED, UNEXPECTED, UNTRUSTED, shown
from overheard.report.table import table
from overheard.words.result import Result

MESSAGE = "fluffy tail"
ESCAPE = "\x1b"
ALL = [HTTP, BROKEN, UNTRUSTED, HTTPS, SPIED, SKIPPED]


def lines(*results: Result, message: str = MESSAGE, width: int = 120) -> dict[str, str]:
    """The line of each scenario, with runs of spaces collapsed."""
    printed = shown(table(results, message), width=width).splitlines()
    return {line.split()[0]: " ".join(line.split()) for line in printed if line.strip()}


def test_there_is_a_line_with_the_result_of_each_scenario() -> None:
    found = lines(*ALL, width=140)
    assert found["http"] == "http fluffy tail “fluffy tail”, in frame 6 OVERHEARD ✓"
    assert found["substitution"] == "substitution fluffy tail “ekteex szhk”, and broke it OVERHEARD ✓"
    assert found["https"] == "https fluffy tail TLS 1.3 ciphertext PROTECTED ✓"
    assert found["https-compromised-ca"].endswith("“fluffy tail”, as interceptor OVERHEARD ✓")
    refused = "unable to get local issuer certificate TLS 1.3, alert unknown_ca NOT SENT ✓"
    assert found["https-untrusted"] == f"https-untrusted {refused}"
    assert found["post-quantum"].startswith("post-quantum it needs OpenSSL 3.5 or later")
    assert found["post-quantum"].endswith("skipped -")


def test_an_unexpected_result_is_marked() -> None:
    assert lines(UNEXPECTED)["fernet"].endswith("OVERHEARD ✗")
    assert "✗" not in "".join(lines(*ALL).values())


def test_a_skipped_scenario_is_not_marked_as_expected() -> None:
    assert "✓" not in lines(SKIPPED)["post-quantum"]


def test_colours_are_for_terminals_only() -> None:
    assert ESCAPE in shown(table([HTTP], MESSAGE), terminal=True)
    assert ESCAPE not in shown(table([HTTP], MESSAGE))


@pytest.mark.parametrize("width", [100, 120])
def test_each_has_one_row_within_the_width(width: int) -> None:
    printed = shown(table(ALL, MESSAGE), width=width).rstrip().splitlines()
    assert max(map(len, printed)) <= width
    for result in ALL:
        assert sum(line.startswith(f"{result.scenario} ") for line in printed) == 1


def test_a_narrow_terminal_gets_a_list() -> None:
    printed = shown(table([UNTRUSTED, SKIPPED], MESSAGE), width=80).splitlines()
    assert [line.rstrip() for line in printed] == [
        "  ✓ NOT SENT      https-untrusted",
        "    the client got: unable to get local issuer certificate",
        "    the spy saw: TLS 1.3, alert unknown_ca",
        "  - skipped       post-quantum",
        f"    {SKIPPED.skipped}",
    ]


def test_brackets_are_shown_as_they_are() -> None:
    """They are not read as markup."""
    message = "[red]tail[/nowhere]"
    assert lines(HTTP, message=message, width=150)["http"].count(message) == 2


def test_no_results_make_a_table_without_lines() -> None:
    assert lines() == {"scenario": "scenario the client got the spy saw verdict"} or len(lines()) == 2


def test_a_very_long_error_is_cut() -> None:
    long = replace(UNTRUSTED.exchanges[0], error="ConnectionError: " + "x" * 500)
    printed = shown(table([replace(UNTRUSTED, exchanges=(long,))], MESSAGE))
    assert "…" in printed
    assert len(printed.splitlines()) < 10
