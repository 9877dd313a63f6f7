"""The first part: everybody can read it."""

from __future__ import annotations

from overheard.words.chapters import in_clear as chapters
from overheard.words.scenario import Attempt, Disguise, Expectation, Scenario
from overheard.words.services import HTTP
from overheard.words.spelling import shifted_by
from overheard.words.verdict import Outcome

SCENARIOS = (
    Scenario(
        name="http",
        title="the message in clear",
        attempts=(Attempt("a GET", HTTP),),
        expected=Expectation(Outcome.OVERHEARD, seen="plainly"),
        chapter=chapters.HTTP,
    ),
    Scenario(
        name="substitution",
        title="each letter is replaced by the one before it",
        attempts=(Attempt("a GET", HTTP, Disguise.SUBSTITUTION),),
        expected=Expectation(Outcome.OVERHEARD, seen=shifted_by(25)),
        chapter=chapters.SUBSTITUTION,
    ),
)
