"""When a certificate should be renewed (ARI, RFC 9773)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from cryptography import x509
from josepy import b64

from overheard.role.profiles import renewal_due
from overheard_ca.acme.documents import moment
from overheard_ca.acme.problems import Kind, ProblemError
from overheard_ca.acme.resources import Order
from overheard_ca.acme.store import Store
from overheard_ca.certificates import Issuer
from overheard_ca.issuance import Issuance
from overheard_ca.ledger import Issued, Revocation

# A client asks again after as many seconds.
RETRY_AFTER = 6 * 3600


def window(certificate: x509.Certificate, revoked: Revocation | None, now: datetime) -> dict[str, Any]:
    """The suggested window: around two thirds of the certificate's life, or now if it was revoked."""
    if revoked:
        start, end = now - timedelta(hours=2), now - timedelta(hours=1)
    else:
        born, dies = certificate.not_valid_before_utc, certificate.not_valid_after_utc
        start = renewal_due(born, dies)
        end = start + (dies - born) / 20
    return {"suggestedWindow": {"start": moment(start), "end": moment(end)}}


def issued_as(identifier: str, issuance: Issuance) -> tuple[x509.Certificate, Issued]:
    """The certificate, and what the record says of it, with this identifier (RFC 9773, 4.1). Raises ProblemError."""
    serial = _serial(identifier, issuance.authority.issuing)
    issued = None if serial is None else issuance.ledger.issued(serial)
    if issued is None or issued.certificate is None:
        raise ProblemError(Kind.NOT_FOUND, f"This CA issued no certificate {identifier!r:.120}.")
    return issued.certificate, issued


def replaced(fields: Mapping[str, Any]) -> str | None:
    """The identifier of the certificate that an order replaces. Raises ProblemError."""
    replaces = fields.get("replaces")
    if replaces is not None and not isinstance(replaces, str):
        raise ProblemError(Kind.MALFORMED, "replaces is not the identifier of a certificate (RFC 9773, 4.1).")
    return replaces


def check_replaced(order: Order, store: Store, issuance: Issuance) -> None:
    """Raise ProblemError if an order may not replace the certificate that it says."""
    certificate, issued = issued_as(order.replaces or "", issuance)
    if store.owner(certificate.serial_number) != order.account:
        raise ProblemError(Kind.UNAUTHORIZED, "The certificate that is to be replaced is another account's.")
    if not {str(each.name) for each in order.identifiers} & set(issued.names):
        raise ProblemError(Kind.MALFORMED, "The certificate that is to be replaced has none of these names.")
    if store.replacement_of(order.replaces or ""):
        raise ProblemError(Kind.ALREADY_REPLACED, "Another order replaces this certificate.")


def _serial(identifier: str, issuer: Issuer) -> int | None:
    """The serial number in an identifier, if it is of this issuer."""
    key, _, number = identifier.partition(".")
    try:
        if b64.b64decode(key) != issuer.identifier.digest:
            return None
        serial = b64.b64decode(number)
    except (ValueError, TypeError):
        return None
    return int.from_bytes(serial, "big")
