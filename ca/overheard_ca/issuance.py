"""Issuance: takes a token and a signing request, and returns a certificate or a refusal. Independent of HTTP."""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial

from cryptography import x509

from overheard.role.names import Name
from overheard_ca import refusals
from overheard_ca.authority import Authority
from overheard_ca.certificates import leaf_certificate
from overheard_ca.errors import RefusedError
from overheard_ca.ledger import Grant, Ledger, record, refuse, spend
from overheard_ca.profile import USES, Profile, Use
from overheard_ca.request import CheckedRequest, check
from overheard_ca.transparency.log import Log, stamped

# What the library raises for a request, or extensions, that it cannot read.
_UNREADABLE = (
    ValueError,
    TypeError,
    KeyError,
    x509.InvalidVersion,
    x509.DuplicateExtension,
    x509.ExtensionNotFound,
    x509.UnsupportedGeneralNameType,
)

log = logging.getLogger("overheard_ca")


@dataclass(frozen=True)
class Issuance:
    """Certifies requests. `allowed` are the names of all requesters, `life` is the lifetime of a certificate.

    With `log`, there are certificates that are logged before they are issued.
    """

    authority: Authority
    ledger: Ledger
    allowed: frozenset[Name]
    life: timedelta
    log: Log | None = None

    @property
    def offered(self) -> Mapping[Profile, Use]:
        """The profiles that can be issued here."""
        staples = self.authority.issuing.staples
        return {
            profile: use
            for profile, use in USES.items()
            if (staples or not use.stapled) and (self.log or not use.logged)
        }

    def certify(self, token: str, body: Callable[[], bytes]) -> bytes:
        """The chain for the signing request in `body`, parsed only if the token is valid. Raises RefusedError.

        What is refused is recorded, too. The token is empty if none came with the request.
        """
        received = b""
        try:
            grant = self._granted(token)
            received = body()
            asked = check(received, yours=grant.names, allowed=self.allowed)
            leaf = self._issue(token, grant, asked)
        except RefusedError as refused:
            self._record(refused, token, received)
            raise
        names = ", ".join(str(name) for name in asked.names)
        log.info(
            "issued %x to %s for %s until %s", leaf.serial_number, grant.requester, names, leaf.not_valid_after_utc
        )
        return self.authority.chain(leaf)

    def _record(self, refused: RefusedError, token: str, body: bytes) -> None:
        grant = self.ledger.grant(token)
        requester = grant.requester if grant else ""
        with self.ledger.transaction() as entry:
            refuse(entry, requester, _names_in(body), refused.code, str(refused), datetime.now(UTC))

    def _granted(self, token: str) -> Grant:
        if not token:
            raise refusals.TOKEN_MISSING.error()
        grant = self.ledger.grant(token)
        if grant is None:
            raise refusals.TOKEN_UNKNOWN.error()
        if grant.used:
            raise refusals.TOKEN_USED.error()
        return grant

    def _issue(self, token: str, grant: Grant, asked: CheckedRequest) -> x509.Certificate:
        """Sign. Using up the token, and creating and recording the certificate, is one transaction."""
        now = datetime.now(UTC)
        with self.ledger.transaction() as entry:
            # It was unused a moment ago, but another thread may have used it since.
            if not spend(entry, token, now):
                raise refusals.TOKEN_USED.error()
            return self.issue(entry, grant.requester, asked, grant.profile, now)

    def issue(
        self, entry: sqlite3.Connection, requester: str, asked: CheckedRequest, profile: Profile, now: datetime
    ) -> x509.Certificate:
        """Create and record a certificate, in a transaction of the ledger. Raises RefusedError.

        The log has transactions of its own: what it took stays there, whatever becomes of the certificate.
        """
        issuer, log = self.authority.issuing, self.log
        stamp = partial(stamped, log, issuer=issuer.certificate, now=now) if log else None
        leaf = leaf_certificate(asked, profile, issuer, self.life, now, stamp)
        record(entry, leaf, requester, asked.names)
        return leaf


def _names_in(body: bytes) -> tuple[str, ...]:
    """The names that a refused request was for, unchecked, as far as they can be read."""
    try:
        asked = x509.load_pem_x509_csr(body).extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except _UNREADABLE:
        return ()
    return tuple(str(name.value) for name in asked if isinstance(name, x509.DNSName | x509.IPAddress))
