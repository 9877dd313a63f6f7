"""Answers whether one certificate is still good (RFC 6960)."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from cryptography.x509 import ocsp
from cryptography.x509.ocsp import OCSPCertStatus, OCSPResponseStatus

from overheard.role.profiles import SLOWEST_CLOCK
from overheard_ca.certificates import Issuer
from overheard_ca.ledger import Issued, Ledger
from overheard_ca.status.signer import Signer

# How long a response may be used, and stapled.
LIFE = timedelta(hours=8)

# Those for which the library makes responses, by the names of hashlib.
_HASHES = (hashes.SHA1, hashes.SHA224, hashes.SHA256, hashes.SHA384, hashes.SHA512)

# What the library raises for what is no request, or one for several certificates.
_MALFORMED = (ValueError, TypeError, NotImplementedError, x509.DuplicateExtension)


@dataclass(frozen=True)
class Responder:
    """Answers for the certificates of one issuer."""

    issuer: Issuer
    ledger: Ledger
    signer: Signer

    def answer(self, request: bytes, now: datetime) -> bytes:
        """The response in DER to a request in DER, whatever that is."""
        try:
            asked = _read(request)
            response = self._answer(asked, now) if self._is_ours(asked) else _failed(OCSPResponseStatus.UNAUTHORIZED)
        except UnsupportedAlgorithm:
            # A hash that is unknown here, so nobody knows of which issuer.
            response = _failed(OCSPResponseStatus.UNAUTHORIZED)
        except _MALFORMED:
            response = _failed(OCSPResponseStatus.MALFORMED_REQUEST)
        return response.public_bytes(Encoding.DER)

    def _is_ours(self, asked: ocsp.OCSPRequest) -> bool:
        if not isinstance(asked.hash_algorithm, _HASHES):
            return False
        certificate = self.issuer.certificate
        key = self.issuer.key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
        found = [
            hashlib.new(asked.hash_algorithm.name, part).digest() for part in (certificate.subject.public_bytes(), key)
        ]
        return found == [asked.issuer_name_hash, asked.issuer_key_hash]

    def _answer(self, asked: ocsp.OCSPRequest, now: datetime) -> ocsp.OCSPResponse:
        signer = self.signer.current(now)
        status, at, reason = _status(self.ledger.issued(asked.serial_number))
        return (
            ocsp.OCSPResponseBuilder()
            .add_response_by_hash(
                asked.issuer_name_hash,
                asked.issuer_key_hash,
                asked.serial_number,
                asked.hash_algorithm,
                status,
                now - SLOWEST_CLOCK,
                now + LIFE,
                at,
                reason,
            )
            .responder_id(ocsp.OCSPResponderEncoding.HASH, signer.certificate)
            .certificates([signer.certificate])
            .sign(signer.key, hashes.SHA256())
        )


def _read(request: bytes) -> ocsp.OCSPRequest:
    """The request. Raises ValueError also if it has a critical extension, as none is understood here."""
    asked = ocsp.load_der_ocsp_request(request)
    if any(extension.critical for extension in asked.extensions):
        raise ValueError("a critical extension")
    return asked


def _status(issued: Issued | None) -> tuple[OCSPCertStatus, datetime | None, x509.ReasonFlags | None]:
    if issued is None:
        return OCSPCertStatus.UNKNOWN, None, None
    if issued.revoked is None:
        return OCSPCertStatus.GOOD, None, None
    # No reason is better than this one, as in a CRL (RFC 5280, 5.3.1).
    reason = issued.revoked.reason
    return OCSPCertStatus.REVOKED, issued.revoked.at, None if reason is x509.ReasonFlags.unspecified else reason


def _failed(status: OCSPResponseStatus) -> ocsp.OCSPResponse:
    return ocsp.OCSPResponseBuilder.build_unsuccessful(status)
