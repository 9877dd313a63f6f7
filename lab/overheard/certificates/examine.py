"""Examines the certificates in a file, or those that a server sends."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from overheard.certificates.descriptions import Document
from overheard.certificates.documents.certificate import Certificate
from overheard.certificates.errors import CertificateError
from overheard.certificates.facts import Facts, facts
from overheard.certificates.fetch import Address, as_requests, has_requests, shown
from overheard.certificates.names import plain
from overheard.certificates.openssl import unread
from overheard.certificates.question import Question, Roots
from overheard.certificates.read import read, read_certificates
from overheard.certificates.rules.check import case, remarks, wrong
from overheard.certificates.rules.rule import Finding, the
from overheard.certificates.signers import signers
from overheard.words.error_lookup import matching_rows
from overheard.words.errors import INSTALL_LAB
from overheard.words.faults import CertificateFault, explained

# Of a bundle with many odd certificates.
_MOST_NOTICES = 10


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
    """What was found. `remarks` are faults that `requests` here takes, and `notices` are about trusted certificates.

    `documents` are what is no certificate; `skipped` are blocks of a file that are neither, `unasked` what was not
    checked.
    """

    what: str
    certificates: tuple[Facts, ...]
    wrong: tuple[Finding, ...]
    skipped: tuple[str, ...] = ()
    unasked: tuple[str, ...] = ()
    connection: Connection | None = None
    remarks: tuple[Finding, ...] = ()
    documents: tuple[Document, ...] = ()
    notices: tuple[str, ...] = ()

    @property
    def exit_code(self) -> int:
        """0: nothing wrong was found; 1: something was; 2: there was no certificate."""
        if not self.certificates and not self.wrong:
            return 2
        return int(bool(self.wrong) or bool(self.connection and self.connection.refused))

    def to_json(self) -> dict[str, Any]:
        """As plain data, each finding with its cause and cure."""
        return {
            **asdict(self),
            "wrong": [_explained(finding) for finding in self.wrong],
            "remarks": [_explained(finding) for finding in self.remarks],
            "exit_code": self.exit_code,
        }


def examine_file(data: bytes, what: str, question: Question) -> Examination:
    """Examine what is in `data`, which errors call `what`. Raises CertificateError if nothing in it can be read."""
    bundle = read(data, what)
    examined = _examined(bundle.certificates, question, what)
    unreadable = tuple(Finding("certificate-unreadable", words) for words in bundle.unreadable)
    documents = tuple(_with_owner(document, bundle.certificates) for document in bundle.documents)
    return replace(
        examined,
        wrong=(*unreadable, *examined.wrong) if bundle.certificates else (),
        skipped=(*bundle.skipped, *(bundle.unreadable if not bundle.certificates else ())),
        remarks=(*_malformed(bundle.malformed), *examined.remarks),
        documents=documents,
    )


def examine_server(server: Address, trusted: Roots, question: Question) -> Examination:
    """Examine the certificates that a server sends, and the error of `requests` with the roots `trusted`.

    `requests` is not tried if it is not installed, or if the question is about a time other than now. Raises
    CertificateError if there is no response.
    """
    question = replace(question, host=server.host, trusted=trusted)
    sent = shown(server)
    what = f"what {server.host}:{server.port} sends"
    chain, unreadable = _sent(sent.certificates, what)
    examined = _examined(chain, question, server.url)
    why_not = _why_not_asked(question)
    error = (as_requests(server, str(trusted.path)) if not why_not else "") or sent.error
    rows = tuple(one.name for one in matching_rows(error))
    return replace(
        examined,
        wrong=(*unreadable, *examined.wrong),
        connection=Connection(sent.version, sent.cipher, str(trusted.path), not why_not, error, rows, why_not),
    )


def _sent(certificates: Sequence[bytes], what: str) -> tuple[list[Certificate], tuple[Finding, ...]]:
    """The certificates of a handshake, and those among them that cannot be read."""
    chain: list[Certificate] = []
    unreadable = []
    for one in certificates:
        try:
            chain += read_certificates(one, what).certificates
        except CertificateError as problem:
            unreadable.append(Finding("certificate-unreadable", str(problem)))
    return chain, tuple(unreadable)


def _why_not_asked(question: Question) -> str:
    """Why `requests` is not tried; empty if it is."""
    if question.at is not None:
        return "it can only check the present time"
    return "" if has_requests() else f"it is not installed ({INSTALL_LAB})"


def _examined(chain: Sequence[Certificate], question: Question, what: str) -> Examination:
    trusted = question.trusted.certificates if question.trusted else None
    facts_of_all = tuple(facts(one, signer) for one, signer in zip(chain, signers(chain, trusted or ()), strict=True))
    if not chain:
        return Examination(what, (), ())
    checked = case(chain, question.host, question.moment, trusted, question.crls)
    unread_by_openssl = tuple(
        Finding("certificate-unreadable", f"OpenSSL cannot read {the(one)}, of which other programs read all")
        for one in unread(tuple(dict.fromkeys((*chain, *checked.path.certificates))))
    )
    return Examination(
        what,
        facts_of_all,
        (
            *unread_by_openssl,
            *(Finding("crl-unreadable", words) for words in question.unreadable),
            *wrong(checked),
        ),
        unasked=question.unasked,
        remarks=(*_malformed(question.malformed), *remarks(checked)),
        notices=_notices(question.trusted) if question.trusted else (),
    )


def _malformed(words: Sequence[str]) -> tuple[Finding, ...]:
    return tuple(Finding("document-malformed", each) for each in words)


def _notices(trusted: Roots) -> tuple[str, ...]:
    """What of the trusted certificates other programs may refuse; they may have nothing to do with the chain."""
    odd = [f"the subject of {the(one)} {oddity}" for one in trusted.certificates for oddity in one.subject.oddities]
    return (*trusted.unreadable, *(f"in {plain(str(trusted.path))}, {words}" for words in odd[:_MOST_NOTICES]))


def _with_owner(document: Document, chain: Sequence[Certificate]) -> Document:
    """A document, with the certificate that its key belongs to."""
    owners = [number for number, one in enumerate(chain, 1) if document.public_key == one.key.fingerprint]
    if not chain or not document.public_key:
        return document
    words = f"to certificate {owners[0]}" if owners else "to none of these certificates"
    return replace(document, lines=(*document.lines, ("belongs", words)))


def _explained(finding: Finding) -> dict[str, str]:
    known = explained(finding.row)
    programs = {"refused": known.refused, "accepted": known.accepted} if isinstance(known, CertificateFault) else {}
    return {**asdict(finding), "cause": known.cause, "cure": known.cure, **programs}
