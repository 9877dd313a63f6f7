"""A log that a client knows by its key: what it signed, and what it did not (RFC 6962, 3.2 and 3.5)."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Self

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.types import CertificatePublicKeyTypes
from cryptography.x509.certificate_transparency import SignedCertificateTimestamp

from overheard.role.profiles import SLOWEST_CLOCK

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

# SHA-256 with ECDSA (RFC 5246, 7.4.1.4.1).
_ALGORITHM = b"\4\3"


@dataclass(frozen=True)
class KnownLog:
    """A log, by its public key."""

    key: ec.EllipticCurvePublicKey

    @classmethod
    def from_pem(cls, pem: bytes) -> Self:
        """The log with that key. Raises ValueError."""
        key = serialization.load_pem_public_key(pem)
        if not isinstance(key, ec.EllipticCurvePublicKey):
            raise ValueError("the key of a log is not EC")  # noqa: TRY004  (as for what is no key at all)
        return cls(key)

    @property
    def id(self) -> bytes:
        """The SHA-256 of its key, by which timestamps name it."""
        return key_hash(self.key)

    def wrong_with_chain(self, chain: Sequence[bytes]) -> str:
        """The same of a chain in DER, now."""
        certificate, issuer, *_ = map(x509.load_der_x509_certificate, (*chain, *chain[-1:]))
        return self.wrong_with(certificate, issuer, datetime.now(UTC))

    def wrong_with(self, certificate: x509.Certificate, issuer: x509.Certificate, now: datetime) -> str:
        """Why the certificate has no promise of this log that it is in it; empty if it has one."""
        try:
            stamps = certificate.extensions.get_extension_for_class(x509.PrecertificateSignedCertificateTimestamps)
        except x509.ExtensionNotFound:
            return "it has no timestamp of any log"
        except (ValueError, x509.DuplicateExtension) as problem:
            return f"its timestamps cannot be read ({problem})"
        ours = [stamp for stamp in stamps.value if stamp.log_id == self.id]
        if not ours:
            return "it has no timestamp of this log"
        content = key_hash(issuer.public_key()) + _vector(certificate.tbs_precertificate_bytes, 3)
        good = [stamp for stamp in ours if self._stamped(stamp, content)]
        if not good:
            return "its timestamp is not signed by this log, or not for this certificate"
        return "" if any(_time(stamp) <= now + SLOWEST_CLOCK for stamp in good) else "its timestamp is of the future"

    def signed_head(self, timestamp: int, size: int, root: bytes, signature: bytes) -> bool:
        """Whether the log signed this state of it."""
        data = b"\0\1" + timestamp.to_bytes(8) + size.to_bytes(8) + root
        length = int.from_bytes(signature[2:4])
        return signature[:2] == _ALGORITHM and len(signature) == 4 + length and self._signed(signature[4:], data)

    def _stamped(self, stamp: SignedCertificateTimestamp, content: bytes) -> bool:
        milliseconds = (_time(stamp) - _EPOCH) // timedelta(milliseconds=1)
        # The type of the entry is that of a precertificate.
        data = b"\0\0" + milliseconds.to_bytes(8) + b"\0\1" + content + _vector(stamp.extension_bytes, 2)
        return self._signed(stamp.signature, data)

    def _signed(self, signature: bytes, data: bytes) -> bool:
        try:
            self.key.verify(signature, data, ec.ECDSA(hashes.SHA256()))
        except InvalidSignature:
            return False
        return True


def _time(stamp: SignedCertificateTimestamp) -> datetime:
    return stamp.timestamp.replace(tzinfo=UTC)


def key_hash(key: CertificatePublicKeyTypes) -> bytes:
    """The SHA-256 of a public key."""
    form = (serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    return hashlib.sha256(key.public_bytes(*form)).digest()


def _vector(content: bytes, size: int) -> bytes:
    return len(content).to_bytes(size) + content
