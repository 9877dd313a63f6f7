"""Checks a certificate signing request: what may be certified, or why nothing may.

Only the key and the names are taken from it. Everything else that it asks for is ignored.
"""

from __future__ import annotations

from collections.abc import Set as AbstractSet
from dataclasses import dataclass

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.x509.oid import NameOID

from overheard.role.names import Name, folded
from overheard.role.profiles import PublicKey
from overheard_ca import refusals
from overheard_ca.public_keys import check_not_prime, checked


@dataclass(frozen=True)
class CheckedRequest:
    """What may be certified: this key, for these names, each once, in the order of the request."""

    public_key: PublicKey
    names: tuple[Name, ...]


def check(body: bytes, *, yours: AbstractSet[Name], allowed: AbstractSet[Name]) -> CheckedRequest:
    """What may be certified of the signing request in `body` (PEM, RFC 7468, 7).

    `yours` are the names that the token is valid for, `allowed` those of all requesters. Raises RefusedError.
    """
    asked = examined(read_request(body))
    _check_allowed(asked.names, yours, allowed)
    # Last, because it takes a while: a request that comes so far is usually granted, which uses up its token.
    check_not_prime(asked.public_key)
    return asked


def examined(csr: x509.CertificateSigningRequest) -> CheckedRequest:
    """The key and the names of a signing request that is signed by its key. Raises RefusedError.

    Whether the names may be certified is for the caller to check, and `check_not_prime` is the last check of the key.
    """
    public_key = _key(csr)
    _check_signature(csr)
    extensions = _extensions(csr)
    _check_not_ca(extensions)
    names = _names(extensions)
    _check_common_name(csr, names)
    return CheckedRequest(public_key, names)


def read_request(body: bytes) -> x509.CertificateSigningRequest:
    """The one signing request in `body` (PEM), unchecked. Raises RefusedError."""
    # The library parses the first block and would silently ignore a second.
    if (count := body.count(b"-----BEGIN")) > 1:
        raise refusals.MORE_THAN_ONE.error(count=count)
    try:
        return x509.load_pem_x509_csr(body)
    except (ValueError, x509.InvalidVersion):
        raise refusals.NOT_A_CSR.error() from None


def _key(csr: x509.CertificateSigningRequest) -> PublicKey:
    try:
        key = csr.public_key()
    except (ValueError, UnsupportedAlgorithm):
        raise refusals.KEY_REFUSED.error(key="of a kind that this CA cannot read") from None
    return checked(key)


def _check_signature(csr: x509.CertificateSigningRequest) -> None:
    """Check that the sender of the request has the private key (RFC 2986, 3)."""
    try:
        valid = csr.is_signature_valid
    except (ValueError, TypeError, UnsupportedAlgorithm):
        valid = False
    if not valid:
        raise refusals.SIGNATURE_BROKEN.error()


def _extensions(csr: x509.CertificateSigningRequest) -> x509.Extensions:
    try:
        return csr.extensions
    except x509.UnsupportedGeneralNameType:
        raise refusals.NAME_KIND.error(kind="name of a rare kind") from None
    except (ValueError, TypeError, KeyError, x509.DuplicateExtension):
        # KeyError is a TLS feature (RFC 7633) that the library does not know.
        raise refusals.NOT_A_CSR.error() from None


def _check_not_ca(extensions: x509.Extensions) -> None:
    """Refuse CA:TRUE instead of ignoring it: the requester has made a mistake, or is an attacker."""
    for extension in extensions:
        if isinstance(extension.value, x509.BasicConstraints) and extension.value.ca:
            raise refusals.ASKS_FOR_CA.error()


def _names(extensions: x509.Extensions) -> tuple[Name, ...]:
    try:
        asked = extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        raise refusals.NAMES_MISSING.error() from None
    names = tuple(dict.fromkeys(_name(general_name) for general_name in asked))
    if not names:
        raise refusals.NAMES_MISSING.error()
    return names


def _name(general_name: x509.GeneralName) -> Name:
    match general_name:
        case x509.DNSName():
            # Not `folded`: an address in the place of a DNS name is not an address.
            return general_name.value.lower()
        case x509.IPAddress():
            return folded(str(general_name.value))
    raise refusals.NAME_KIND.error(kind=type(general_name).__name__)


def _check_common_name(csr: x509.CertificateSigningRequest, names: tuple[Name, ...]) -> None:
    """Refuse a common name that is not in the subjectAltName: the certificate would not be valid for it."""
    try:
        subject = csr.subject
    except (ValueError, TypeError):
        raise refusals.NOT_A_CSR.error() from None
    for attribute in subject.get_attributes_for_oid(NameOID.COMMON_NAME):
        if folded(str(attribute.value)) not in names:
            raise refusals.COMMON_NAME_ALONE.error(name=str(attribute.value))


def _check_allowed(names: tuple[Name, ...], yours: AbstractSet[Name], allowed: AbstractSet[Name]) -> None:
    for name in names:
        if name not in allowed:
            raise refusals.NAME_NOT_ALLOWED.error(name=str(name))
    for name in names:
        if name not in yours:
            raise refusals.NAME_NOT_YOURS.error(name=str(name))
