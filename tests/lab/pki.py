"""A small certificate authority, for tests that need a real handshake but not the lab's CA."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Self

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

if TYPE_CHECKING:
    from pathlib import Path


@dataclass(frozen=True)
class Files:
    """A root, and a server certificate for localhost and 127.0.0.1 that leads to it, with its key."""

    root: Path
    certificate: Path
    key: Path

    @classmethod
    def make(cls, folder: Path) -> Self:
        """Create all three in `folder`."""
        files = cls(folder / "root.pem", folder / "certificate.pem", folder / "key.pem")
        # A unique name: two authorities of the same name would differ only in their signatures.
        authority = f"the root of {folder.name}"
        root_key, key = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
        root = _certificate(
            authority, authority, root_key.public_key(), root_key, _ca_extensions(root_key.public_key())
        )
        names = x509.SubjectAlternativeName(
            [x509.DNSName("localhost"), x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]
        )
        # A strict client, as Python's is from 3.13 on, requires it (RFC 5280, 4.2.1.1).
        issuer = x509.AuthorityKeyIdentifier.from_issuer_public_key(root_key.public_key())
        leaf = _certificate("a server", authority, key.public_key(), root_key, [names, issuer])
        files.root.write_bytes(root.public_bytes(serialization.Encoding.PEM))
        files.certificate.write_bytes(leaf.public_bytes(serialization.Encoding.PEM))
        files.key.write_bytes(
            key.private_bytes(
                serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
            )
        )
        return files


def _ca_extensions(key: ec.EllipticCurvePublicKey) -> list[x509.ExtensionType]:
    # The key usage of a CA, which a strict client requires, too (RFC 5280, 4.2.1.3).
    may = dict.fromkeys(("key_cert_sign", "crl_sign"), True)
    may_not = dict.fromkeys(
        ("digital_signature", "content_commitment", "key_encipherment", "data_encipherment", "key_agreement"), False
    )
    usage = x509.KeyUsage(**may, **may_not, encipher_only=False, decipher_only=False)
    return [x509.BasicConstraints(ca=True, path_length=0), usage, x509.SubjectKeyIdentifier.from_public_key(key)]


def _certificate(
    subject: str,
    issuer: str,
    key: ec.EllipticCurvePublicKey,
    signer: ec.EllipticCurvePrivateKey,
    extensions: list[x509.ExtensionType],
) -> x509.Certificate:
    def name(common: str) -> x509.Name:
        return x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, common)])

    now = datetime.now(UTC)
    builder = x509.CertificateBuilder(
        subject_name=name(subject),
        issuer_name=name(issuer),
        public_key=key,
        serial_number=x509.random_serial_number(),
        not_valid_before=now - timedelta(hours=1),
        not_valid_after=now + timedelta(days=1),
    )
    for extension in extensions:
        builder = builder.add_extension(
            extension, critical=isinstance(extension, (x509.BasicConstraints, x509.KeyUsage))
        )
    return builder.sign(signer, hashes.SHA256())
