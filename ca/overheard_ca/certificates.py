"""Builds certificates: the root, the issuing one under it, and those of servers and clients. Does no I/O."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from overheard.role.names import Name
from overheard_ca.profile import Profile
from overheard_ca.request import CheckedRequest, PublicKey

# The warning is visible wherever the certificates turn up: in a browser's store, an error message, a capture.
ROOT_NAME = "Overheard Lab Test Root CA (not for production)"
ISSUING_NAME = "Overheard Lab Test Issuing CA (not for production)"

_PURPOSES = {Profile.SERVER: ExtendedKeyUsageOID.SERVER_AUTH, Profile.CLIENT: ExtendedKeyUsageOID.CLIENT_AUTH}

_ROOT_LIFE = timedelta(days=3652)
_ISSUING_LIFE = timedelta(days=1826)

# Clocks never agree exactly: a certificate from this second is not valid yet on a machine whose clock is slow.
_SLOWEST_CLOCK = timedelta(minutes=5)


@dataclass(frozen=True)
class Issuer:
    """A certificate that may sign others, and its private key."""

    certificate: x509.Certificate
    key: ec.EllipticCurvePrivateKey


def root_certificate(key: ec.EllipticCurvePrivateKey, now: datetime) -> x509.Certificate:
    """A self-signed root, valid for 10 years, that may have one CA below it."""
    subject = _named(ROOT_NAME)
    builder = _begun(subject, subject, key.public_key(), now - _SLOWEST_CLOCK, now + _ROOT_LIFE)
    return _as_ca(builder, path_length=1).sign(key, hashes.SHA256())


def issuing_certificate(key: ec.EllipticCurvePrivateKey, root: Issuer, now: datetime) -> x509.Certificate:
    """A CA, valid for 5 years, that may issue for servers and clients, but not for another CA."""
    builder = _under(root, _named(ISSUING_NAME), key.public_key(), now, _ISSUING_LIFE)
    return _as_ca(builder, path_length=0).sign(root.key, hashes.SHA256())


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
    builder = (
        builder.add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(digital_signature=True, key_encipherment=receives_keys), critical=True)
        .add_extension(x509.ExtendedKeyUsage([_PURPOSES[profile]]), critical=False)
    )
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
    start = max(now - _SLOWEST_CLOCK, above.not_valid_before_utc)
    end = min(now + life, above.not_valid_after_utc)
    identifier = above.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value
    return _begun(subject, above.subject, public_key, start, end).add_extension(
        x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(identifier), critical=False
    )


def _begun(
    subject: x509.Name, issuer: x509.Name, public_key: PublicKey, start: datetime, end: datetime
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(public_key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(start)
        .not_valid_after(end)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(public_key), critical=False)
    )


def _as_ca(builder: x509.CertificateBuilder, *, path_length: int) -> x509.CertificateBuilder:
    return builder.add_extension(x509.BasicConstraints(ca=True, path_length=path_length), critical=True).add_extension(
        _usage(key_cert_sign=True, crl_sign=True), critical=True
    )


def _usage(
    *,
    digital_signature: bool = False,
    key_encipherment: bool = False,
    key_cert_sign: bool = False,
    crl_sign: bool = False,
) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=digital_signature,
        content_commitment=False,
        key_encipherment=key_encipherment,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=key_cert_sign,
        crl_sign=crl_sign,
        encipher_only=False,
        decipher_only=False,
    )
