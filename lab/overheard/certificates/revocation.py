"""Whether the server's certificate was revoked (RFC 5280, 5), by lists that were fetched by somebody else."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm

from overheard.certificates.names import called, minute
from overheard.certificates.path import Path


def wrong(path: Path, crls: Sequence[x509.CertificateRevocationList], now: datetime) -> tuple[str, str]:
    """The row of the gallery, and a detail in words; empty if a current list does not contain it."""
    server = path.server
    issuer = f'"{called(server.issuer)}"'
    crl = next((crl for crl in crls if _is_of(crl, path)), None)
    if crl is None:
        return "crl-missing", f"there is no list of {issuer}"
    if crl.next_update_utc and now > crl.next_update_utc:
        return "crl-expired", f"the list of {issuer} was good until {minute(crl.next_update_utc)}"
    entry = crl.get_revoked_certificate_by_serial_number(server.serial_number)
    if entry:
        return "revoked", f'{issuer} revoked "{called(server.subject)}" on {minute(entry.revocation_date_utc)}'
    return "", ""


def _is_of(crl: x509.CertificateRevocationList, path: Path) -> bool:
    """Whether the issuer of the server's certificate issued the list, and signed it, if its key is available."""
    if crl.issuer != path.server.issuer:
        return False
    issuer = path.certificates[1] if path.above else path.server
    try:
        # A key that cannot sign raises TypeError.
        return crl.is_signature_valid(issuer.public_key())  # type: ignore[arg-type]
    except (ValueError, TypeError, UnsupportedAlgorithm):
        return False
