"""What certificates of the lab have in common, whoever issues them (RFC 5280, 4.2)."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import cache
from typing import TypeAlias

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa

PublicKey: TypeAlias = ec.EllipticCurvePublicKey | ed25519.Ed25519PublicKey | rsa.RSAPublicKey

# Clocks never agree exactly: a certificate from this second is not valid yet on a machine whose clock is slow.
SLOWEST_CLOCK = timedelta(minutes=5)


def begun(
    subject: x509.Name, issuer: x509.Name, public_key: PublicKey, start: datetime, end: datetime
) -> x509.CertificateBuilder:
    """What every certificate has."""
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


def renewal_due(begins: datetime, ends: datetime) -> datetime:
    """When a certificate should be renewed: when two thirds of its life are over."""
    return begins + (ends - begins) * 2 / 3


def as_ca(builder: x509.CertificateBuilder, *, path_length: int) -> x509.CertificateBuilder:
    """A CA that signs certificates, with at most so many CAs below it."""
    return builder.add_extension(x509.BasicConstraints(ca=True, path_length=path_length), critical=True).add_extension(
        _usage(key_cert_sign=True, crl_sign=True), critical=True
    )


def as_end_entity(
    builder: x509.CertificateBuilder, *purposes: x509.ObjectIdentifier, receives_keys: bool
) -> x509.CertificateBuilder:
    """A server or a client. Only an RSA key of a server may receive keys, to decrypt them (RFC 5246, 7.4.7.1)."""
    return (
        builder.add_extension(_NO_CA, critical=True)
        .add_extension(_usage(digital_signature=True, key_encipherment=receives_keys), critical=True)
        .add_extension(_purposes(*purposes), critical=False)
    )


# These are the same for all certificates, and it takes as long to make them as to sign one.
_NO_CA = x509.BasicConstraints(ca=False, path_length=None)


@cache
def _purposes(*purposes: x509.ObjectIdentifier) -> x509.ExtendedKeyUsage:
    return x509.ExtendedKeyUsage(purposes)


@cache
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
