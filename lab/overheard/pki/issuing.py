"""What the CA does: it signs, and it decides what.

Of a request it takes the key, the subject and the names, each checked. It sets all extensions itself, and copies none:
a request may ask for anything, such as to be a CA.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from ipaddress import IPv4Address, IPv6Address
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.x509.oid import NameOID

from overheard.pki.errors import PkiError
from overheard.pki.files import publish
from overheard.pki.keys import PrivateKey, digest_for, public_part, strong_enough
from overheard.pki.profiles import as_server
from overheard.pki.subjects import alternative_names, read_names
from overheard.role.names import Name, folded
from overheard.role.profiles import SLOWEST_CLOCK, PublicKey, begun

# The names that no other machine has.
THIS_MACHINE = ("localhost", "127.0.0.1", "::1")

_LIFE = timedelta(days=30)
# What the library raises for what it cannot read.
_UNREADABLE = (ValueError, TypeError, KeyError, x509.DuplicateExtension, UnsupportedAlgorithm)


def sign_csr(
    csr: x509.CertificateSigningRequest,
    ca_public_key: x509.Certificate,
    ca_private_key: PrivateKey,
    new_filename: str | Path,
    *,
    allowed_names: Iterable[str] = THIS_MACHINE,
) -> x509.Certificate:
    """The certificate of a server that asks for one, valid for 30 days but not longer than the CA; also in a file.

    `allowed_names` are all names that it may have: those that are known to be the requester's. Raises PkiError.
    """
    now = datetime.now(UTC)
    _check_authority(ca_public_key, ca_private_key, now)
    allowed = read_names(allowed_names, "allowed_names")
    public_key, subject, names = _read(csr)
    _check_names(subject, names, allowed)
    # Once the CA has expired, nothing that it signed is valid either.
    start = max(now - SLOWEST_CLOCK, ca_public_key.not_valid_before_utc)
    end = min(now + _LIFE, ca_public_key.not_valid_after_utc)
    builder = begun(subject, ca_public_key.subject, public_key, start, end)
    # Without a subject, the names are all that there is (RFC 5280, 4.2.1.6).
    builder = as_server(builder, public_key, ca_public_key).add_extension(
        alternative_names(names), critical=not list(subject)
    )
    certificate = builder.sign(ca_private_key, digest_for(ca_private_key))
    publish(new_filename, certificate)
    return certificate


def _check_authority(certificate: x509.Certificate, key: PrivateKey, now: datetime) -> None:
    """Check that these are the certificate of a CA that is valid now, and its key."""
    if not isinstance(certificate, x509.Certificate):
        raise PkiError(
            f"ca_public_key is not the certificate of the CA: its type is {type(certificate).__name__}",
            hint="generate_public_key returns it, and x509.load_pem_x509_certificate reads it from a file",
        )
    if public_part(key, "ca_private_key") != certificate.public_key():
        raise PkiError("ca_private_key is not the key of ca_public_key", hint="give both of the same CA")
    if not _may_sign(certificate):
        raise PkiError("ca_public_key is not a CA, so no client accepts what it signs", hint="give it the root")
    begins, ends = certificate.not_valid_before_utc, certificate.not_valid_after_utc
    if not begins <= now < ends:
        raise PkiError(
            f"ca_public_key is valid from {begins:%Y-%m-%d %H:%M} to {ends:%Y-%m-%d %H:%M} (UTC), which is not now",
            hint="make a new root with generate_public_key",
        )


def _may_sign(certificate: x509.Certificate) -> bool:
    try:
        extensions = certificate.extensions
        ca = extensions.get_extension_for_class(x509.BasicConstraints).value.ca
    except (x509.ExtensionNotFound, *_UNREADABLE):
        return False
    usages = [one.value for one in extensions if isinstance(one.value, x509.KeyUsage)]
    return ca and all(usage.key_cert_sign for usage in usages)


def _read(csr: x509.CertificateSigningRequest) -> tuple[PublicKey, x509.Name, tuple[Name, ...]]:
    """What a request asks for: the key, the subject and the names."""
    if not isinstance(csr, x509.CertificateSigningRequest):
        raise PkiError(
            f"csr is not a request: its type is {type(csr).__name__}",
            hint="generate_csr returns one, and x509.load_pem_x509_csr reads it from a file",
        )
    try:
        key, subject, extensions, holds = csr.public_key(), csr.subject, csr.extensions, csr.is_signature_valid
    except x509.UnsupportedGeneralNameType:
        raise PkiError("the request has a name of a rare kind: only DNS names and IP addresses are signed") from None
    except _UNREADABLE as problem:
        raise PkiError(f"the request cannot be read: {problem}") from None
    # Whoever signed it has the private key; without that, anybody could have the key of others certified (RFC 2986, 3).
    if not holds:
        raise PkiError("the request is not signed with its own key", hint="make it anew, with the key that it is for")
    return strong_enough(key, "the key of the request"), subject, _names(extensions)


def _names(extensions: x509.Extensions) -> tuple[Name, ...]:
    try:
        asked = extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        asked = x509.SubjectAlternativeName([])
    if not list(asked):
        raise PkiError("the request has no names in subjectAltName", hint="clients look there alone (RFC 9525, 2)")
    return tuple(dict.fromkeys(map(_name, asked)))


def _name(asked: x509.GeneralName) -> Name:
    match asked:
        case x509.DNSName():
            # An address that is written as a DNS name stays one: clients do not take it for an address.
            return asked.value.lower()
        case x509.IPAddress(value=IPv4Address() | IPv6Address() as address):
            return address
    raise PkiError(
        f"the request has a name of the kind {type(asked).__name__}: only DNS names and IP addresses are signed"
    )


def _check_names(subject: x509.Name, names: tuple[Name, ...], allowed: tuple[Name, ...]) -> None:
    for name in names:
        if name not in allowed:
            raise PkiError(
                f"the request is for {name}, which is not among the names that this CA may sign: "
                f"{', '.join(map(str, allowed))}",
                hint=f"if it is the requester's, sign with allowed_names={[*map(str, dict.fromkeys(names))]!r}",
            )
    for attribute in subject.get_attributes_for_oid(NameOID.COMMON_NAME):
        name = str(attribute.value)
        if folded(name) not in names:
            raise PkiError(
                f"the common name of the request is {name}, which is not in its subjectAltName",
                hint="make it anew, with all names in subjectAltName: clients look there alone (RFC 9525, 2)",
            )
