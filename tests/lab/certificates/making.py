"""Certificates with any fault; each call names only the difference from a valid one."""

from __future__ import annotations

import functools
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from typing import TypeAlias

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID

from overheard.certificates.documents.certificate import Certificate
from overheard.certificates.read import read

Extension: TypeAlias = x509.ExtensionType
Key: TypeAlias = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey

NOW = datetime.now(UTC).replace(microsecond=0)
NO_CA = x509.BasicConstraints(ca=False, path_length=None)
FOR_CLIENTS = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CLIENT_AUTH])

_CRITICAL = (x509.BasicConstraints, x509.KeyUsage, x509.NameConstraints, x509.UnrecognizedExtension)
# Of the same length in DER, so that one can replace the other.
_RSA_SHA256, _RSA_SHA1 = bytes.fromhex("2a864886f70d01010b"), bytes.fromhex("2a864886f70d010105")


@dataclass(frozen=True)
class Made:
    """A certificate and its key."""

    certificate: x509.Certificate
    key: Key

    @property
    def parsed(self) -> Certificate:
        """The same as Overheard reads it."""
        return read(self.der, "it").certificates[0]

    @property
    def pem(self) -> bytes:
        return self.certificate.public_bytes(serialization.Encoding.PEM)

    @property
    def der(self) -> bytes:
        return self.certificate.public_bytes(serialization.Encoding.DER)

    @property
    def key_pem(self) -> bytes:
        return self.key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )


@functools.cache
def rsa_key(bits: int) -> rsa.RSAPrivateKey:
    """Generated once, as that takes long."""
    return rsa.generate_private_key(65537, bits)


def called(common_name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, common_name)])


def alternative(*names: str) -> x509.SubjectAlternativeName:
    return x509.SubjectAlternativeName([_general(name) for name in names])


def constraints(
    *, only: list[x509.GeneralName] | None = None, never: list[x509.GeneralName] | None = None
) -> Extension:
    return x509.NameConstraints(permitted_subtrees=only, excluded_subtrees=never)


def usage(*allowed: str) -> x509.KeyUsage:
    every = ("digital_signature", "content_commitment", "key_encipherment", "data_encipherment", "key_agreement")
    return x509.KeyUsage(
        **{name: name in allowed for name in (*every, "key_cert_sign", "crl_sign", "encipher_only", "decipher_only")}
    )


def authority(
    common_name: str,
    by: Made | None = None,
    *different: Extension,
    path_length: int | None = None,
    key: Key | None = None,
    days: tuple[int, int] = (-100, 100),
    sha1: bool = False,
) -> Made:
    """A CA: a root, unless it is issued `by` another. It is valid between these `days` from now."""
    good = [x509.BasicConstraints(ca=True, path_length=path_length), usage("key_cert_sign", "crl_sign")]
    return _made(common_name, by, _instead(good, different), key, days, sha1=sha1)


def server(
    by: Made | None,
    *different: Extension,
    names: tuple[str, ...] = ("localhost", "127.0.0.1"),
    common_name: str = "a server",
    key: Key | None = None,
    days: tuple[int, int] = (-1, 30),
    sha1: bool = False,
) -> Made:
    """A server's certificate: self-signed, unless it is issued `by` a CA."""
    good: list[Extension] = [
        NO_CA,
        usage("digital_signature", "key_encipherment"),
        x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]),
    ]
    good += [alternative(*names)] if names else []
    return _made(common_name, by, _instead(good, different), key, days, sha1=sha1)


def revocations(by: Made, *revoked: Made, days: int = 7) -> x509.CertificateRevocationList:
    """The revocation list of a CA; the next one is due in that many days."""
    builder = x509.CertificateRevocationListBuilder(
        by.certificate.subject, NOW - timedelta(days=30), NOW + timedelta(days=days)
    )
    for made in revoked:
        entry = x509.RevokedCertificateBuilder(made.certificate.serial_number, NOW - timedelta(days=1))
        builder = builder.add_revoked_certificate(entry.build())
    return builder.sign(by.key, hashes.SHA256())


def _general(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ip_address(name))
    except ValueError:
        return x509.DNSName(name)


def _instead(good: list[Extension], different: tuple[Extension, ...]) -> list[Extension]:
    kinds = {type(extension) for extension in different}
    return [extension for extension in good if type(extension) not in kinds] + list(different)


def _made(
    common_name: str,
    by: Made | None,
    extensions: list[Extension],
    key: Key | None,
    days: tuple[int, int],
    *,
    sha1: bool,
) -> Made:
    key = key or ec.generate_private_key(ec.SECP256R1())
    signer = by.key if by else key
    builder = x509.CertificateBuilder(
        subject_name=called(common_name),
        issuer_name=by.certificate.subject if by else called(common_name),
        public_key=key.public_key(),
        serial_number=x509.random_serial_number(),
        not_valid_before=NOW + timedelta(days=days[0]),
        not_valid_after=NOW + timedelta(days=days[1]),
    )
    for extension in (
        x509.SubjectKeyIdentifier.from_public_key(key.public_key()),
        x509.AuthorityKeyIdentifier.from_issuer_public_key(signer.public_key()),
        *extensions,
    ):
        builder = builder.add_extension(extension, critical=isinstance(extension, _CRITICAL))
    certificate = builder.sign(signer, hashes.SHA256())
    return Made(_with_sha1(certificate, signer) if sha1 else certificate, key)


def _with_sha1(certificate: x509.Certificate, signer: Key) -> x509.Certificate:
    """Signed without the library, which no longer signs with SHA-1."""
    assert isinstance(signer, rsa.RSAPrivateKey)
    content = certificate.tbs_certificate_bytes.replace(_RSA_SHA256, _RSA_SHA1)
    signature = signer.sign(content, padding.PKCS1v15(), hashes.SHA1())  # noqa: S303  (that is the fault)
    der = certificate.public_bytes(serialization.Encoding.DER).replace(_RSA_SHA256, _RSA_SHA1)
    return x509.load_der_x509_certificate(der.replace(certificate.signature, signature))
