"""After the story: what the world did about certificates that nobody asked for."""

from __future__ import annotations

from overheard.words.chapters import logs as chapters
from overheard.words.scenario import Attempt, Expectation, Need, Scenario, Trust
from overheard.words.services import HTTPS
from overheard.words.verdict import NEVER_SENT, Outcome

SCENARIOS = (
    Scenario(
        name="transparency",
        title="the same spy and CA, and a client that asks for a log of certificates",
        attempts=(
            Attempt(
                "trusting the impostor's CA, too",
                HTTPS,
                trust=Trust.IMPOSTOR_CA,
                intercepted=True,
                logged=True,
                error="the certificate is not in the log",
            ),
        ),
        expected=Expectation(Outcome.NOT_SENT, reasons=frozenset({NEVER_SENT}), says="the message never left"),
        needs=frozenset({Need.INTERCEPTOR}),
        chapter=chapters.TRANSPARENCY,
    ),
)
