"""The resources of ACME (RFC 8555, 7.1), as they are stored."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from josepy.jwk import JWK

from overheard_ca.acme.identifiers import Identifier

PENDING, READY, PROCESSING, VALID, INVALID = "pending", "ready", "processing", "valid", "invalid"
DEACTIVATED = "deactivated"


@dataclass(frozen=True)
class Account:
    """Who orders. `binding` is the identifier of the external account that it belongs to, if any."""

    id: str
    key: JWK
    status: str
    contact: tuple[str, ...]
    agreed: bool
    binding: str | None


@dataclass(frozen=True)
class Order:
    """What was ordered. Its status is what is stored: `Store.status` knows about its authorizations, too."""

    id: str
    account: str
    identifiers: tuple[Identifier, ...]
    profile: str
    expires: datetime
    status: str
    serial: int | None
    replaces: str | None


@dataclass(frozen=True)
class Authorization:
    """Whether an account may order a name."""

    id: str
    order: str
    account: str
    identifier: Identifier
    expires: datetime
    status: str

    def status_at(self, now: datetime) -> str:
        """Its status, as time passes (RFC 8555, 7.1.6)."""
        if self.expires > now or self.status not in (PENDING, VALID):
            return self.status
        return "expired" if self.status == VALID else INVALID


@dataclass(frozen=True)
class Challenge:
    """One way to prove it."""

    id: str
    authorization: str
    type: str
    token: str
    status: str
    validated: datetime | None
    problem: dict[str, Any] | None


def new_id() -> str:
    """An identifier that nobody guesses."""
    return secrets.token_urlsafe(16)
