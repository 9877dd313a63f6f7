"""What the commands print in terminals of any width: no name, verdict or tick is lost."""

from __future__ import annotations

import re
from dataclasses import replace

from lab.report.results import HTTP, SKIPPED, UNTRUSTED
from lab.report.widths import WIDTHS, whole, within
from overheard.report.lesson import lesson
from overheard.report.rows import index, listing, told
from overheard.report.table import table
from overheard.words.error_lookup import answer
from overheard.words.gallery import FAULTS, ROWS
from overheard.words.result import Result
from overheard.words.story import SCENARIOS
from overheard.words.verdict import Outcome

MESSAGE = "a message that is far longer than the one of the story, as a reader may set another"
LONG = "ConnectionError: HTTPSConnectionPool(host='server', port=5443): Max retries exceeded with url: / at the end"


def words_of(said: str) -> str:
    return " ".join(said.split())


@WIDTHS
def test_no_table_of_verdicts_loses_a_name_a_verdict_or_a_tick(width: int) -> None:
    results = [replace(HTTP, scenario=each.name) for each in SCENARIOS]
    results = [replace(each, verdict=replace(each.verdict, outcome=outcome)) for each in results for outcome in Outcome]
    failed = [replace(each, wrong=("it should be something else",)) for each in results]
    skipped = [Result.of_skipped(each.name, SKIPPED.skipped) for each in SCENARIOS]
    said = within(table([*results, *failed, *skipped], MESSAGE), width)
    assert whole([each.name for each in SCENARIOS], said) == []
    assert said.count("✓") == len(results)
    assert said.count("✗") == len(failed)
    for outcome in Outcome:
        assert said.count(outcome) == 2 * len(SCENARIOS)


@WIDTHS
def test_what_the_client_got_is_whole(width: int) -> None:
    refused = replace(UNTRUSTED, exchanges=(replace(UNTRUSTED.exchanges[0], error=LONG),))
    for result, text in ((refused, LONG), (SKIPPED, SKIPPED.skipped), (HTTP, MESSAGE)):
        # Where a cell has several lines, those of its neighbours are between them.
        letters = re.sub(r"\s", "", within(table([result], MESSAGE), width))
        assert [word for word in text.split() if len(word) < 20 and word not in letters] == []


@WIDTHS
def test_the_list_of_scenarios_is_whole(width: int) -> None:
    said = within(listing(SCENARIOS), width)
    assert whole([each.name for each in SCENARIOS], said) == []
    for outcome in {each.expected.outcome for each in SCENARIOS}:
        assert said.count(outcome) == sum(each.expected.outcome is outcome for each in SCENARIOS)
    for each in SCENARIOS:
        assert all(word in said for word in each.title.split())


@WIDTHS
def test_the_list_of_faults_is_whole(width: int) -> None:
    said = within(index(FAULTS), width)
    assert whole([each.name for each in FAULTS], said) == []


@WIDTHS
def test_a_fault_is_whole(width: int) -> None:
    for reason in {row.says[0].reason for row in ROWS}:
        found = answer([reason])
        said = within(told(found.errors, lines=False), width)
        assert whole(["cause", "cure", *(each.name for each in found.faults)], said) == []


@WIDTHS
def test_a_chapter_is_whole(width: int) -> None:
    for each in SCENARIOS:
        said = words_of(within(lesson(each, answer=True), width))
        for text in (*each.chapter.story, each.chapter.question, each.chapter.answer, each.chapter.try_this.happens):
            assert " ".join(text.split()).replace(" ", "") in said.replace(" ", "")
