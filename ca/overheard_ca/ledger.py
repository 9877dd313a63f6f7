"""The ledger: what was issued, refused and revoked (see `record`), and which tokens are still valid.

It stores no token, only the SHA-256 of each. Looking up a token by its hash also takes the same time however close a
guess is.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TypeVar

from overheard.role.names import Name, folded
from overheard_ca.database import Database
from overheard_ca.errors import StateError
from overheard_ca.profile import Profile
from overheard_ca.record import (
    REASONS,
    Issued,
    Refusal,
    Revocation,
    issued,
    issued_after,
    listed,
    prepare,
    record,
    refuse,
    refused_after,
    revoke,
)

__all__ = [
    "FILE",
    "REASONS",
    "Grant",
    "Issued",
    "Ledger",
    "Refusal",
    "Revocation",
    "record",
    "refuse",
    "revoke",
    "spend",
]

FILE = "ledger.sqlite"

_TOKENS = """
CREATE TABLE IF NOT EXISTS tokens (
    sha256 TEXT PRIMARY KEY, requester TEXT NOT NULL, names TEXT NOT NULL, used_at TEXT,
    profile TEXT NOT NULL DEFAULT 'server'
) STRICT
"""

# For ledgers from before there were client certificates.
_WITHOUT_PROFILE = "SELECT count(*) = 0 FROM pragma_table_info('tokens') WHERE name = 'profile'"
_ADD_PROFILE = "ALTER TABLE tokens ADD COLUMN profile TEXT NOT NULL DEFAULT 'server'"

# How many rows of the record are read at a time.
_PAGE = 500

_Row = TypeVar("_Row")


@dataclass(frozen=True)
class Grant:
    """What a token is valid for."""

    requester: str
    names: frozenset[Name]
    used: bool
    profile: Profile = Profile.SERVER


class Ledger(Database):
    """The ledger in one file."""

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        try:
            with self.transaction() as connection:
                prepare(connection)
                connection.execute(_TOKENS)
                if connection.execute(_WITHOUT_PROFILE).fetchone()[0]:
                    connection.execute(_ADD_PROFILE)
        except sqlite3.DatabaseError as problem:
            raise StateError(f"{path} is not a ledger ({problem})", hint="restore the right file") from None

    def grant(self, token: str) -> Grant | None:
        """What `token` is valid for; None if it was never issued, or withdrawn."""
        with self.reading() as connection:
            row = connection.execute(
                "SELECT requester, names, used_at IS NOT NULL, profile FROM tokens WHERE sha256 = ?",
                (_digest(token),),
            ).fetchone()
        if row is None:
            return None
        requester, names, used, profile = row
        return Grant(requester, frozenset(folded(text) for text in json.loads(names)), bool(used), Profile(profile))

    def add_token(self, token: str, requester: str, names: Iterable[Name], profile: Profile = Profile.SERVER) -> None:
        """Make `token` valid for one certificate, for that use."""
        with self.transaction() as connection:
            connection.execute(
                "INSERT INTO tokens (sha256, requester, names, profile) VALUES (?, ?, ?, ?)",
                (_digest(token), requester, listed(names), profile),
            )

    def withdraw_all_but(self, tokens: Iterable[str]) -> None:
        """Delete every unused token that is not one of `tokens`."""
        kept = {_digest(token) for token in tokens}
        with self.transaction() as connection:
            unused = connection.execute("SELECT sha256 FROM tokens WHERE used_at IS NULL").fetchall()
            gone = [row for row in unused if row[0] not in kept]
            connection.executemany("DELETE FROM tokens WHERE sha256 = ?", gone)

    def issued(self, serial: int) -> Issued | None:
        """The certificate with that serial; None if none was issued."""
        with self.reading() as connection:
            return issued(connection, serial)

    def all_issued(self) -> Iterator[Issued]:
        """Every certificate that was issued, in order."""
        return self._paged(issued_after)

    def refused(self) -> Iterator[Refusal]:
        """Every refusal, in order."""
        return self._paged(refused_after)

    def _paged(self, page: Callable[[sqlite3.Connection, int, int], tuple[list[_Row], int]]) -> Iterator[_Row]:
        """All rows, page by page: nobody waits for a reader that is slow, and no more than a page is in memory."""
        last = 0
        while True:
            with self.reading() as connection:
                rows, last = page(connection, last, _PAGE)
            if not rows:
                return
            yield from rows


def spend(connection: sqlite3.Connection, token: str, now: datetime) -> bool:
    """Use up `token`, in a transaction of the ledger. False if it was used already."""
    done = connection.execute(
        "UPDATE tokens SET used_at = ? WHERE sha256 = ? AND used_at IS NULL", (now.isoformat(), _digest(token))
    )
    return done.rowcount == 1


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
