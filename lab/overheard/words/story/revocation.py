"""After the story: what a client does about a certificate that was revoked."""

from __future__ import annotations

from dataclasses import replace

from overheard.words.chapters import revocation as chapters
from overheard.words.gallery import at
from overheard.words.scenario import Attempt, Expectation, Scenario, Trust
from overheard.words.services import GALLERY_GOOD, GALLERY_HEALTH, StatusUrls
from overheard.words.verdict import Outcome

_GOOD = Attempt("", GALLERY_GOOD, trust=Trust.GALLERY_CA)
_LIST = StatusUrls(GALLERY_HEALTH.origin, "good").crl


def _let_in(row: str, name: str) -> Attempt:
    """The attempt of a row in which nobody answers, by a client that goes on."""
    hard = at(row).attempt
    return replace(hard, name=name, soft_fail=True, error="", wire=None, warning="SoftFailWarning")


SCENARIOS = (
    Scenario(
        name="revocation",
        title="a revoked certificate, by CRL and OCSP, in hard and soft fail",
        attempts=(
            replace(_GOOD, name="a good certificate, by CRL", crl=_LIST),
            replace(at("revoked").attempt, name="a revoked one, by CRL"),
            replace(at("crl-missing").attempt, name="the same, the CRL dropped: hard fail"),
            _let_in("crl-missing", "the same, the CRL dropped: soft fail"),
            replace(_GOOD, name="a good certificate, by OCSP", ocsp=True),
            replace(at("ocsp-revoked").attempt, name="a revoked one, by OCSP"),
            replace(at("ocsp-missing").attempt, name="the same, the answer dropped: hard fail"),
            _let_in("ocsp-missing", "the same, the answer dropped: soft fail"),
        ),
        expected=Expectation(Outcome.PROTECTED, says="but in soft fail, whoever has the revoked key is told"),
        chapter=chapters.REVOCATION,
    ),
)
