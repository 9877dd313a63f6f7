"""The chapters as data: properties of every chapter."""

from __future__ import annotations

import re
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from overheard.words.chapter import paragraph, paragraphs, rfc
from overheard.words.chapters.gallery import GALLERY
from overheard.words.colours import steps
from overheard.words.gallery import ROWS
from overheard.words.secret import SECRET_MESSAGE
from overheard.words.story import SCENARIOS
from overheard.words.verdict import Outcome
from rows import for_each

if TYPE_CHECKING:
    from collections.abc import Iterator

    from overheard.words.chapter import Chapter
    from overheard.words.scenario import Scenario

ROOT = Path(__file__).parents[3]
NAMES = [scenario.name for scenario in SCENARIOS]

by_scenario = for_each(scenario=SCENARIOS)


def texts(chapter: Chapter) -> Iterator[str]:
    """All texts of a chapter."""
    alone = (chapter.question, chapter.answer, chapter.try_this.happens)
    return chain(chapter.story, chapter.aside, chapter.look, alone, (each.about for each in chapter.reading))


def code(chapter: Chapter) -> set[str]:
    """The code in backquotes."""
    return set(chain.from_iterable(re.findall(r"`([^`]+)`", text) for text in texts(chapter)))


@by_scenario
def test_every_part_of_a_chapter_exists(scenario: Scenario) -> None:
    chapter = scenario.chapter
    assert 2 <= len(chapter.story) <= 4
    assert 2 <= len(chapter.look) <= 4
    assert chapter.question.endswith("?")
    assert 2 <= len(chapter.reading) <= 4


@by_scenario
def test_texts_are_short_complete_paragraphs(scenario: Scenario) -> None:
    for text in texts(scenario.chapter):
        assert text == paragraph(text)
        assert 0 < len(text) <= 700
        assert text.count("`") % 2 == 0
        assert "!" not in text
    for text in (*scenario.chapter.story, *scenario.chapter.look, scenario.chapter.answer):
        assert re.search(r"[.?]$", text), text


@by_scenario
def test_the_line_to_break_occurs_exactly_once(scenario: Scenario) -> None:
    change = scenario.chapter.try_this
    assert change.file.startswith(("services/overheard_services/", "lab/overheard/role/", "ca/overheard_ca/"))
    lines = [line.strip() for line in (ROOT / change.file).read_text().splitlines()]
    assert lines.count(change.line) == 1
    assert change.instead != change.line
    assert change.instead == change.instead.strip()


@by_scenario
def test_breaking_the_line_changes_the_result(scenario: Scenario) -> None:
    """Otherwise the test of its effect could not fail."""
    change = scenario.chapter.try_this
    another_outcome = change.outcome is not scenario.expected.outcome
    another_error = bool(change.error) != bool(scenario.attempts[0].error)
    assert another_outcome or another_error or change.wrong


@by_scenario
def test_the_text_of_a_break_names_its_result(scenario: Scenario) -> None:
    change = scenario.chapter.try_this
    said = {outcome for outcome in Outcome if outcome in change.happens}
    assert said == {change.outcome}


@by_scenario
def test_further_reading_links_a_standard_over_https(scenario: Scenario) -> None:
    for reading in scenario.chapter.reading:
        assert reading.url.startswith("https://")
        assert "," in reading.where


@by_scenario
def test_scenarios_and_rows_named_by_a_chapter_exist(scenario: Scenario) -> None:
    known = {*NAMES, *(row.name for row in ROWS)}
    named = {name for name in code(scenario.chapter) if re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)+", name)}
    assert named <= known


def test_a_chapter_names_only_earlier_scenarios() -> None:
    """Except in a break that refers to another scenario."""
    ahead = {
        (scenario.name, name)
        for place, scenario in enumerate(SCENARIOS)
        for name in code(scenario.chapter) & set(NAMES[place + 1 :])
    }
    assert ahead == {("https-untrusted", "https-intercepted")}


def test_the_agreement_in_small_numbers_is_in_the_chapter_that_needs_it() -> None:
    asides = {scenario.name: scenario.chapter.aside for scenario in SCENARIOS if scenario.chapter.aside}
    assert asides == {"diffie-hellman": steps()}


def test_the_bytes_that_the_first_chapter_points_at_are_the_message() -> None:
    assert SECRET_MESSAGE.encode().hex(" ") in code(SCENARIOS[0].chapter)


def test_rows_described_as_identical_on_the_wire_are() -> None:
    sentence = next(look for look in GALLERY.look if "both send" in look)
    *names, alert = re.findall(r"`([^`]+)`", sentence)
    assert len(names) == 2
    assert [row.wire.alert for row in ROWS if row.name in names] == [alert, alert]


@pytest.mark.parametrize(
    ("name", "words", "number"),
    [
        ("fernet", "Three attempts", 3),
        ("diffie-hellman", "The second attempt", 2),
        ("mutual-tls", "Four clients try", 4),
        ("mutual-tls", "The other three got an alert", 4),
        ("no-forward-secrecy", "Three attempts, one server", 3),
        ("no-forward-secrecy", "The other two work as before", 3),
    ],
)
def test_the_attempts_that_a_chapter_counts_are_those_of_its_scenario(name: str, words: str, number: int) -> None:
    (scenario,) = (each for each in SCENARIOS if each.name == name)
    assert any(words in text for text in texts(scenario.chapter))
    assert len(scenario.attempts) == number


def test_a_text_types_no_number_that_follows_from_the_message() -> None:
    """Lengths are computed from it; see `overheard.words.lengths`."""
    typed = "".join(path.read_text() for path in (ROOT / "lab/overheard/words/chapters").glob("*.py"))
    for computed in (SECRET_MESSAGE.encode().hex(" "), "ekteex", "73 bytes", "28 bytes", "11 bytes"):
        assert computed not in typed


def test_paragraphs_are_separated_by_empty_lines() -> None:
    assert paragraphs("\n  one\n  two\n\n  three\n") == ("one two", "three")


def test_sections_and_appendices_of_an_rfc_have_their_own_urls() -> None:
    section, appendix = rfc(8446, "4.4.3", "it signs"), rfc(8446, "C.5", "it does not")
    assert section.where == "RFC 8446, section 4.4.3"
    assert section.url == "https://www.rfc-editor.org/rfc/rfc8446#section-4.4.3"
    assert appendix.where == "RFC 8446, appendix C.5"
    assert appendix.url == "https://www.rfc-editor.org/rfc/rfc8446#appendix-C.5"
