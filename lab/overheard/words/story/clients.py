"""The fifth part: the server also wants to know with whom it is talking."""

from __future__ import annotations

from overheard.words.chapters import clients as chapters
from overheard.words.scenario import Attempt, Expectation, Identity, Scenario, Trust
from overheard.words.services import MUTUAL
from overheard.words.verdict import Outcome

SCENARIOS = (
    Scenario(
        name="mutual-tls",
        title="HTTPS, and the server asks for the client's certificate",
        attempts=(
            Attempt(
                "as the squirrel",
                MUTUAL,
                trust=Trust.LAB_CA,
                identity=Identity.SQUIRREL,
                greeting="Hello squirrel",
            ),
            Attempt("with no certificate", MUTUAL, trust=Trust.LAB_CA, error="alert certificate required"),
            Attempt(
                "with a stranger's certificate",
                MUTUAL,
                trust=Trust.LAB_CA,
                identity=Identity.STRANGER,
                error="alert unknown ca",
            ),
            Attempt(
                "with a server's certificate",
                MUTUAL,
                trust=Trust.LAB_CA,
                identity=Identity.SERVER,
                error="alert unsupported certificate",
            ),
        ),
        expected=Expectation(Outcome.PROTECTED),
        chapter=chapters.MUTUAL_TLS,
    ),
)
