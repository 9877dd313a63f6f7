"""After the story: how a certificate authority finds out who may have a certificate."""

from __future__ import annotations

from overheard.words.chapters import issuing as chapters
from overheard.words.scenario import Attempt, Expectation, Scenario, Trust
from overheard.words.services import ACME, CA
from overheard.words.verdict import Outcome

SCENARIOS = (
    Scenario(
        name="acme",
        title="HTTPS with a certificate by ACME, and a stranger who gets none",
        attempts=(
            # The server gets its certificate during the handshake.
            Attempt("asking the server", ACME, trust=Trust.LAB_CA, patience=40),
            Attempt("a stranger, asking the CA", CA, trust=Trust.LAB_CA, orders=ACME.host, error="incorrectResponse"),
        ),
        expected=Expectation(Outcome.PROTECTED, says="what the CA asks in clear is no secret"),
        chapter=chapters.ACME,
    ),
)
