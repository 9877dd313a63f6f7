"""The record of the ledger: every certificate that was issued, every refusal, every revocation. It is only added to.

Triggers of the database see to that, whoever has the connection. What is handed out was recorded before, in the
transaction that made it, so it is in the record even if the process was killed then.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from overheard.role.names import Name
from overheard_ca.certificates import fingerprint
from overheard_ca.database import only_added_to
from overheard_ca.errors import NeverIssuedError

# The reasons for which the certificate of a server or a client may be revoked (CA/Browser Forum BR, 4.9.1.1 and 7.2.2).
# None of them can be taken back.
REASONS = frozenset(
    {
        x509.ReasonFlags.unspecified,
        x509.ReasonFlags.key_compromise,
        x509.ReasonFlags.affiliation_changed,
        x509.ReasonFlags.superseded,
        x509.ReasonFlags.cessation_of_operation,
        x509.ReasonFlags.privilege_withdrawn,
    }
)

_TABLES = (
    """
    CREATE TABLE IF NOT EXISTS certificates (
        serial TEXT PRIMARY KEY, requester TEXT NOT NULL, names TEXT NOT NULL,
        not_before TEXT NOT NULL, not_after TEXT NOT NULL, sha256 TEXT NOT NULL, der BLOB
    ) STRICT
    """,
    """
    CREATE TABLE IF NOT EXISTS refusals (
        number INTEGER PRIMARY KEY AUTOINCREMENT, at TEXT NOT NULL, requester TEXT NOT NULL, names TEXT NOT NULL,
        code TEXT NOT NULL, message TEXT NOT NULL
    ) STRICT
    """,
    """
    CREATE TABLE IF NOT EXISTS revocations (
        serial TEXT PRIMARY KEY REFERENCES certificates, at TEXT NOT NULL, reason TEXT NOT NULL, by TEXT NOT NULL
    ) STRICT
    """,
)

# For ledgers from before certificates were kept: of theirs, only the fingerprints are known.
_WITHOUT_DER = "SELECT count(*) = 0 FROM pragma_table_info('certificates') WHERE name = 'der'"
_ADD_DER = "ALTER TABLE certificates ADD COLUMN der BLOB"

_KEYS = {"certificates": ("serial",), "refusals": ("number",), "revocations": ("serial",)}

_ISSUED = """
SELECT certificates.rowid, certificates.serial, requester, names, not_after, der, at, reason, by
FROM certificates LEFT JOIN revocations USING (serial)
"""


@dataclass(frozen=True)
class Revocation:
    """That a certificate was revoked."""

    at: datetime
    reason: x509.ReasonFlags
    by: str


@dataclass(frozen=True)
class Issued:
    """A certificate that was issued. `certificate` is None if it is from before the ledger kept certificates."""

    serial: int
    certificate: x509.Certificate | None
    requester: str
    names: tuple[str, ...]
    not_after: datetime
    revoked: Revocation | None


@dataclass(frozen=True)
class Refusal:
    """A request that was refused. `requester` is empty if it is not known who asked."""

    at: datetime
    requester: str
    names: tuple[str, ...]
    code: str
    message: str


def prepare(connection: sqlite3.Connection) -> None:
    """Create what is missing of the record, in a transaction."""
    for table in _TABLES:
        connection.execute(table)
    if connection.execute(_WITHOUT_DER).fetchone()[0]:
        connection.execute(_ADD_DER)
    for table, key in _KEYS.items():
        only_added_to(connection, table, key, "the record of the ledger")


def record(
    connection: sqlite3.Connection, certificate: x509.Certificate, requester: str, names: Iterable[Name]
) -> None:
    """Record a certificate, in a transaction of the ledger."""
    connection.execute(
        "INSERT INTO certificates VALUES (?, ?, ?, ?, ?, ?, ?)",
        (
            _hexadecimal(certificate.serial_number),
            requester,
            listed(names),
            certificate.not_valid_before_utc.isoformat(),
            certificate.not_valid_after_utc.isoformat(),
            fingerprint(certificate),
            certificate.public_bytes(Encoding.DER),
        ),
    )


def refuse(  # noqa: PLR0913, PLR0917  (each is one column)
    connection: sqlite3.Connection, requester: str, names: Iterable[Name], code: str, message: str, now: datetime
) -> None:
    """Record a refusal, in a transaction of the ledger. `requester` is empty if it is not known who asked."""
    connection.execute(
        "INSERT INTO refusals (at, requester, names, code, message) VALUES (?, ?, ?, ?, ?)",
        (now.isoformat(), _text(requester), listed(names), code, _text(message)),
    )


def revoke(connection: sqlite3.Connection, serial: int, reason: x509.ReasonFlags, by: str, now: datetime) -> bool:
    """Revoke a certificate for good, in a transaction of the ledger. False if it was revoked already.

    Raises NeverIssuedError if no certificate has the serial, and ValueError for a reason that is none of REASONS.
    """
    if reason not in REASONS:
        raise ValueError(f"{reason.value} is no reason to revoke the certificate of a server or a client")
    text = _hexadecimal(serial)
    if connection.execute("SELECT 1 FROM certificates WHERE serial = ?", (text,)).fetchone() is None:
        raise NeverIssuedError(serial)
    if connection.execute("SELECT 1 FROM revocations WHERE serial = ?", (text,)).fetchone():
        return False
    connection.execute("INSERT INTO revocations VALUES (?, ?, ?, ?)", (text, now.isoformat(), reason.value, by))
    return True


def issued(connection: sqlite3.Connection, serial: int) -> Issued | None:
    """The certificate with that serial; None if there is none."""
    row = connection.execute(f"{_ISSUED} WHERE certificates.serial = ?", (_hexadecimal(serial),)).fetchone()
    return _read_issued(row) if row else None


def revocations(connection: sqlite3.Connection, now: datetime) -> list[tuple[int, Revocation]]:
    """The serials of all revoked certificates that have not expired at `now`, in the order of their revocation."""
    query = """
    SELECT serial, at, reason, by FROM revocations JOIN certificates USING (serial)
    WHERE not_after >= ? ORDER BY revocations.rowid
    """
    rows = connection.execute(query, (now.replace(microsecond=0).isoformat(),)).fetchall()
    return [(int(serial, 16), _read_revocation(at, reason, by)) for serial, at, reason, by in rows]


def issued_after(connection: sqlite3.Connection, last: int, most: int) -> tuple[list[Issued], int]:
    """Up to so many certificates that were issued after row `last`, in order; and the last of their rows."""
    query = f"{_ISSUED} WHERE certificates.rowid > ? ORDER BY certificates.rowid LIMIT ?"
    rows = connection.execute(query, (last, most)).fetchall()
    return [_read_issued(row) for row in rows], rows[-1][0] if rows else last


def refused_after(connection: sqlite3.Connection, last: int, most: int) -> tuple[list[Refusal], int]:
    """Up to so many refusals after row `last`, in order; and the last of their rows."""
    query = "SELECT number, at, requester, names, code, message FROM refusals WHERE number > ? ORDER BY number LIMIT ?"
    rows = connection.execute(query, (last, most)).fetchall()
    return [_read_refusal(row) for row in rows], rows[-1][0] if rows else last


def listed(names: Iterable[Name]) -> str:
    """Names as the ledger has them: a list in JSON."""
    return json.dumps([str(name) for name in names])


def _text(text: str) -> str:
    """Text that SQLite takes: what JSON of a requester may contain, half a character of UTF-16, is escaped."""
    return text.encode(errors="backslashreplace").decode()


def _hexadecimal(serial: int) -> str:
    return f"{serial:x}"


def _read_issued(row: tuple[Any, ...]) -> Issued:
    _, serial, requester, names, not_after, der, at, reason, by = row
    return Issued(
        int(serial, 16),
        x509.load_der_x509_certificate(der) if der is not None else None,
        requester,
        tuple(json.loads(names)),
        datetime.fromisoformat(not_after),
        _read_revocation(at, reason, by) if at is not None else None,
    )


def _read_revocation(at: str, reason: str, by: str) -> Revocation:
    return Revocation(datetime.fromisoformat(at), x509.ReasonFlags(reason), by)


def _read_refusal(row: tuple[Any, ...]) -> Refusal:
    _, at, requester, names, code, message = row
    return Refusal(datetime.fromisoformat(at), requester, tuple(json.loads(names)), code, message)
