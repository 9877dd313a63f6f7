"""The pages of docs/scenarios: one page per chapter, generated from the same data that the lab runs on."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from overheard.report.markdown import attempts, gallery, table
from overheard.words.chapter import paragraphs
from overheard.words.story import SCENARIOS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from overheard.words.chapter import Chapter
    from overheard.words.scenario import Expectation, Scenario

INDEX = "README.md"
# The output of a run is between these; it is not generated from the data.
_FROM, _TO = "<!-- output -->", "<!-- end of output -->"
_BETWEEN = re.compile(f"{_FROM}\n```text\n(.*?)```\n{_TO}", re.DOTALL)
_NO_OUTPUT = "(there is none yet)\n"

_PREFACE = paragraphs("""
    The Secret Squirrels have a server that tells a secret, and a spy sits on the wire. Each chapter gives the squirrels
    something that the one before it lacked, or takes it away.

    To read a chapter in a terminal: `overheard explain NAME`. To see it happen: `overheard run NAME`. To see all of
    them at once: `make capture-demo`.
""")
_COLUMNS = ("", "chapter", "what happens", "expected")
_AFTERWORD = (
    "What the verdicts mean, and how they are reached: [the rules](../architecture.md#the-rules-of-the-verdict)."
)


def pages(outputs: Mapping[str, str]) -> dict[str, str]:
    """Every page by the name of its file; `outputs` are what `overheard run` printed, by the name of the scenario."""
    chapters = {
        file_of(each.name): _page(number, outputs.get(each.name, _NO_OUTPUT)) for number, each in enumerate(SCENARIOS)
    }
    return {INDEX: _index(), **chapters}


def file_of(name: str) -> str:
    """The file name of a scenario's page, with its number in the story."""
    place = [scenario.name for scenario in SCENARIOS].index(name) + 1
    return f"{place:02}-{name}.md"


def output_of(page: str) -> str:
    """The recorded output in a page."""
    found = _BETWEEN.search(page)
    return found[1] if found else _NO_OUTPUT


def _index() -> str:
    rows = (
        (str(place), f"[{each.name}]({file_of(each.name)})", each.title, _expected(each.expected))
        for place, each in enumerate(SCENARIOS, 1)
    )
    parts = ("# The story, chapter by chapter", *_PREFACE, "\n".join(table(_COLUMNS, rows)), _AFTERWORD)
    return "\n\n".join(parts) + "\n"


def _page(number: int, output: str) -> str:
    scenario = SCENARIOS[number]
    chapter = scenario.chapter
    around = _around(number)
    parts = (
        f"# {number + 1}. {scenario.name}: {scenario.title}",
        around,
        *_what_happens(scenario),
        "## The story",
        *chapter.story,
        *_aside(chapter),
        *_see_it(scenario, output),
        *_question(scenario),
        *_break(scenario),
        "## Read on",
        "\n".join(f"- [{reading.where}]({reading.url}): {reading.about}" for reading in chapter.reading),
        around,
    )
    return "\n\n".join(parts) + "\n"


def _around(number: int) -> str:
    """Links to the pages before and after."""
    before, after = SCENARIOS[:number][-1:], SCENARIOS[number + 1 :][:1]
    links = [f"back: [{each.name}]({file_of(each.name)})" for each in before]
    links += [f"[all chapters]({INDEX})"]
    links += [f"next: [{each.name}]({file_of(each.name)})" for each in after]
    return " · ".join(links)


def _what_happens(scenario: Scenario) -> Iterator[str]:
    rows = gallery() if scenario.name == "gallery" else attempts(scenario)
    yield "\n".join(rows)
    yield f"Expected: {_expected(scenario.expected)}. {_why(scenario.expected)}".rstrip()
    if scenario.needs:
        yield f"Needs {' and '.join(sorted(scenario.needs))}; otherwise it is skipped."


def _expected(expected: Expectation) -> str:
    return f"`{expected.outcome}`" + (f": {expected.says}" if expected.says else "")


def _why(expected: Expectation) -> str:
    """What is expected besides the verdict."""
    facts = ", ".join(f"`{fact}`" for fact in sorted(expected.visible))
    return " ".join(
        (
            *([f"The message must be seen {expected.seen}."] if expected.seen else ()),
            *([f"The check that must fail: {', '.join(sorted(expected.reasons))}."] if expected.reasons else ()),
            *([f"The wire must show {facts}."] if facts else ()),
        )
    )


def _aside(chapter: Chapter) -> Iterator[str]:
    if chapter.aside:
        yield "## In small numbers"
        yield "\n".join(f"{number}. {step}" for number, step in enumerate(chapter.aside, 1))


def _see_it(scenario: Scenario, output: str) -> Iterator[str]:
    yield "## See it"
    yield f"```console\n$ overheard run {scenario.name}\n```"
    yield f"{_FROM}\n```text\n{output}```\n{_TO}"
    yield "\n".join(f"- {look}" for look in scenario.chapter.look)


def _question(scenario: Scenario) -> Iterator[str]:
    yield "## A question"
    yield scenario.chapter.question
    yield f"<details>\n<summary>The answer</summary>\n\n{scenario.chapter.answer}\n\n</details>"


def _break(scenario: Scenario) -> Iterator[str]:
    change = scenario.chapter.try_this
    yield "## Break it"
    yield f"In `{change.file}`:"
    yield f"```diff\n-{change.line}\n+{change.instead}\n```"
    yield change.happens
    yield "Then put the line back."
