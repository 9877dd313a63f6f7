"""What there is to learn from a scenario: its story, where to look, a question, a line to break, and what to read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from overheard.words.verdict import Outcome


@dataclass(frozen=True)
class Break:
    """One line to change, and what will come of it.

    `file` is its path in the project, `line` the whole line without its indentation, `instead` what to write there.
    `outcome` and `error` (a part of the text; empty where the message is received) are what the scenario and its first
    attempt then come to; `happens` says so in words, and why. `wrong` is a part of what is then said not to be as
    expected, where outcome and error alone do not tell.
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
    """Where to read on: a standard with its section, and what stands there."""

    where: str
    about: str
    url: str


@dataclass(frozen=True)
class Chapter:
    """A lesson. `story`, `look` and `aside` are paragraphs; an aside is what helps, and is not of the story.

    `code` within a text stands between back-quotes.
    """

    story: tuple[str, ...]
    look: tuple[str, ...]
    question: str
    answer: str
    try_this: Break
    reading: tuple[Reading, ...]
    aside: tuple[str, ...] = ()


def paragraphs(text: str) -> tuple[str, ...]:
    """The paragraphs of a text with empty lines between them, each as one line."""
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
