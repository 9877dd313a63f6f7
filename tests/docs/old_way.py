"""The four functions as tutorials of 2020 have them, with the mistakes that docs/by-hand.md lists."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

_PARTS = (
    ("country", NameOID.COUNTRY_NAME),
    ("state", NameOID.STATE_OR_PROVINCE_NAME),
    ("locality", NameOID.LOCALITY_NAME),
    ("org", NameOID.ORGANIZATION_NAME),
    ("hostname", NameOID.COMMON_NAME),
)


def generate_private_key(filename: Path, passphrase: str) -> rsa.RSAPrivateKey:
    private_key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    form = serialization.PrivateFormat.TraditionalOpenSSL
    algorithm = serialization.BestAvailableEncryption(passphrase.encode())
    filename.write_bytes(private_key.private_bytes(serialization.Encoding.PEM, form, algorithm))
    return private_key


def generate_public_key(private_key: rsa.RSAPrivateKey, filename: Path, **subject: str) -> x509.Certificate:
    builder = _begun(_name(subject), _name(subject), private_key.public_key())
    builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
    return _signed(builder, private_key, filename)


def generate_csr(
    private_key: rsa.RSAPrivateKey, filename: Path, alt_names: Sequence[str], **subject: str
) -> x509.CertificateSigningRequest:
    names = x509.SubjectAlternativeName([x509.DNSName(name) for name in alt_names])
    builder = x509.CertificateSigningRequestBuilder(_name(subject)).add_extension(names, critical=False)
    csr = builder.sign(private_key, hashes.SHA256())
    filename.write_bytes(csr.public_bytes(serialization.Encoding.PEM))
    return csr


def sign_csr(
    csr: x509.CertificateSigningRequest, ca: x509.Certificate, ca_key: rsa.RSAPrivateKey, filename: Path
) -> x509.Certificate:
    builder = _begun(csr.subject, ca.subject, csr.public_key())  # type: ignore[arg-type]  # as it comes
    for extension in csr.extensions:
        builder = builder.add_extension(extension.value, extension.critical)
    return _signed(builder, ca_key, filename)


def _begun(subject: x509.Name, issuer: x509.Name, public_key: rsa.RSAPublicKey) -> x509.CertificateBuilder:
    now = datetime.now(UTC)
    return x509.CertificateBuilder(
        issuer, subject, public_key, x509.random_serial_number(), now, now + timedelta(days=30)
    )


def _name(subject: dict[str, str]) -> x509.Name:
    return x509.Name([x509.NameAttribute(kind, subject[part]) for part, kind in _PARTS])


def _signed(builder: x509.CertificateBuilder, key: rsa.RSAPrivateKey, filename: Path) -> x509.Certificate:
    certificate = builder.sign(key, hashes.SHA256())
    filename.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    return certificate
