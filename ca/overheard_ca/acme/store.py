"""Accounts, orders, authorizations and challenges: tables of the ledger's file, so that a restart loses none."""

from __future__ import annotations

import json
import secrets
import sqlite3
from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any

from josepy.jwk import JWK

from overheard_ca.acme.identifiers import Identifier
from overheard_ca.acme.keys import read_key, thumbprint
from overheard_ca.acme.resources import (
    DEACTIVATED,
    INVALID,
    PENDING,
    PROCESSING,
    READY,
    VALID,
    Account,
    Authorization,
    Challenge,
    Order,
    new_id,
)

TABLES = """
CREATE TABLE IF NOT EXISTS acme_accounts (
    id TEXT PRIMARY KEY, thumbprint TEXT NOT NULL UNIQUE, key TEXT NOT NULL, status TEXT NOT NULL,
    contact TEXT NOT NULL, agreed INTEGER NOT NULL, binding TEXT, created TEXT NOT NULL
) STRICT;
CREATE TABLE IF NOT EXISTS acme_orders (
    id TEXT PRIMARY KEY, account TEXT NOT NULL, identifiers TEXT NOT NULL, profile TEXT NOT NULL,
    expires TEXT NOT NULL, status TEXT NOT NULL, serial TEXT, replaces TEXT
) STRICT;
CREATE INDEX IF NOT EXISTS acme_orders_of ON acme_orders (account);
CREATE INDEX IF NOT EXISTS acme_orders_without ON acme_orders (expires) WHERE serial IS NULL;
CREATE INDEX IF NOT EXISTS acme_orders_for ON acme_orders (replaces) WHERE replaces IS NOT NULL;
CREATE TABLE IF NOT EXISTS acme_authorizations (
    id TEXT PRIMARY KEY, "order" TEXT NOT NULL, account TEXT NOT NULL, type TEXT NOT NULL, value TEXT NOT NULL,
    wildcard INTEGER NOT NULL, expires TEXT NOT NULL, status TEXT NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS acme_authorizations_of ON acme_authorizations ("order");
CREATE INDEX IF NOT EXISTS acme_authorizations_for ON acme_authorizations (account, type, value);
CREATE TABLE IF NOT EXISTS acme_challenges (
    id TEXT PRIMARY KEY, "authorization" TEXT NOT NULL, type TEXT NOT NULL, token TEXT NOT NULL,
    status TEXT NOT NULL, validated TEXT, problem TEXT
) STRICT;
CREATE INDEX IF NOT EXISTS acme_challenges_of ON acme_challenges ("authorization");
"""


class Store:
    """The rows, on a connection to the ledger. Within a transaction, others see all of a change or nothing of it."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._all = connection.execute

    def add_account(self, account: Account, now: datetime) -> None:
        """Store a new account. Raises sqlite3.IntegrityError if another has its key."""
        self._all(
            "INSERT INTO acme_accounts VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            (
                account.id,
                thumbprint(account.key),
                json.dumps(account.key.to_json()),
                account.status,
                json.dumps(account.contact),
                account.agreed,
                account.binding,
                now.isoformat(),
            ),
        )

    def account(self, identifier: str) -> Account | None:
        """The account with this identifier."""
        return self._account("id = ?", identifier)

    def account_of(self, key: JWK) -> Account | None:
        """The account with this key."""
        return self._account("thumbprint = ?", thumbprint(key))

    def _account(self, condition: str, value: str) -> Account | None:
        row = self._all(
            f"SELECT id, key, status, contact, agreed, binding FROM acme_accounts WHERE {condition}",  # noqa: S608
            (value,),
        ).fetchone()
        if row is None:
            return None
        identifier, key, status, contact, agreed, binding = row
        return Account(identifier, _key(key), status, tuple(json.loads(contact)), bool(agreed), binding)

    def change_account(self, account: Account) -> None:
        """Store its key, status and contacts, and that it agreed."""
        self._all(
            "UPDATE acme_accounts SET thumbprint = ?, key = ?, status = ?, contact = ?, agreed = ? WHERE id = ?",
            (
                thumbprint(account.key),
                json.dumps(account.key.to_json()),
                account.status,
                json.dumps(account.contact),
                account.agreed,
                account.id,
            ),
        )

    def add_order(self, order: Order) -> None:
        """Store a new order."""
        self._all(
            "INSERT INTO acme_orders VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            (
                order.id,
                order.account,
                json.dumps([(each.type, each.value, each.wildcard) for each in order.identifiers]),
                order.profile,
                order.expires.isoformat(),
                order.status,
                None,
                order.replaces,
            ),
        )

    def order(self, identifier: str) -> Order | None:
        """The order with this identifier."""
        row = self._all("SELECT * FROM acme_orders WHERE id = ?", (identifier,)).fetchone()
        return None if row is None else _order(row)

    def orders_of(self, account: str, after: str, most: int) -> list[str]:
        """The identifiers of so many orders of an account, those behind `after`."""
        rows = self._all(
            "SELECT id FROM acme_orders WHERE account = ? AND id > ? ORDER BY id LIMIT ?", (account, after, most)
        )
        return [identifier for (identifier,) in rows]

    def replacement_of(self, certificate: str) -> str | None:
        """The order that replaces a certificate (RFC 9773, 5), unless it failed."""
        row = self._all(
            "SELECT id FROM acme_orders WHERE replaces = ? AND status != ?", (certificate, INVALID)
        ).fetchone()
        return None if row is None else str(row[0])

    def end_order(self, identifier: str, status: str, serial: int | None = None) -> None:
        """Store how an order ended."""
        self._all(
            "UPDATE acme_orders SET status = ?, serial = ? WHERE id = ?",
            (status, None if serial is None else f"{serial:x}", identifier),
        )

    def forget(self, before: datetime, most: int) -> None:
        """Remove so many orders at most that expired before then and have no certificate, with all that is theirs."""
        orders = "SELECT id FROM acme_orders WHERE serial IS NULL AND expires < ? ORDER BY expires LIMIT ?"
        authorizations = f'SELECT id FROM acme_authorizations WHERE "order" IN ({orders})'  # noqa: S608
        which = before.isoformat(), most
        self._all(f'DELETE FROM acme_challenges WHERE "authorization" IN ({authorizations})', which)  # noqa: S608
        self._all(f'DELETE FROM acme_authorizations WHERE "order" IN ({orders})', which)  # noqa: S608
        self._all(f"DELETE FROM acme_orders WHERE id IN ({orders})", which)  # noqa: S608

    def owner(self, serial: int) -> str | None:
        """The account that a certificate was issued to."""
        row = self._all("SELECT account FROM acme_orders WHERE serial = ?", (f"{serial:x}",)).fetchone()
        return None if row is None else str(row[0])

    def status(self, order: Order, now: datetime) -> str:
        """An order's status, which those of its authorizations make (RFC 8555, 7.1.6)."""
        if order.status != PENDING:
            return order.status
        if order.expires <= now:
            return INVALID
        each = {authorization.status_at(now) for authorization in self.authorizations(order.id)}
        if each <= {VALID}:
            return READY
        return PENDING if each <= {VALID, PENDING} else INVALID

    def add_authorization(self, authorization: Authorization, types: Sequence[str]) -> None:
        """Store a new authorization, with a challenge of each of these types."""
        name = authorization.identifier
        self._all(
            "INSERT INTO acme_authorizations VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            (
                authorization.id,
                authorization.order,
                authorization.account,
                name.type,
                name.value,
                name.wildcard,
                authorization.expires.isoformat(),
                authorization.status,
            ),
        )
        for kind in types:
            self._all(
                "INSERT INTO acme_challenges VALUES (?, ?, ?, ?, ?, NULL, NULL)",
                (new_id(), authorization.id, kind, secrets.token_urlsafe(32), PENDING),
            )

    def authorization(self, identifier: str) -> Authorization | None:
        """The authorization with this identifier."""
        row = self._all("SELECT * FROM acme_authorizations WHERE id = ?", (identifier,)).fetchone()
        return None if row is None else _authorization(row)

    def authorizations(self, order: str) -> list[Authorization]:
        """Those of an order, in the order of its names."""
        rows = self._all('SELECT * FROM acme_authorizations WHERE "order" = ? ORDER BY rowid', (order,))
        return [_authorization(row) for row in rows]

    def holds(self, account: str, identifier: Identifier, now: datetime) -> bool:
        """Whether an account is authorized for a name."""
        row = self._all(
            "SELECT 1 FROM acme_authorizations WHERE account = ? AND type = ? AND value = ? AND wildcard >= ?"
            " AND status = ? AND expires > ?",
            (account, identifier.type, identifier.value, identifier.wildcard, VALID, now.isoformat()),
        ).fetchone()
        return row is not None

    def challenge(self, identifier: str) -> Challenge | None:
        """The challenge with this identifier."""
        found = self._challenges("id", identifier)
        return found[0] if found else None

    def challenges(self, authorization: str) -> list[Challenge]:
        """Those of an authorization."""
        return self._challenges('"authorization"', authorization)

    def unfinished(self) -> list[Challenge]:
        """Those whose validation had begun, and whose result is not stored."""
        return self._challenges("status", PROCESSING)

    def _challenges(self, column: str, value: str) -> list[Challenge]:
        rows = self._all(f"SELECT * FROM acme_challenges WHERE {column} = ? ORDER BY rowid", (value,))  # noqa: S608
        return [_challenge(row) for row in rows]

    def begin(self, challenge: str) -> bool:
        """Store that its validation has begun. False if it had."""
        done = self._all(
            "UPDATE acme_challenges SET status = ? WHERE id = ? AND status = ?", (PROCESSING, challenge, PENDING)
        )
        return done.rowcount == 1

    def end(self, challenge: Challenge, now: datetime, problem: dict[str, Any] | None) -> None:
        """Store how a validation ended, for its authorization as well, unless that was deactivated since."""
        status = INVALID if problem else VALID
        self._all(
            "UPDATE acme_challenges SET status = ?, validated = ?, problem = ? WHERE id = ?",
            (status, None if problem else now.isoformat(), json.dumps(problem) if problem else None, challenge.id),
        )
        self._all(
            "UPDATE acme_authorizations SET status = ? WHERE id = ? AND status = ?",
            (status, challenge.authorization, PENDING),
        )

    def deactivate(self, authorization: str) -> None:
        """Give up an authorization."""
        self._all("UPDATE acme_authorizations SET status = ? WHERE id = ?", (DEACTIVATED, authorization))


# Every request of an account needs its key.
@lru_cache(1024)
def _key(text: str) -> JWK:
    return read_key(json.loads(text))


def _order(row: tuple[Any, ...]) -> Order:
    identifier, account, names, profile, expires, status, serial, replaces = row
    return Order(
        identifier,
        account,
        tuple(Identifier(kind, value, wildcard) for kind, value, wildcard in json.loads(names)),
        profile,
        datetime.fromisoformat(expires),
        status,
        None if serial is None else int(serial, 16),
        replaces,
    )


def _authorization(row: tuple[Any, ...]) -> Authorization:
    identifier, order, account, kind, value, wildcard, expires, status = row
    name = Identifier(kind, value, bool(wildcard))
    return Authorization(identifier, order, account, name, datetime.fromisoformat(expires), status)


def _challenge(row: tuple[Any, ...]) -> Challenge:
    identifier, authorization, kind, token, status, validated, problem = row
    return Challenge(
        identifier, authorization, kind, token, status, _read(validated), json.loads(problem) if problem else None
    )


def _read(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)
