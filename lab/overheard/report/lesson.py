"""A chapter as text: the story, where to look, a question, a line to break, and further reading."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.console import Group
from rich.padding import Padding
from rich.text import Text

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from rich.console import RenderableType

    from overheard.words.chapter import Break, Chapter
    from overheard.words.scenario import Scenario


def lesson(scenario: Scenario, *, answer: bool = False) -> Group:
    """The chapter of a scenario. The answer to its question is shown only with `answer`."""
    return Group(*_lesson(scenario, scenario.chapter, answer=answer))


def _lesson(scenario: Scenario, chapter: Chapter, *, answer: bool) -> Iterator[RenderableType]:
    yield Text.assemble((scenario.name, "bold"), f": {scenario.title}\n")
    yield from _paragraphs(chapter.story)
    if chapter.aside:
        yield from _section("In small numbers", chapter.aside)
    yield from _section("Look", chapter.look, [f"overheard run {scenario.name}"])
    yield from _section("A question", [chapter.question])
    if answer:
        yield from _section("The answer", [chapter.answer])
    else:
        yield Text(f"  (the answer: overheard explain {scenario.name} --answer)\n", style="dim")
    yield from _break(chapter.try_this)
    yield Text("Read on", style="bold")
    for reading in chapter.reading:
        yield Text(f"  {reading.where}: {reading.about}\n    {reading.url}")


def _paragraphs(texts: Iterable[str]) -> Iterator[RenderableType]:
    for text in texts:
        styled = Text(text)
        styled.highlight_regex(r"`[^`]+`", "cyan")
        yield Padding(styled, (0, 0, 1, 2), expand=False)


def _section(heading: str, texts: Iterable[str], commands: Iterable[str] = ()) -> Iterator[RenderableType]:
    yield Text(heading, style="bold")
    for command in commands:
        yield Text(f"  $ {command}\n")
    yield from _paragraphs(texts)


def _break(try_this: Break) -> Iterator[RenderableType]:
    yield Text("Break it", style="bold")
    yield Text(f"  {try_this.file}")
    yield Text(f"  - {try_this.line}", style="red")
    yield Text(f"  + {try_this.instead}\n", style="green")
    yield from _paragraphs([try_this.happens])
