"""Examines the certificates in a file, or those that a server sends."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from cryptography import x509

from overheard.certificates.facts import Facts, facts
from overheard.certificates.fetch import Address, as_requests, has_requests, shown
from overheard.certificates.names import called
from overheard.certificates.path import self_signed, signed
from overheard.certificates.question import Question, Roots
from overheard.certificates.read import read
from overheard.certificates.wrong import Finding, wrong
from overheard.words.error_lookup import matching_rows
from overheard.words.errors import INSTALL_LAB
from overheard.words.gallery import at


@dataclass(frozen=True)
class Connection:
    """The connection to a server, and the error of `requests` when it trusts `trusting`; empty if there is none.

    `asked` is whether `requests` was tried at all, `why_not` the reason if not; `rows` are the rows of the gallery that
    match the error.
    """

    version: str
    cipher: str
    trusting: str
    asked: bool
    error: str
    rows: tuple[str, ...]
    why_not: str = ""

    @property
    def refused(self) -> bool:
        """Whether TLS failed: later errors of a server are not about its certificate."""
        return self.error.startswith("SSLError")


@dataclass(frozen=True)
class Examination:
    """What was found. `skipped` are blocks of a file that are not certificates, `unasked` what was not checked."""

    what: str
    certificates: tuple[Facts, ...]
    wrong: tuple[Finding, ...]
    skipped: tuple[str, ...] = ()
    unasked: tuple[str, ...] = ()
    connection: Connection | None = None

    @property
    def exit_code(self) -> int:
        """0: nothing wrong was found; 1: something was; 2: there was no certificate."""
        if not self.certificates:
            return 2
        return int(bool(self.wrong) or bool(self.connection and self.connection.refused))

    def to_json(self) -> dict[str, Any]:
        """As plain data, each finding with the gallery's cause and cure."""
        return {**asdict(self), "wrong": [_finding(finding) for finding in self.wrong], "exit_code": self.exit_code}


def examine_file(data: bytes, what: str, question: Question) -> Examination:
    """Examine the certificates in `data`, which errors call `what`. Raises CertificateError if there is none."""
    bundle = read(data, what)
    return Examination(
        what,
        _facts(bundle.certificates, question.trusted),
        _wrong(bundle.certificates, question),
        bundle.skipped,
        question.unasked,
    )


def examine_server(server: Address, trusted: Roots, question: Question) -> Examination:
    """Examine the certificates that a server sends, and the error of `requests` with the roots `trusted`.

    `requests` is not tried if it is not installed, or if the question is about a time other than now. Raises
    CertificateError if there is no response.
    """
    question = replace(question, host=server.host, trusted=trusted)
    sent = shown(server)
    what = f"what {server.host}:{server.port} sends"
    chain = [read(one, what).certificates[0] for one in sent.certificates]
    why_not = _why_not_asked(question)
    error = (as_requests(server, str(trusted.path)) if not why_not else "") or sent.error
    rows = tuple(one.name for one in matching_rows(error))
    return Examination(
        server.url,
        _facts(chain, trusted),
        _wrong(chain, question) if chain else (),
        unasked=question.unasked,
        connection=Connection(sent.version, sent.cipher, str(trusted.path), not why_not, error, rows, why_not),
    )


def _why_not_asked(question: Question) -> str:
    """Why `requests` is not tried; empty if it is."""
    if question.at is not None:
        return "it can only check the present time"
    return "" if has_requests() else f"it is not installed ({INSTALL_LAB})"


def _wrong(chain: Sequence[x509.Certificate], question: Question) -> tuple[Finding, ...]:
    trusted = question.trusted.certificates if question.trusted else None
    return tuple(wrong(chain, question.host, question.moment, trusted, question.crls))


def _facts(chain: Sequence[x509.Certificate], trusted: Roots | None) -> tuple[Facts, ...]:
    known = trusted.certificates if trusted else ()
    return tuple(facts(one, _signer(one, chain, known)) for one in chain)


def _signer(one: x509.Certificate, chain: Sequence[x509.Certificate], trusted: Sequence[x509.Certificate]) -> str:
    """Who signed a certificate, as far as a signature proves it."""
    if self_signed(one):
        return "itself" + ", and trusted" * (one in trusted)
    issuer = f'"{called(one.issuer)}"'
    for number, other in enumerate(chain, 1):
        if signed(one, other):
            return f"certificate {number}, {issuer}: the signature holds"
    if any(signed(one, other) for other in trusted):
        return f"{issuer}, which is trusted: the signature holds"
    for number, other in enumerate(chain, 1):
        if other.subject == one.issuer:
            return f"none of these: certificate {number} is named {issuer}, but its key did not sign this"
    return f"{issuer}, which is not here"


def _finding(finding: Finding) -> dict[str, str]:
    known = at(finding.row)
    return {**asdict(finding), "cause": known.cause, "cure": known.cure}
