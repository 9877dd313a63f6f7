"""Revocation, by the account that has a certificate, by whoever may order its names, or by its key (RFC 8555, 7.6)."""

from __future__ import annotations

from datetime import UTC, datetime

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from josepy import b64
from josepy.jwk import JWK

from overheard_ca.acme.identifiers import Identifier
from overheard_ca.acme.keys import public_key, thumbprint
from overheard_ca.acme.problems import Kind, ProblemError
from overheard_ca.acme.resources import Account
from overheard_ca.acme.signing import Signed
from overheard_ca.acme.store import Store
from overheard_ca.ledger import Ledger, revoke

# What the owner of a certificate can know (RFC 5280, 5.3.1).
_REASONS = {
    0: x509.ReasonFlags.unspecified,
    1: x509.ReasonFlags.key_compromise,
    3: x509.ReasonFlags.affiliation_changed,
    4: x509.ReasonFlags.superseded,
    5: x509.ReasonFlags.cessation_of_operation,
}


def revoke_certificate(ledger: Ledger, signed: Signed, by: Account | JWK) -> None:
    """Revoke the certificate that `signed` names. Raises ProblemError."""
    fields, now = signed.fields, datetime.now(UTC)
    certificate, names = _issued(ledger, fields.get("certificate"))
    reason = _REASONS.get(fields.get("reason", 0)) if type(fields.get("reason", 0)) is int else None
    if reason is None:
        listed = ", ".join(map(str, _REASONS))
        raise ProblemError(Kind.BAD_REVOCATION_REASON, f"The reason is not one of {listed}.", names=names)
    with ledger.transaction() as entry:
        if not _may(Store(entry), by, certificate, names, now):
            raise ProblemError(
                Kind.UNAUTHORIZED,
                "The request is signed neither by the certificate's key, nor by the account that ordered it, nor by "
                "one that may order all of its names.",
                names=names,
            )
        who = by.id if isinstance(by, Account) else f"the certificate's key {thumbprint(by)}"
        if not revoke(entry, certificate.serial_number, reason, who, now):
            raise ProblemError(Kind.ALREADY_REVOKED, "The certificate is revoked already.", names=names)


def _issued(ledger: Ledger, text: object) -> tuple[x509.Certificate, tuple[str, ...]]:
    """The certificate, and the names that it is for."""
    try:
        certificate = x509.load_der_x509_certificate(b64.b64decode(text if isinstance(text, str) else ""))
    except (ValueError, TypeError, UnsupportedAlgorithm, x509.InvalidVersion):
        raise ProblemError(Kind.MALFORMED, "certificate is not a certificate, DER in base64url.") from None
    issued = ledger.issued(certificate.serial_number)
    # Another CA's may have the same serial number.
    if issued is None or issued.certificate != certificate:
        raise ProblemError(Kind.NOT_FOUND, "This CA did not issue that certificate.")
    return certificate, issued.names


def _may(store: Store, by: Account | JWK, certificate: x509.Certificate, names: tuple[str, ...], now: datetime) -> bool:
    if not isinstance(by, Account):
        return public_key(by) == certificate.public_key()
    if store.owner(certificate.serial_number) == by.id:
        return True
    return all(store.holds(by.id, Identifier.of(name), now) for name in names)
