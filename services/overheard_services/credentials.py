"""The credentials of a server or a client: a key, its certificate, and the root above it, as files in one folder."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import TypeAlias

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from overheard.role.files import write_whole

PrivateKey: TypeAlias = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey

# A certificate must be valid for at least this long to be reused.
_LEAST_LEFT = timedelta(days=1)


@dataclass(frozen=True)
class Credentials:
    """Their files. `certificate` is the chain without the root; only the owner can read the key (0600)."""

    key: Path
    certificate: Path
    root: Path

    @classmethod
    def within(cls, folder: Path) -> Credentials:
        """The credentials of one folder, whether or not they exist yet."""
        return cls(folder / "key.pem", folder / "certificate.pem", folder / "root.pem")

    def good_for(self, names: Sequence[str], fingerprint: str) -> bool:
        """Whether they exist and are valid for exactly `names`, under the root with that SHA-256, for another day."""
        try:
            root = x509.load_pem_x509_certificate(self.root.read_bytes())
            return root.fingerprint(hashes.SHA256()).hex() == fingerprint and fits(
                self.key.read_bytes(), self.certificate.read_bytes(), root, names
            )
        except (OSError, ValueError, x509.InvalidVersion):
            return False

    @property
    def has_rsa_key(self) -> bool:
        """Whether the key is RSA. Only for valid credentials."""
        return isinstance(serialization.load_pem_private_key(self.key.read_bytes(), None), rsa.RSAPrivateKey)

    def write(self, key: bytes, certificate: bytes) -> None:
        """Write both atomically; a reader sees a mismatched pair only until the second is written."""
        write_whole(self.key, key)
        write_whole(self.certificate, certificate, mode=0o644)


def fits(key: bytes, chain: bytes, root: x509.Certificate, names: Sequence[str]) -> bool:
    """Whether `chain` (PEM) is for `key` and exactly `names`, leads to `root`, and lasts another day."""
    try:
        private = serialization.load_pem_private_key(key, None)
        leaf, *above = x509.load_pem_x509_certificates(chain)
        for certificate, issuer in zip([leaf, *above], [*above, root], strict=True):
            certificate.verify_directly_issued_by(issuer)
        named = leaf.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except (ValueError, TypeError, UnsupportedAlgorithm, InvalidSignature, x509.InvalidVersion, x509.ExtensionNotFound):
        return False
    return (
        leaf.public_key() == private.public_key()
        and set(named) == set(_general_names(names))
        and leaf.not_valid_after_utc > datetime.now(UTC) + _LEAST_LEFT
    )


def new_key() -> ec.EllipticCurvePrivateKey:
    """An EC P-256 key."""
    return ec.generate_private_key(ec.SECP256R1())


def new_rsa_key() -> rsa.RSAPrivateKey:
    """An RSA key of 2048 bits."""
    return rsa.generate_private_key(65537, 2048)


def key_pem(key: PrivateKey) -> bytes:
    """The key as PEM, unencrypted: a role must read it at every start without anybody to type a passphrase."""
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


def signing_request(key: PrivateKey, names: Sequence[str]) -> bytes:
    """A certificate signing request for `names`, in PEM (RFC 2986). The CA decides its subject."""
    builder = x509.CertificateSigningRequestBuilder().subject_name(x509.Name([]))
    builder = builder.add_extension(x509.SubjectAlternativeName(_general_names(names)), critical=False)
    return builder.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)


def _general_names(names: Iterable[str]) -> list[x509.GeneralName]:
    return [_general_name(name) for name in names]


def _general_name(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ip_address(name))
    except ValueError:
        return x509.DNSName(name.lower())
