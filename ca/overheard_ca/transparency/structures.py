"""What the log signs and sends, in the encoding of TLS (RFC 6962, 3)."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from overheard_ca.transparency.precertificate import without_poison

_VERSION = b"\0"
_TREE_HASH = b"\1"
_X509_ENTRY, _PRECERT_ENTRY = b"\0\0", b"\0\1"
# A timestamped entry as a leaf of the tree, or as what is signed for its SCT: both are zero.
_TIMESTAMPED = b"\0"
_NO_EXTENSIONS = b"\0\0"
# SHA-256 with ECDSA (RFC 5246, 7.4.1.4.1).
_ALGORITHM = b"\4\3"


@dataclass(frozen=True)
class Entry:
    """What is logged: `content` is its type with what is signed, and `extra` what else the log hands out of it."""

    content: bytes
    extra: bytes

    def leaf(self, timestamp: int) -> bytes:
        """The leaf of the tree; the same bytes are signed for the SCT (RFC 6962, 3.2 and 3.4)."""
        return _VERSION + _TIMESTAMPED + timestamp.to_bytes(8) + self.content + _NO_EXTENSIONS


@dataclass(frozen=True)
class Timestamp:
    """A signed certificate timestamp (SCT): the promise of a log, whose `log_id` is the hash of its key."""

    log_id: bytes
    timestamp: int
    signature: bytes

    @property
    def encoded(self) -> bytes:
        """As it is in certificates."""
        return _VERSION + self.log_id + self.timestamp.to_bytes(8) + _NO_EXTENSIONS + self.signature


def entry_of(chain: list[x509.Certificate]) -> Entry:
    """The entry of a certificate, which is the first of `chain`."""
    leaf, *above = map(_der, chain)
    return Entry(_X509_ENTRY + vector(leaf, 3), vector(b"".join(vector(each, 3) for each in above), 3))


def entry_of_precertificate(chain: list[x509.Certificate]) -> Entry:
    """The entry of a precertificate, which is the first of `chain`, and its issuer the second.

    It is about the certificate as it will be, apart from the SCTs.
    """
    leaf, *above = map(_der, chain)
    signed = key_hash(chain[1]) + vector(without_poison(chain[0].tbs_certificate_bytes), 3)
    extra = vector(leaf, 3) + vector(b"".join(vector(each, 3) for each in above), 3)
    return Entry(_PRECERT_ENTRY + signed, extra)


def key_hash(of: x509.Certificate | ec.EllipticCurvePublicKey) -> bytes:
    """The SHA-256 of a public key: of a log it is the identifier, of an issuer it is in the entry."""
    key = of.public_key() if isinstance(of, x509.Certificate) else of
    return hashlib.sha256(key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)).digest()


def head(timestamp: int, size: int, root: bytes) -> bytes:
    """What is signed for a tree head (RFC 6962, 3.5)."""
    return _VERSION + _TREE_HASH + timestamp.to_bytes(8) + size.to_bytes(8) + root


def signed(key: ec.EllipticCurvePrivateKey, data: bytes) -> bytes:
    """The signature, with its algorithm (RFC 5246, 4.7)."""
    return _ALGORITHM + vector(key.sign(data, ec.ECDSA(hashes.SHA256())), 2)


def listed(timestamps: Iterable[Timestamp]) -> bytes:
    """The list in a certificate (RFC 6962, 3.3)."""
    return vector(b"".join(vector(each.encoded, 2) for each in timestamps), 2)


def vector(content: bytes, size: int) -> bytes:
    """Bytes behind their length, in `size` octets (RFC 5246, 4.3)."""
    return len(content).to_bytes(size) + content


def _der(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(Encoding.DER)
