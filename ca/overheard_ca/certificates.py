"""Builds certificates: the root, the issuing one under it, and those of servers and clients. Does no I/O."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from overheard.role.names import Name
from overheard.role.profiles import SLOWEST_CLOCK, PublicKey, as_ca, as_end_entity, begun
from overheard_ca.profile import Profile
from overheard_ca.request import CheckedRequest

# The warning is visible wherever the certificates turn up: in a browser's store, an error message, a capture.
ROOT_NAME = "Overheard Lab Test Root CA (not for production)"
ISSUING_NAME = "Overheard Lab Test Issuing CA (not for production)"

_PURPOSES = {Profile.SERVER: ExtendedKeyUsageOID.SERVER_AUTH, Profile.CLIENT: ExtendedKeyUsageOID.CLIENT_AUTH}

_ROOT_LIFE = timedelta(days=3652)
_ISSUING_LIFE = timedelta(days=1826)


@dataclass(frozen=True)
class Issuer:
    """A certificate that may sign others, and its private key."""

    certificate: x509.Certificate
    key: ec.EllipticCurvePrivateKey


def root_certificate(key: ec.EllipticCurvePrivateKey, now: datetime) -> x509.Certificate:
    """A self-signed root, valid for 10 years, that may have one CA below it."""
    subject = _named(ROOT_NAME)
    builder = begun(subject, subject, key.public_key(), now - SLOWEST_CLOCK, now + _ROOT_LIFE)
    return as_ca(builder, path_length=1).sign(key, hashes.SHA256())


def issuing_certificate(key: ec.EllipticCurvePrivateKey, root: Issuer, now: datetime) -> x509.Certificate:
    """A CA, valid for 5 years, that may issue for servers and clients, but not for another CA."""
    builder = _under(root, _named(ISSUING_NAME), key.public_key(), now, _ISSUING_LIFE)
    return as_ca(builder, path_length=0).sign(root.key, hashes.SHA256())


def leaf_certificate(
    asked: CheckedRequest, profile: Profile, issuer: Issuer, life: timedelta, now: datetime
) -> x509.Certificate:
    """The certificate of a server or a client, valid for `life` from `now`, but never longer than its issuer.

    Its common name is the first of the names; the subjectAltName, which counts, has all of them (RFC 9525, 2).
    """
    builder = _under(issuer, _named(str(asked.names[0])), asked.public_key, now, life)
    # Only a server decrypts a premaster secret with its key (RFC 5246, 7.4.7.1).
    receives_keys = profile is Profile.SERVER and isinstance(asked.public_key, rsa.RSAPublicKey)
    names = [_general_name(name) for name in asked.names]
    builder = builder.add_extension(x509.SubjectAlternativeName(names), critical=False)
    builder = as_end_entity(builder, _PURPOSES[profile], receives_keys=receives_keys)
    return builder.sign(issuer.key, hashes.SHA256())


def fingerprint(certificate: x509.Certificate) -> str:
    """The SHA-256 of the certificate's DER bytes, in lower-case hexadecimal."""
    return certificate.fingerprint(hashes.SHA256()).hex()


def _named(common_name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name)])


def _general_name(name: Name) -> x509.GeneralName:
    return x509.DNSName(name) if isinstance(name, str) else x509.IPAddress(name)


def _under(
    issuer: Issuer, subject: x509.Name, public_key: PublicKey, now: datetime, life: timedelta
) -> x509.CertificateBuilder:
    """A certificate builder for `issuer`, with dates within the issuer's own."""
    above = issuer.certificate
    start = max(now - SLOWEST_CLOCK, above.not_valid_before_utc)
    end = min(now + life, above.not_valid_after_utc)
    identifier = above.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value
    return begun(subject, above.subject, public_key, start, end).add_extension(
        x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(identifier), critical=False
    )
