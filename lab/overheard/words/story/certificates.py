"""The third part: certificates say who is who, and a certificate authority vouches for them."""

from __future__ import annotations

from overheard.words.chapters import certificates as chapters
from overheard.words.scenario import Attempt, Expectation, Scenario, Trust, Wire
from overheard.words.services import HTTPS
from overheard.words.verdict import NEVER_SENT, Outcome

SCENARIOS = (
    Scenario(
        name="https-untrusted",
        title="HTTPS, and the client does not know the CA",
        attempts=(
            Attempt(
                "trusting the usual CAs",
                HTTPS,
                trust=Trust.NOT_THE_LAB_CA,
                error="unable to get local issuer certificate",
                wire=Wire("unknown_ca", "client"),
            ),
        ),
        expected=Expectation(
            Outcome.NOT_SENT,
            reasons=frozenset({NEVER_SENT}),
            visible=frozenset({"unknown_ca from the client"}),
            says="the message never left",
        ),
        chapter=chapters.HTTPS_UNTRUSTED,
    ),
    Scenario(
        name="https",
        title="HTTPS, and the client trusts the CA",
        attempts=(Attempt("trusting the lab CA", HTTPS, trust=Trust.LAB_CA),),
        expected=Expectation(Outcome.PROTECTED),
        chapter=chapters.HTTPS,
    ),
)
