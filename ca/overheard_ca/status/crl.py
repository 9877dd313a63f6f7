"""The list of revoked certificates (RFC 5280, 5): complete, of one issuer, and new whenever one more was revoked."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from datetime import datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding

from overheard.role.profiles import SLOWEST_CLOCK
from overheard_ca.certificates import Issuer, fingerprint
from overheard_ca.ledger import Ledger
from overheard_ca.record import Revocation, revocations

# How long clients may use a list. The next one is made when half of that is over.
LIFE = timedelta(hours=24)

# The newest list alone. AUTOINCREMENT: a number is never used again, even if the clock was set back (RFC 5280, 5.2.3).
_TABLE = """
CREATE TABLE IF NOT EXISTS crls (
    number INTEGER PRIMARY KEY AUTOINCREMENT, issuer TEXT NOT NULL, revoked INTEGER NOT NULL, made TEXT NOT NULL,
    der BLOB NOT NULL
) STRICT
"""
_REVOKED = "SELECT count(*) FROM revocations"
_NEWEST = "SELECT issuer, revoked, made, der FROM crls ORDER BY number DESC LIMIT 1"


@dataclass(frozen=True)
class RevocationList:
    """The list of an issuer. It is kept in the ledger: a restart changes nothing."""

    issuer: Issuer
    ledger: Ledger

    def current(self, now: datetime) -> bytes:
        """The list in DER, with everything that was revoked until now."""
        with self.ledger.transaction() as entry:
            entry.execute(_TABLE)
            revoked = entry.execute(_REVOKED).fetchone()[0]
            newest = entry.execute(_NEWEST).fetchone()
            if newest and self._is_good(newest, revoked, now):
                return bytes(newest[3])
            return self._made(entry, revoked, now)

    def _is_good(self, newest: tuple[str, int, str, bytes], revoked: int, now: datetime) -> bool:
        issuer, listed, made, _ = newest
        # If the clock was set back, the list seems to be from the future.
        age = now - datetime.fromisoformat(made)
        return issuer == fingerprint(self.issuer.certificate) and listed == revoked and timedelta() <= age < LIFE / 2

    def _made(self, entry: sqlite3.Connection, revoked: int, now: datetime) -> bytes:
        """A new list, in the transaction in which it gets its number."""
        row = (fingerprint(self.issuer.certificate), revoked, now.isoformat(), b"")
        number = entry.execute("INSERT INTO crls (issuer, revoked, made, der) VALUES (?, ?, ?, ?)", row).lastrowid
        # Of certificates that expired, each is in one list more (RFC 5280, 3.3).
        der = signed(self.issuer, revocations(entry, now - LIFE), number or 0, now).public_bytes(Encoding.DER)
        entry.execute("UPDATE crls SET der = ? WHERE number = ?", (der, number))
        entry.execute("DELETE FROM crls WHERE number < ?", (number,))
        return der


def signed(
    issuer: Issuer, revoked: list[tuple[int, Revocation]], number: int, now: datetime, life: timedelta = LIFE
) -> x509.CertificateRevocationList:
    """A list with that number, of these serials, that clients may use for `life`."""
    builder = (
        x509.CertificateRevocationListBuilder()
        .issuer_name(issuer.certificate.subject)
        .last_update(now - SLOWEST_CLOCK)
        .next_update(now + life)
        .add_extension(issuer.authority_identifier, critical=False)
        .add_extension(x509.CRLNumber(number), critical=False)
    )
    for serial, revocation in revoked:
        builder = builder.add_revoked_certificate(_entry(serial, revocation))
    return builder.sign(issuer.key, hashes.SHA256())


def _entry(serial: int, revocation: Revocation) -> x509.RevokedCertificate:
    builder = x509.RevokedCertificateBuilder().serial_number(serial).revocation_date(revocation.at)
    # No reason is better than this one (RFC 5280, 5.3.1).
    if revocation.reason is not x509.ReasonFlags.unspecified:
        builder = builder.add_extension(x509.CRLReason(revocation.reason), critical=False)
    return builder.build()
