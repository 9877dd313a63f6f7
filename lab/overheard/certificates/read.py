"""Reads files of certificates and of what comes with them, and tells what each part is."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from overheard.certificates.asn1.element import Asn1Error, Element, first, parse
from overheard.certificates.blocks import Block, blocks
from overheard.certificates.descriptions import Document, describe
from overheard.certificates.documents.certificate import Certificate, read_certificate
from overheard.certificates.documents.kinds import CERTIFICATE, kind_of
from overheard.certificates.documents.openssh import openssh_key
from overheard.certificates.documents.pkcs7 import SignedData
from overheard.certificates.documents.pkcs12 import KeyStore
from overheard.certificates.documents.revocation_list import RevocationList
from overheard.certificates.errors import CertificateError
from overheard.certificates.malformed import malformed
from overheard.certificates.names import plain

# A bundle of all public roots is a quarter of a MiB.
LONGEST = 4 * 2**20

_FORMS = "certificates are read in PEM (-----BEGIN CERTIFICATE-----), DER, PKCS #7 and PKCS #12"
# Blocks that are no certificates, and are read: what cannot be is not passed over.
_READ = {"X509 CRL", "PKCS7", "PKCS #7 SIGNED DATA", "CMS"}
# A message within a message within a store: more is nothing that programs write.
_DEEPEST = 3
# All CAs that browsers trust, and those below them, are fewer. What is not read costs next to nothing.
_MOST = 3000


@dataclass
class Bundle:
    """What was found: certificates and revocation lists in order, all else in words, and what cannot be read.

    `skipped` are blocks that are none of these, and `malformed` is what of documents is, in words.
    """

    certificates: tuple[Certificate, ...] = ()
    lists: tuple[RevocationList, ...] = ()
    documents: tuple[Document, ...] = ()
    unreadable: tuple[str, ...] = ()
    skipped: tuple[str, ...] = ()
    malformed: tuple[str, ...] = ()


@dataclass
class _Found:
    """The same, while it is read. `tried` counts what was to be a certificate."""

    what: str
    certificates: list[Certificate] = field(default_factory=list)
    lists: list[RevocationList] = field(default_factory=list)
    documents: list[Document] = field(default_factory=list)
    unreadable: list[str] = field(default_factory=list)
    malformed: list[str] = field(default_factory=list)
    skipped: dict[str, int] = field(default_factory=dict)
    tried: int = 0

    def skip(self, label: str) -> None:
        self.skipped[label] = self.skipped.get(label, 0) + 1


def read(data: bytes, what: str) -> Bundle:
    """All that is in `data`, which is called `what` in errors. Of private keys, nothing private is kept.

    Raises CertificateError if there is nothing that can be read.
    """
    if len(data) > LONGEST:
        raise CertificateError(f"{what} is longer than {LONGEST // 2**20} MiB", hint="name a file of certificates")
    found = _Found(what)
    for number, block in enumerate(blocks(data)):
        if number < _MOST:
            _take(block, found)
        else:
            found.skip(f"more than the {_MOST:,} that are read")
    skipped = tuple(f"{count} {plain(label)}" for label, count in found.skipped.items())
    if not (found.certificates or found.lists or found.documents):
        raise _nothing(found, skipped)
    return Bundle(
        tuple(found.certificates),
        tuple(found.lists),
        tuple(found.documents),
        tuple(found.unreadable),
        skipped,
        tuple(found.malformed),
    )


def read_certificates(data: bytes, what: str) -> Bundle:
    """The same, where certificates are needed. Raises CertificateError if there is none that can be read."""
    bundle = read(data, what)
    if not bundle.certificates:
        kinds = ", ".join(dict.fromkeys(document.kind for document in bundle.documents)) or "nothing that can be read"
        why = f": {bundle.unreadable[0]}" if bundle.unreadable else f", but {kinds}"
        raise CertificateError(f"there is no certificate in {what}{why}", hint=_FORMS)
    return bundle


def revocation_lists(data: bytes, what: str) -> tuple[RevocationList, ...]:
    """The certificate revocation lists (RFC 5280, 5) in `data`, PEM or DER.

    Raises CertificateError if there is none.
    """
    return read_lists(data, what).lists


def read_lists(data: bytes, what: str) -> Bundle:
    """The same, with what cannot be read."""
    try:
        found = read(data, what)
    except CertificateError:
        found = Bundle()
    if not found.lists:
        raise CertificateError(f"there is no revocation list in {what}", hint="in PEM, one begins with BEGIN X509 CRL")
    return found


def _nothing(found: _Found, skipped: tuple[str, ...]) -> CertificateError:
    if found.unreadable:
        return CertificateError(found.unreadable[0], hint=_FORMS)
    seen = f", but {', '.join(skipped)}" if skipped else ""
    return CertificateError(f"there is no certificate in {found.what}{seen}", hint=_FORMS)


def _take(block: Block, found: _Found) -> None:
    if block.stray:
        found.skip(block.label)
    elif block.sealed:
        found.documents.append(Document("encrypted private key", (("encrypted", "with a password, in PEM"),)))
    elif words := openssh_key(block.data):
        found.documents.append(Document("private key of OpenSSH", (("key", words),)))
    elif block.problem:
        _problem(block, block.problem, found)
    else:
        _element(block, found)


def _element(block: Block, found: _Found) -> None:
    """A block of ASN.1; behind a certificate of OpenSSL's own form, there is what it is trusted for."""
    try:
        element = first(block.data) if block.label == "TRUSTED CERTIFICATE" else parse(block.data)
        is_known = kind_of(element) is not None or not block.label or "CERTIFICATE" in block.label
        if not is_known and block.label in _READ:
            _problem(block, "it is none", found)
            return
        # Those of DH look like an RSA public key.
        if not is_known or block.label.endswith("PARAMETERS"):
            found.skip(block.label)
            return
        _read(element, found)
    except Asn1Error as problem:
        _problem(block, str(problem), found)


def _read(element: Element, found: _Found, depth: int = 0) -> None:
    """Read one document, and those within. Raises Asn1Error if it cannot be read."""
    kind = kind_of(element)
    if kind is None or kind.name == CERTIFICATE:
        _certificate(element, found)
        return
    value = kind.read(element)
    found.documents.append(describe(kind.name, value))
    found.malformed += (f"the {kind.name}: {words}" for words in malformed(element, value))
    if isinstance(value, RevocationList):
        found.lists.append(value)
    elif depth < _DEEPEST:
        for inner in _inner(value):
            _read_inner(inner, found, depth)


def _read_inner(element: Element, found: _Found, depth: int) -> None:
    try:
        _read(element, found, depth + 1)
    except Asn1Error as problem:
        found.unreadable.append(f"a part of {found.what} cannot be read: {problem}")


def _certificate(element: Element, found: _Found) -> None:
    found.tried += 1
    try:
        found.certificates.append(read_certificate(element))
    except Asn1Error as problem:
        found.unreadable.append(f"certificate {found.tried} of {found.what} cannot be read as a certificate: {problem}")


def _inner(value: object) -> Iterator[Element]:
    match value:
        case SignedData():
            yield from (*value.certificates, *value.lists)
        case KeyStore():
            yield from (*value.certificates, *value.lists)


def _problem(block: Block, problem: str, found: _Found) -> None:
    if not block.label or "CERTIFICATE" in block.label:
        found.tried += 1
        found.unreadable.append(f"certificate {found.tried} of {found.what} cannot be read as a certificate: {problem}")
    else:
        found.unreadable.append(f"the block {plain(block.label)} of {found.what} cannot be read: {problem}")
