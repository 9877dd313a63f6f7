"""What rules check, and what a rule is."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice

from overheard.certificates.documents.certificate import Certificate
from overheard.certificates.documents.revocation_list import RevocationList
from overheard.certificates.names import called
from overheard.certificates.path import Path

# Of one rule: a certificate can have thousands of the same fault.
_MOST = 50


@dataclass(frozen=True)
class Case:
    """The input of the rules: the chain as it was sent, and the path that was built from it.

    `trusted` is None if the path need not be anchored; `host` and `crls` are None if they are not checked.
    """

    chain: Sequence[Certificate]
    path: Path
    host: str | None
    now: datetime
    trusted: Sequence[Certificate] | None
    crls: Sequence[RevocationList] | None

    @property
    def shown(self) -> tuple[Certificate, ...]:
        """Those of the path, and then the others that were sent: what a client does not need is shown all the same."""
        return tuple(dict.fromkeys((*self.path.certificates, *self.chain)))

    @property
    def astray(self) -> bool:
        """Whether the path must end in a trusted certificate, and does not."""
        return self.trusted is not None and not self.path.anchored


@dataclass(frozen=True)
class Rule:
    """The name of a fault, a row of the gallery or of `overheard.words.faults`, and the function that finds it."""

    row: str
    details: Callable[[Case], Iterator[str]]


@dataclass(frozen=True)
class Finding:
    """One thing that is wrong: the name of the fault, and a detail in words."""

    row: str
    detail: str


def the(certificate: Certificate) -> str:
    """A certificate in the words of a finding."""
    return f'"{called(certificate.subject)}"'


def found(rules: Sequence[Rule], case: Case) -> list[Finding]:
    """What the rules find, in their order."""
    return [Finding(rule.row, detail) for rule in rules for detail in islice(rule.details(case), _MOST)]
