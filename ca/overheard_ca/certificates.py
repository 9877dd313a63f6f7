"""Builds certificates: the root, the issuing one under it, and those of servers and clients. Does no I/O itself."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import AuthorityInformationAccessOID, ExtendedKeyUsageOID, NameOID

from overheard.role.names import Name
from overheard.role.profiles import SLOWEST_CLOCK, PublicKey, as_ca, as_end_entity, begun
from overheard_ca.limits import check_within, permitted_by
from overheard_ca.permitted import Permitted
from overheard_ca.profile import SERVER_AUTH, USES, Profile
from overheard_ca.request import CheckedRequest
from overheard_ca.status.urls import StatusUrls

# The warning is visible wherever the certificates turn up: in a browser's store, an error message, a capture.
ROOT_NAME = "Overheard Lab Test Root CA (not for production)"
ISSUING_NAME = "Overheard Lab Test Issuing CA (not for production)"
RESPONDER_NAME = "Overheard Lab Test OCSP Responder (not for production)"

# The most characters of a common name (RFC 5280, A.1: ub-common-name).
_LONGEST_COMMON_NAME = 64

_ROOT_LIFE = timedelta(days=3652)
_ISSUING_LIFE = timedelta(days=1826)


@dataclass(frozen=True)
class Issuer:
    """A certificate that may sign others, and its private key; `status` says what these say about revocation."""

    certificate: x509.Certificate
    key: ec.EllipticCurvePrivateKey
    status: StatusUrls | None = None

    # What is asked of an issuer for each certificate, once.

    @cached_property
    def identifier(self) -> x509.SubjectKeyIdentifier:
        """That of its key, as what it signs names it."""
        return self.certificate.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value

    @cached_property
    def authority_identifier(self) -> x509.AuthorityKeyIdentifier:
        """The same in what it signs (RFC 5280, 4.2.1.1)."""
        return x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(self.identifier)

    @cached_property
    def permitted(self) -> Permitted | None:
        """What it may certify; None if that is anything."""
        return permitted_by(self.certificate)

    @cached_property
    def dates(self) -> tuple[datetime, datetime]:
        """From when until when it is valid."""
        return self.certificate.not_valid_before_utc, self.certificate.not_valid_after_utc

    @cached_property
    def status_extensions(self) -> tuple[x509.ExtensionType, ...]:
        """What a certificate says of where to learn of its revocation (RFC 5280, 4.2.1.13 and 4.2.2.1)."""
        return _status_extensions(self.status) if self.status else ()

    @property
    def staples(self) -> bool:
        """Whether there are OCSP responses, which a server can staple."""
        return self.status is not None and self.status.ocsp


def root_certificate(key: ec.EllipticCurvePrivateKey, now: datetime) -> x509.Certificate:
    """A self-signed root, valid for 10 years, that may have one CA below it."""
    subject = _named(ROOT_NAME)
    builder = begun(subject, subject, key.public_key(), now - SLOWEST_CLOCK, now + _ROOT_LIFE)
    return as_ca(builder, path_length=1).sign(key, hashes.SHA256())


def issuing_certificate(
    key: ec.EllipticCurvePrivateKey,
    root: Issuer,
    now: datetime,
    limits: x509.NameConstraints | None = None,
    points: x509.CRLDistributionPoints | None = None,
) -> x509.Certificate:
    """A CA, valid for 5 years, that may issue within `limits`, but not for another CA.

    `points` is where the list of the root is.
    """
    builder = _under(root, _named(ISSUING_NAME), key.public_key(), now, _ISSUING_LIFE)
    if limits:
        builder = builder.add_extension(limits, critical=True)
    if points:
        builder = builder.add_extension(points, critical=False)
    return as_ca(builder, path_length=0).sign(root.key, hashes.SHA256())


def leaf_certificate(  # noqa: PLR0913, PLR0917  (each is one part of it)
    asked: CheckedRequest,
    profile: Profile,
    issuer: Issuer,
    life: timedelta,
    now: datetime,
    log: Callable[[x509.Certificate], x509.ExtensionType] | None = None,
) -> x509.Certificate:
    """A certificate of that profile, valid for `life` from `now`, but never longer than its profile and its issuer.

    Its common name is the first name that fits; the subjectAltName, which counts, has all of them (RFC 9525, 2). Raises
    RefusedError for a name outside of what the issuer may certify. `log` logs a precertificate, and returns the
    extension that tells so; if it raises, there is no certificate.
    """
    check_within(issuer.permitted, asked.names)
    use = USES[profile]
    if use.stapled and not issuer.staples:
        raise ValueError("a certificate that must be stapled needs an OCSP responder")
    if use.logged and log is None:
        raise ValueError("a certificate that must be logged needs a log")
    subject = _subject(asked.names)
    builder = _under(issuer, subject, asked.public_key, now, use.life(life))
    names = x509.SubjectAlternativeName([_general_name(name) for name in asked.names])
    # Without a subject, the names are all that there is (RFC 5280, 4.2.1.6).
    builder = builder.add_extension(names, critical=not list(subject))
    # Only a server decrypts a premaster secret with its key (RFC 5246, 7.4.7.1).
    receives_keys = SERVER_AUTH in use.purposes and isinstance(asked.public_key, rsa.RSAPublicKey)
    builder = as_end_entity(builder, *map(x509.ObjectIdentifier, use.purposes), receives_keys=receives_keys)
    if use.stapled:
        builder = builder.add_extension(x509.TLSFeature([x509.TLSFeatureType.status_request]), critical=False)
    for extension in issuer.status_extensions:
        builder = builder.add_extension(extension, critical=False)
    if use.logged and log:
        # With the same serial number: of the two, only one is ever valid.
        poisoned = builder.add_extension(x509.PrecertPoison(), critical=True)
        builder = builder.add_extension(log(poisoned.sign(issuer.key, hashes.SHA256())), critical=False)
    return builder.sign(issuer.key, hashes.SHA256())


def responder_certificate(public_key: PublicKey, issuer: Issuer, life: timedelta, now: datetime) -> x509.Certificate:
    """The certificate of a key that signs responses of OCSP for `issuer` (RFC 6960)."""
    builder = _under(issuer, _named(RESPONDER_NAME), public_key, now, life)
    builder = as_end_entity(builder, ExtendedKeyUsageOID.OCSP_SIGNING, receives_keys=False)
    return builder.add_extension(x509.OCSPNoCheck(), critical=False).sign(issuer.key, hashes.SHA256())


def fingerprint(certificate: x509.Certificate) -> str:
    """The SHA-256 of the certificate's DER bytes, in lower-case hexadecimal."""
    return certificate.fingerprint(hashes.SHA256()).hex()


def _subject(names: tuple[Name, ...]) -> x509.Name:
    """The first name that fits as a common name; without one, an empty subject.

    No address: OpenSSL takes it for a DNS name, which the issuer may not certify.
    """
    for name in names:
        if isinstance(name, str) and len(name) <= _LONGEST_COMMON_NAME:
            return _named(name)
    return x509.Name([])


def _named(common_name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name)])


def distribution_points(url: str) -> x509.CRLDistributionPoints:
    """Where a certificate says that the list is on which it would be (RFC 5280, 4.2.1.13)."""
    return x509.CRLDistributionPoints([x509.DistributionPoint([x509.UniformResourceIdentifier(url)], None, None, None)])


def _status_extensions(status: StatusUrls) -> tuple[x509.ExtensionType, ...]:
    access = [
        x509.AccessDescription(method, x509.UniformResourceIdentifier(url))
        for method, url in (
            (AuthorityInformationAccessOID.OCSP, status.responder),
            (AuthorityInformationAccessOID.CA_ISSUERS, status.issuer),
        )
        if url
    ]
    return distribution_points(status.crl), x509.AuthorityInformationAccess(access)


def _general_name(name: Name) -> x509.GeneralName:
    return x509.DNSName(name) if isinstance(name, str) else x509.IPAddress(name)


def _under(
    issuer: Issuer, subject: x509.Name, public_key: PublicKey, now: datetime, life: timedelta
) -> x509.CertificateBuilder:
    """A certificate builder for `issuer`, with dates within the issuer's own."""
    first, last = issuer.dates
    start, end = max(now - SLOWEST_CLOCK, first), min(now + life, last)
    return begun(subject, issuer.certificate.subject, public_key, start, end).add_extension(
        issuer.authority_identifier, critical=False
    )
