"""What a response of OCSP proves about a certificate (RFC 6960, 3.2): without proof, it is no answer."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.x509 import ocsp
from cryptography.x509.ocsp import OCSPResponseStatus
from cryptography.x509.oid import ExtendedKeyUsageOID

from overheard.role.profiles import SLOWEST_CLOCK


class NoAnswerError(Exception):
    """Nobody has said whether a certificate is good, or not so that it can be believed."""


@dataclass(frozen=True)
class Standing:
    """What a responder says of a certificate: `good`, `revoked` or `unknown`, from when until when, and perhaps why."""

    status: str
    begins: datetime
    ends: datetime
    reason: str = ""

    @property
    def good(self) -> bool:
        """Whether it is good."""
        return self.status == "good"


def standing(answer: bytes, request: ocsp.OCSPRequest, issuer: x509.Certificate, now: datetime) -> Standing:
    """What `answer` says, in reply to a request about a certificate of `issuer`. Raises NoAnswerError."""
    try:
        response = ocsp.load_der_ocsp_response(answer)
        if response.response_status is not OCSPResponseStatus.SUCCESSFUL:
            # These are not signed: anybody can send one.
            raise NoAnswerError(f"the responder says only {response.response_status.name.lower()}")
        _require_signature(response, issuer, now)
        _require_nonce(response, request)
        return _of_one(_about(response, request), now)
    except (ValueError, TypeError, UnsupportedAlgorithm, x509.DuplicateExtension):
        raise NoAnswerError("the response cannot be read") from None


def _of_one(one: ocsp.OCSPSingleResponse, now: datetime) -> Standing:
    if one.this_update_utc > now + SLOWEST_CLOCK:
        raise NoAnswerError("the response is of the future")
    # An old one may be from before the revocation: somebody on the wire could have kept it.
    if one.next_update_utc is None or one.next_update_utc < now:
        raise NoAnswerError("the response is out of date")
    reason = one.revocation_reason
    return Standing(
        one.certificate_status.name.lower(), one.this_update_utc, one.next_update_utc, reason.value if reason else ""
    )


def _about(response: ocsp.OCSPResponse, request: ocsp.OCSPRequest) -> ocsp.OCSPSingleResponse:
    """The part about the certificate that was asked for: a responder that was asked about others has signed others."""
    for one in response.responses:
        if _identifier(one) == _identifier(request):
            return one
    raise NoAnswerError("the response is about another certificate")


def _identifier(of: ocsp.OCSPSingleResponse | ocsp.OCSPRequest) -> tuple[object, ...]:
    return of.hash_algorithm.name, of.issuer_name_hash, of.issuer_key_hash, of.serial_number


def _require_nonce(response: ocsp.OCSPResponse, request: ocsp.OCSPRequest) -> None:
    """Responses that are made in advance have none (RFC 9654, 2.1): then their dates must do."""
    theirs, ours = (
        [each.value for each in of.extensions if isinstance(each.value, x509.OCSPNonce)] for of in (response, request)
    )
    if theirs and theirs != ours:
        raise NoAnswerError("the response is to another request")


def _require_signature(response: ocsp.OCSPResponse, issuer: x509.Certificate, now: datetime) -> None:
    """The issuer must have signed it, or somebody whom it has certified for that (RFC 6960, 4.2.2.2)."""
    if not any(_signed(response, each) for each in _entitled(response, issuer, now)):
        raise NoAnswerError("the response is not signed by anybody who may")


def _entitled(response: ocsp.OCSPResponse, issuer: x509.Certificate, now: datetime) -> Iterator[x509.Certificate]:
    yield issuer
    for each in response.certificates:
        if _is_delegated(each, issuer) and each.not_valid_before_utc - SLOWEST_CLOCK <= now <= each.not_valid_after_utc:
            yield each


def _is_delegated(certificate: x509.Certificate, issuer: x509.Certificate) -> bool:
    try:
        certificate.verify_directly_issued_by(issuer)
        purposes = certificate.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    except (InvalidSignature, ValueError, TypeError, x509.ExtensionNotFound):
        return False
    return ExtendedKeyUsageOID.OCSP_SIGNING in purposes


def _signed(response: ocsp.OCSPResponse, by: x509.Certificate) -> bool:
    key, signature, content = by.public_key(), response.signature, response.tbs_response_bytes
    digest = response.signature_hash_algorithm
    try:
        match key:
            case ec.EllipticCurvePublicKey() if digest:
                key.verify(signature, content, ec.ECDSA(digest))
            case rsa.RSAPublicKey() if digest:
                key.verify(signature, content, padding.PKCS1v15(), digest)
            case ed25519.Ed25519PublicKey():
                key.verify(signature, content)
            case _:
                return False
    except InvalidSignature:
        return False
    return True
