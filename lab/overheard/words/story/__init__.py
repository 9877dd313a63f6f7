"""The Secret Squirrels' story, as data. A new chapter is one new entry in `SCENARIOS`."""

from __future__ import annotations

from overheard.words.scenario import Expectation, Scenario, Service, Trust
from overheard.words.verdict import Outcome

SECRET_MESSAGE = "fluffy tail"  # noqa: S105  (it is the one secret that the whole world may know)

HTTP = Service("http", "server", 5683)
HTTPS = Service("https", "server", 5443)
CA = Service("https", "ca", 5444)
CAPTURE = Service("http", "capture", 5690)

SCENARIOS = (
    Scenario(
        name="http",
        title="the message in clear",
        service=HTTP,
        trust=Trust.NOT_ASKED,
        expected=Expectation(Outcome.OVERHEARD),
    ),
    Scenario(
        name="https-untrusted",
        title="HTTPS, and the client does not know the CA",
        service=HTTPS,
        trust=Trust.NOT_THE_LAB_CA,
        expected=Expectation(
            Outcome.INCONCLUSIVE,
            error="unable to get local issuer certificate",
            reasons=frozenset({"never-sent"}),
            says="the message never left",
        ),
    ),
    Scenario(
        name="https",
        title="HTTPS, and the client trusts the CA",
        service=HTTPS,
        trust=Trust.LAB_CA,
        expected=Expectation(Outcome.PROTECTED),
    ),
)

# The scenario that must be overheard, or nothing in the same run may be called PROTECTED.
CONTROL = "http"
