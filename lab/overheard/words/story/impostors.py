"""The fourth part: a spy in the middle of HTTPS, and what keeps the message from it."""

from __future__ import annotations

from overheard.words.chapters import impostors as chapters
from overheard.words.scenario import Attempt, Expectation, Need, Scenario, Trust
from overheard.words.services import HTTPS
from overheard.words.verdict import NEVER_SENT, Outcome

_BY_THE_INTERCEPTOR = Expectation(Outcome.OVERHEARD, seen="plainly, in TLS opened with the interceptor's session keys")
_INTERCEPTOR = frozenset({Need.INTERCEPTOR})

SCENARIOS = (
    Scenario(
        name="https-intercepted",
        title="a spy in the middle, and a client that verifies certificates",
        attempts=(
            Attempt(
                "trusting the lab CA",
                HTTPS,
                trust=Trust.LAB_CA,
                intercepted=True,
                error="certificate verify failed",
            ),
        ),
        expected=Expectation(Outcome.NOT_SENT, reasons=frozenset({NEVER_SENT}), says="the message never left"),
        needs=_INTERCEPTOR,
        chapter=chapters.HTTPS_INTERCEPTED,
    ),
    Scenario(
        name="https-unverified-intercepted",
        title="the same spy, and a client that does not verify (verify=False)",
        attempts=(
            Attempt(
                "trusting anybody",
                HTTPS,
                trust=Trust.ANYBODY,
                intercepted=True,
                warning="InsecureRequestWarning",
            ),
        ),
        expected=_BY_THE_INTERCEPTOR,
        needs=_INTERCEPTOR,
        chapter=chapters.HTTPS_UNVERIFIED_INTERCEPTED,
    ),
    Scenario(
        name="https-compromised-ca",
        title="the same spy, and a client that was made to trust the spy's CA",
        attempts=(Attempt("trusting the impostor's CA, too", HTTPS, trust=Trust.IMPOSTOR_CA, intercepted=True),),
        expected=_BY_THE_INTERCEPTOR,
        needs=_INTERCEPTOR,
        chapter=chapters.HTTPS_COMPROMISED_CA,
    ),
)
