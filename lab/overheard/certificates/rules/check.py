"""Checks a chain by all rules: what the client here refuses, and what others do."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from overheard.certificates.documents.certificate import Certificate
from overheard.certificates.documents.revocation_list import RevocationList
from overheard.certificates.path import misplaced, path
from overheard.certificates.rules.elsewhere import ELSEWHERE
from overheard.certificates.rules.refused import RULES
from overheard.certificates.rules.rule import Case, Finding, found
from overheard.certificates.rules.strict import HERE, STRICT


def case(
    chain: Sequence[Certificate],
    host: str | None,
    now: datetime,
    trusted: Sequence[Certificate] | None,
    crls: Sequence[RevocationList] | None = None,
) -> Case:
    """What is to be checked: `chain`, one certificate or more as a server sends them, at the time `now`.

    Without a `host` the name and purpose are not checked; without `trusted` the trust anchor is not; without `crls`
    revocation is not.
    """
    at = misplaced(chain)
    ordered = [chain[at], *chain[:at], *chain[at + 1 :]]
    return Case(chain, path(ordered, trusted or (), now), host, now, trusted, crls)


def wrong(checked: Case, *, strict: bool = HERE) -> list[Finding]:
    """What a client would find wrong.

    The checks are OpenSSL's, at security level 2 (RFC 5280, 6.1; RFC 9525, 6), and in its order: the first finding is
    the error of `requests`. `strict` is whether it runs on Python 3.13 or later.
    """
    return [*found(RULES, checked), *(found(STRICT, checked) if strict else [])]


def remarks(checked: Case, *, strict: bool = HERE) -> list[Finding]:
    """What other clients would find wrong, or the same on a newer Python."""
    return [*([] if strict else found(STRICT, checked)), *found(ELSEWHERE, checked)]
