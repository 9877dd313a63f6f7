"""The pages of the story match its data, and the commands on them work."""

from __future__ import annotations

import re
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

from overheard.engines.base import clean_environment
from overheard.report.markdown import attempts
from overheard.report.pages import INDEX, file_of, output_of, pages
from overheard.words.gallery import ROWS
from overheard.words.scenario import Scenario
from overheard.words.story import SCENARIOS
from rows import for_each

FOLDER = Path(__file__).parents[2] / "docs" / "scenarios"
FILES = sorted(FOLDER.glob("*.md"))
TEXTS = {file.name: file.read_text(encoding="utf-8") for file in FILES}
CHAPTERS = sorted(set(TEXTS) - {INDEX})
NAMES = [scenario.name for scenario in SCENARIOS]

by_page = for_each(name=TEXTS)
by_chapter = pytest.mark.parametrize(("number", "name"), list(enumerate(CHAPTERS)), ids=CHAPTERS)


def prose(text: str) -> str:
    """A page without its code blocks."""
    return re.sub(r"^```.*?^```$", "", text, flags=re.MULTILINE | re.DOTALL)


@cache
def commands() -> set[str]:
    """The commands of `overheard`."""
    command = [sys.executable, "-m", "overheard", "--help"]
    said = subprocess.run(command, env=clean_environment(), capture_output=True, text=True, check=True).stdout
    return set(re.findall(r"^    ([a-z-]+) ", said, re.MULTILINE))


def rows_of(scenario: Scenario) -> list[str]:
    """The rows of a scenario's table of attempts, without its heading."""
    return list(attempts(scenario))[2:]


def test_regenerated_pages_are_unchanged() -> None:
    """`docs/generate.py` produces exactly these."""
    outputs = {scenario.name: output_of(TEXTS[name]) for scenario, name in zip(SCENARIOS, CHAPTERS, strict=True)}
    assert pages(outputs) == TEXTS


def test_a_page_that_was_changed_by_hand_would_be_noticed() -> None:
    outputs = {scenario.name: output_of(TEXTS[name]) for scenario, name in zip(SCENARIOS, CHAPTERS, strict=True)}
    changed = {**TEXTS, CHAPTERS[0]: TEXTS[CHAPTERS[0]].replace("passive attack", "harmless habit")}
    assert changed != TEXTS
    assert pages(outputs) != changed


@pytest.mark.parametrize(
    ("option", "words"),
    [
        ("crl", "checks the revocation list"),
        ("ocsp", "asks the responder"),
        ("soft_fail", "goes on without an answer"),
        ("logged", "asks for a certificate that is in the log"),
        ("intercepted", "is redirected to the interceptor"),
    ],
)
def test_the_table_of_attempts_says_what_is_special_about_each_and_nothing_of_the_others(
    option: str, words: str
) -> None:
    made = [
        (each, line) for scenario in SCENARIOS for each, line in zip(scenario.attempts, rows_of(scenario), strict=True)
    ]
    assert {bool(getattr(attempt, option)) for attempt, _ in made} == {True, False}
    assert [line for attempt, line in made if (words in line) is not bool(getattr(attempt, option))] == []


def test_the_index_links_every_page_in_the_order_of_the_story() -> None:
    linked = re.findall(r"\]\((\d\d-[a-z0-9-]+\.md)\)", TEXTS[INDEX])
    assert linked == CHAPTERS
    assert [name[3:-3] for name in linked] == NAMES


@by_chapter
def test_a_page_links_the_previous_and_the_next_one(number: int, name: str) -> None:
    beside = [*CHAPTERS[:number][-1:], INDEX, *CHAPTERS[number + 1 :][:1]]
    first, *_, last = (line for line in TEXTS[name].splitlines() if f"]({INDEX})" in line)
    assert re.findall(r"\]\(([^)]+\.md)\)", first) == beside
    assert first == last


@by_page
def test_every_command_on_a_page_exists(name: str) -> None:
    typed = re.findall(r"(?:`|\$ |: )overheard ([a-z-]+)", prose(TEXTS[name]) + TEXTS[name])
    assert set(typed) <= commands()
    for run in re.findall(r"\$ overheard run (\S+)", TEXTS[name]):
        assert run in NAMES


@by_page
def test_every_table_is_valid_for_github(name: str) -> None:
    """Each line has as many cells as the heading, bars in cells are escaped, and an empty line precedes the table."""
    lines = prose(TEXTS[name]).splitlines()
    rules = [number for number, line in enumerate(lines) if re.fullmatch(r"\|(-+\|)+", line)]
    assert rules or name == INDEX
    for rule in rules:
        assert lines[rule - 2] == ""
        table = [lines[rule - 1]]
        for line in lines[rule:]:
            if not line.startswith("|"):
                break
            table.append(line)
        assert len({len(re.findall(r"(?<!\\)\|", line)) for line in table}) == 1


@by_page
def test_a_page_contains_no_accidental_html(name: str) -> None:
    without_code = re.sub(r"`[^`\n]*`", "", prose(TEXTS[name]))
    tags = set(re.findall(r"<[^>]*>", without_code))
    assert tags <= {
        "<details>",
        "</details>",
        "<summary>",
        "</summary>",
        "<!-- output -->",
        "<!-- end of output -->",
    }


@by_chapter
def test_the_output_on_a_page_is_that_of_its_scenario_and_as_expected(number: int, name: str) -> None:
    scenario = SCENARIOS[number]
    first = output_of(TEXTS[name]).splitlines()[0]
    assert first == f"{scenario.name}: {scenario.title}   {scenario.expected.outcome}"


@by_chapter
def test_code_that_a_page_quotes_is_in_its_output(number: int, name: str) -> None:
    """Applies to all code in `look`, except names of other scenarios and what only Wireshark shows."""
    elsewhere = {*NAMES, *(row.name for row in ROWS), "key_share", "interceptor", "http and not tls"}
    pointed_at = set(re.findall(r"`([^`]+)`", " ".join(SCENARIOS[number].chapter.look))) - elsewhere
    # A hex dump has two spaces in the middle of a line.
    printed = " ".join(output_of(TEXTS[name]).split())
    assert {what for what in pointed_at if what not in printed} == set()


def test_the_gallery_page_has_every_row() -> None:
    rows = re.findall(r"^\| `([a-z0-9.-]+)` \|", TEXTS[file_of("gallery")], re.MULTILINE)
    assert rows == [row.name for row in ROWS]


def test_the_answer_is_folded() -> None:
    for name in CHAPTERS:
        assert TEXTS[name].count("<details>\n<summary>The answer</summary>\n\n") == 1
