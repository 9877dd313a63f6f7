"""`overheard list`, `explain` and `errors`, as a user runs them."""

from __future__ import annotations

import json
from dataclasses import asdict

import pytest

from lab.command.process import overheard
from overheard.words.gallery import ROWS
from overheard.words.story import SCENARIOS


def test_the_list_has_every_scenario_in_the_order_of_the_story() -> None:
    done = overheard("list")
    assert done.returncode == 0
    names = [line.split()[0] for line in done.stdout.splitlines() if line.strip()]
    assert [name for name in names if name in {each.name for each in SCENARIOS}] == [each.name for each in SCENARIOS]
    for scenario in SCENARIOS:
        assert scenario.title in done.stdout
        assert scenario.expected.outcome in done.stdout


def test_the_list_is_available_as_json() -> None:
    listed = json.loads(overheard("list", "--json").stdout)
    assert [each["name"] for each in listed] == [each.name for each in SCENARIOS]
    assert {each["expected"] for each in listed} == {each.expected.outcome for each in SCENARIOS}


def test_a_chapter_is_printed_and_its_answer_only_on_request() -> None:
    (scenario,) = (each for each in SCENARIOS if each.name == "diffie-hellman")
    done, answered = overheard("explain", scenario.name), overheard("explain", scenario.name, "--answer")
    squeezed = " ".join(done.stdout.split())
    chapter = scenario.chapter
    for text in (*chapter.story, *chapter.look, *chapter.aside, chapter.question, chapter.try_this.happens):
        assert " ".join(text.split()) in squeezed
    for reading in chapter.reading:
        assert reading.where in done.stdout
        assert reading.url in done.stdout
    assert f"- {chapter.try_this.line}" in done.stdout
    assert f"+ {chapter.try_this.instead}" in done.stdout
    answer = " ".join(chapter.answer.split())
    assert answer not in squeezed
    assert answer in " ".join(answered.stdout.split())


@pytest.mark.parametrize(
    ("arguments", "meant"),
    [
        (("explain", "defie-hellman"), "diffie-hellman"),
        (("run", "http", "htps"), "https"),
        (("run", "mtls"), "mutual-tls"),
    ],
)
def test_a_misspelt_name_gets_a_suggestion(arguments: tuple[str, ...], meant: str) -> None:
    done = overheard(*arguments)
    assert done.returncode == 2
    assert f"overheard: there is no scenario '{arguments[-1]}' (did you mean " in done.stderr
    assert meant in done.stderr
    assert "`overheard list` lists them all" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_pasted_error_gets_its_cause_and_cure() -> None:
    (row,) = (each for each in ROWS if each.name == "expired")
    done = overheard("errors", "certificate verify failed: certificate has expired (_ssl.c:997)")
    assert done.returncode == 0
    squeezed = " ".join(done.stdout.split())
    for text in (row.name, row.cause, row.cure, "the alert certificate_expired from the client"):
        assert " ".join(text.split()) in squeezed
    # Several words need no quotes.
    assert overheard("errors", "certificate", "has", "expired").stdout == done.stdout


@pytest.mark.parametrize("text", ["no such thing is said by any library", "zzz"])
def test_an_unknown_error_is_reported_and_fails(text: str) -> None:
    done = overheard("errors", text)
    assert (done.returncode, done.stdout) == (1, "")
    assert "No row of the gallery matches this" in done.stderr
    assert json.loads(overheard("errors", "--json", text).stdout) == []


def test_without_a_text_every_row_is_listed() -> None:
    done = overheard("errors")
    assert done.returncode == 0
    for row in ROWS:
        assert row.name in done.stdout
        assert " ".join(row.wrong.split()[:3]) in done.stdout


def test_the_rows_are_available_as_json() -> None:
    listed = json.loads(overheard("errors", "--json").stdout)
    assert listed == json.loads(json.dumps([asdict(row) for row in ROWS]))
