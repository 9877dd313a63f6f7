"""What a scenario teaches: its story, where to look, a question, a line to break, and further reading."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from overheard.words.verdict import Outcome


@dataclass(frozen=True)
class Break:
    """One line to change, and what happens then.

    `file` is its path in the project, `line` the whole line without its indentation, `instead` its replacement.
    `outcome` and `error` (a part of the text; empty if the message is received) are the results of the scenario and of
    its first attempt; `happens` explains them. `wrong` is a part of the reported deviation from the expectation, if
    outcome and error alone do not show the change.
    """

    file: str
    line: str
    instead: str
    happens: str
    outcome: Outcome
    error: str = ""
    wrong: str = ""


@dataclass(frozen=True)
class Reading:
    """Further reading: a section of a standard, and what it is about."""

    where: str
    about: str
    url: str


@dataclass(frozen=True)
class Chapter:
    """A lesson. `story`, `look` and `aside` are paragraphs; an aside explains something outside the story.

    `code` within a text is in backquotes.
    """

    story: tuple[str, ...]
    look: tuple[str, ...]
    question: str
    answer: str
    try_this: Break
    reading: tuple[Reading, ...]
    aside: tuple[str, ...] = ()


def paragraphs(text: str) -> tuple[str, ...]:
    """The paragraphs of a text, which empty lines separate, each as one line."""
    return tuple(paragraph(part) for part in text.strip().split("\n\n"))


def paragraph(text: str) -> str:
    """A text as one line."""
    return " ".join(text.split())


def rfc(number: int, section: str, about: str) -> Reading:
    """A section, or an appendix, of an RFC."""
    part = "section" if section[0].isdecimal() else "appendix"
    return Reading(
        f"RFC {number}, {part} {section}", about, f"https://www.rfc-editor.org/rfc/rfc{number}#{part}-{section}"
    )
