"""Certificates for cases with TLS."""

from __future__ import annotations

import ssl
import tempfile
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID


@dataclass(frozen=True)
class Certificate:
    """A self-signed certificate and its key, in one file."""

    pem: bytes

    @property
    def public(self) -> bytes:
        """The certificate without its key."""
        return self.pem[self.pem.index(b"-----BEGIN CERTIFICATE") :]

    def server(self, *, version: ssl.TLSVersion = ssl.TLSVersion.TLSv1_3, ciphers: str = "") -> ssl.SSLContext:
        """A server context with it, up to this version."""
        return self.context(ssl.PROTOCOL_TLS_SERVER, version, ciphers)

    def client(self, *, version: ssl.TLSVersion = ssl.TLSVersion.TLSv1_3, ciphers: str = "") -> ssl.SSLContext:
        """A client context that presents it."""
        return self.context(ssl.PROTOCOL_TLS_CLIENT, version, ciphers)

    def context(self, protocol: int, version: ssl.TLSVersion, ciphers: str) -> ssl.SSLContext:
        """A server context with this certificate, without client authentication."""
        context = trusting(protocol, version, ciphers)
        with tempfile.NamedTemporaryFile() as file:
            Path(file.name).write_bytes(self.pem)
            context.load_cert_chain(file.name)
        return context


def trusting(
    protocol: int = ssl.PROTOCOL_TLS_CLIENT, version: ssl.TLSVersion = ssl.TLSVersion.TLSv1_3, ciphers: str = ""
) -> ssl.SSLContext:
    """A client context that accepts any certificate: authentication is not the subject of the corpus."""
    context = ssl.SSLContext(protocol)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    context.maximum_version = version
    if ciphers:
        context.set_ciphers(ciphers)
    return context


@cache
def certificate(subject: str, *names: str) -> Certificate:
    """A certificate for this subject, and with these alternative names."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, subject)])
    now = datetime.now(UTC)
    builder = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(days=1))
    )
    if names:
        builder = builder.add_extension(x509.SubjectAlternativeName([x509.DNSName(each) for each in names]), False)
    signed = builder.sign(key, hashes.SHA256())
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return Certificate(private + signed.public_bytes(serialization.Encoding.PEM))
