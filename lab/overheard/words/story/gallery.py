"""The last part: many ways for HTTPS to fail."""

from __future__ import annotations

from overheard.words.chapters import gallery as chapters
from overheard.words.gallery import ROWS
from overheard.words.scenario import Expectation, Scenario
from overheard.words.verdict import Outcome

SCENARIOS = (
    Scenario(
        name="gallery",
        title="ways for HTTPS to fail, each with its error",
        attempts=tuple(row.attempt for row in ROWS),
        expected=Expectation(
            Outcome.INCONCLUSIVE, reasons=frozenset({"no-data-in-tls"}), says="the message left in no TLS stream"
        ),
        chapter=chapters.GALLERY,
    ),
)
