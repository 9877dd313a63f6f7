"""The chapters as data: what holds for every one that anyone writes."""

from __future__ import annotations

import re
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from overheard.words.chapter import paragraph, paragraphs, rfc
from overheard.words.colours import steps
from overheard.words.gallery import ROWS
from overheard.words.secret import SECRET_MESSAGE
from overheard.words.story import SCENARIOS
from overheard.words.verdict import Outcome

if TYPE_CHECKING:
    from collections.abc import Iterator

    from overheard.words.chapter import Chapter
    from overheard.words.scenario import Scenario

ROOT = Path(__file__).parents[3]
NAMES = [scenario.name for scenario in SCENARIOS]

by_scenario = pytest.mark.parametrize("scenario", SCENARIOS, ids=NAMES)


def texts(chapter: Chapter) -> Iterator[str]:
    """Everything in a chapter that is read."""
    alone = (chapter.question, chapter.answer, chapter.try_this.happens)
    return chain(chapter.story, chapter.aside, chapter.look, alone, (each.about for each in chapter.reading))


def code(chapter: Chapter) -> set[str]:
    """What stands between back-quotes."""
    return set(chain.from_iterable(re.findall(r"`([^`]+)`", text) for text in texts(chapter)))


@by_scenario
def test_every_part_of_a_chapter_is_there(scenario: Scenario) -> None:
    chapter = scenario.chapter
    assert 2 <= len(chapter.story) <= 4
    assert 2 <= len(chapter.look) <= 4
    assert chapter.question.endswith("?")
    assert 2 <= len(chapter.reading) <= 4


@by_scenario
def test_what_is_read_comes_in_short_whole_paragraphs(scenario: Scenario) -> None:
    for text in texts(scenario.chapter):
        assert text == paragraph(text)
        assert 0 < len(text) <= 700
        assert text.count("`") % 2 == 0
        assert "!" not in text
    for text in (*scenario.chapter.story, *scenario.chapter.look, scenario.chapter.answer):
        assert re.search(r"[.?]$", text), text


@by_scenario
def test_the_line_to_break_is_in_the_product_exactly_once(scenario: Scenario) -> None:
    change = scenario.chapter.try_this
    assert change.file.startswith(("services/overheard_services/", "lab/overheard/role/"))
    lines = [line.strip() for line in (ROOT / change.file).read_text().splitlines()]
    assert lines.count(change.line) == 1
    assert change.instead != change.line
    assert change.instead == change.instead.strip()


@by_scenario
def test_breaking_the_line_changes_what_is_expected(scenario: Scenario) -> None:
    """Or the test of what it does could not fail."""
    change = scenario.chapter.try_this
    another_outcome = change.outcome is not scenario.expected.outcome
    another_error = bool(change.error) != bool(scenario.attempts[0].error)
    assert another_outcome or another_error or change.wrong


@by_scenario
def test_what_a_break_comes_to_is_said_in_its_words(scenario: Scenario) -> None:
    change = scenario.chapter.try_this
    said = {outcome for outcome in Outcome if outcome in change.happens}
    assert said == {change.outcome}


@by_scenario
def test_reading_leads_to_a_standard_over_https(scenario: Scenario) -> None:
    for reading in scenario.chapter.reading:
        assert reading.url.startswith("https://")
        assert "," in reading.where


@by_scenario
def test_scenarios_and_rows_that_a_chapter_names_exist(scenario: Scenario) -> None:
    known = {*NAMES, *(row.name for row in ROWS)}
    named = {name for name in code(scenario.chapter) if re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)+", name)}
    assert named <= known


def test_a_chapter_names_what_came_before_it_and_nothing_that_is_to_come() -> None:
    """But for the one whose break is to be tried in another."""
    ahead = {
        (scenario.name, name)
        for place, scenario in enumerate(SCENARIOS)
        for name in code(scenario.chapter) & set(NAMES[place + 1 :])
    }
    assert ahead == {("https-untrusted", "https-intercepted")}


def test_the_agreement_in_small_numbers_is_told_where_it_is_needed() -> None:
    asides = {scenario.name: scenario.chapter.aside for scenario in SCENARIOS if scenario.chapter.aside}
    assert asides == {"diffie-hellman": steps()}


def test_the_bytes_that_the_first_chapter_points_at_are_the_message() -> None:
    assert SECRET_MESSAGE.encode().hex(" ") in code(SCENARIOS[0].chapter)


def test_two_rows_that_the_gallery_says_look_the_same_on_the_wire_do() -> None:
    told = next(look for look in SCENARIOS[-1].chapter.look if "both send" in look)
    *names, alert = re.findall(r"`([^`]+)`", told)
    assert len(names) == 2
    assert [row.wire.alert for row in ROWS if row.name in names] == [alert, alert]


def test_paragraphs_are_parted_by_empty_lines_and_lines_by_nothing() -> None:
    assert paragraphs("\n  one\n  two\n\n  three\n") == ("one two", "three")


def test_a_section_of_an_rfc_and_an_appendix_have_addresses_of_their_own() -> None:
    section, appendix = rfc(8446, "4.4.3", "it signs"), rfc(8446, "C.5", "it does not")
    assert section.where == "RFC 8446, section 4.4.3"
    assert section.url == "https://www.rfc-editor.org/rfc/rfc8446#section-4.4.3"
    assert appendix.where == "RFC 8446, appendix C.5"
    assert appendix.url == "https://www.rfc-editor.org/rfc/rfc8446#appendix-C.5"
