"""What is wrong with a certificate chain, as rows of the gallery."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from cryptography import x509

from overheard.certificates.path import misplaced, path
from overheard.certificates.rules import RULES, Case


@dataclass(frozen=True)
class Finding:
    """One thing that is wrong: the name of the gallery's row, and a detail in words."""

    row: str
    detail: str


def wrong(
    chain: Sequence[x509.Certificate],
    host: str | None,
    now: datetime,
    trusted: Sequence[x509.Certificate] | None,
    crls: Sequence[x509.CertificateRevocationList] | None = None,
) -> list[Finding]:
    """What a client would find wrong with `chain`, one certificate or more as a server sends them, at the time `now`.

    Without a `host` the name and purpose are not checked; without `trusted` the trust anchor is not; without `crls`
    revocation is not. The checks are OpenSSL's, at security level 2 (RFC 5280, 6.1; RFC 9525, 6), and in its order: the
    first finding is the error of `requests`.
    """
    at = misplaced(chain)
    ordered = [chain[at], *chain[:at], *chain[at + 1 :]]
    case = Case(chain, path(ordered, trusted or ()), host, now, trusted is not None, crls)
    return [Finding(rule.row, detail) for rule in RULES for detail in rule.details(case)]
