"""What ACME needs of a CA, in one place, and who may see which resource."""

from __future__ import annotations

import logging
from datetime import UTC, datetime
from typing import Any, TypeVar

from cryptography import x509
from josepy.jwk import JWK

from overheard_ca.acme import documents, renewal, revocation
from overheard_ca.acme.accounts import Accounts
from overheard_ca.acme.authentication import Authentication
from overheard_ca.acme.nonces import Nonces
from overheard_ca.acme.orders import Orders
from overheard_ca.acme.problems import Kind, ProblemError
from overheard_ca.acme.resources import Account, Authorization, Challenge, Order
from overheard_ca.acme.settings import AcmeSettings
from overheard_ca.acme.signing import Signed
from overheard_ca.acme.store import TABLES, Store
from overheard_ca.acme.urls import Urls
from overheard_ca.acme.validation.validator import Validator
from overheard_ca.issuance import Issuance
from overheard_ca.ledger import refuse

# Of whom nobody knows, so many refusals are recorded in an hour, lest anybody fill the disk.
_MOST_OF_STRANGERS, _HOUR = 1000, 3600

_Resource = TypeVar("_Resource", Order, Authorization)

log = logging.getLogger("overheard_ca")


class Service:
    """ACME for one CA, which is reached at `hosts` (names with ports). It belongs to the process that serves."""

    def __init__(self, issuance: Issuance, settings: AcmeSettings, hosts: frozenset[str]) -> None:
        self.issuance, self.settings, self.hosts = issuance, settings, hosts
        issuance.ledger.keep_connections()
        with issuance.ledger.reading() as connection:
            connection.executescript(TABLES)
        self.nonces = Nonces(settings.bad_nonces)
        self.authentication = Authentication(issuance.ledger, self.nonces)
        self.accounts = Accounts(issuance.ledger, settings)
        self.orders = Orders(issuance, Validator(issuance.ledger, settings))
        self._of_strangers, self._since = 0, 0.0

    def directory(self, urls: Urls) -> dict[str, Any]:
        """The directory (RFC 8555, 7.1.1)."""
        meta: dict[str, Any] = {
            "externalAccountRequired": self.settings.external_accounts is not None,
            "profiles": self.orders.profiles,
        }
        if self.settings.terms:
            meta["termsOfService"] = self.settings.terms
        return {
            "newNonce": urls.of("new-nonce"),
            "newAccount": urls.of("new-account"),
            "newOrder": urls.of("new-order"),
            "revokeCert": urls.of("revoke-certificate"),
            "keyChange": urls.of("key-change"),
            "renewalInfo": urls.of("renewal-info"),
            "meta": meta,
        }

    def account(self, account: Account, urls: Urls) -> dict[str, Any]:
        """An account as JSON."""
        return documents.account_document(account, urls)

    def orders_of(self, account: Account, after: str, most: int) -> list[str]:
        """The identifiers of so many orders of an account, those behind `after`."""
        with self.issuance.ledger.reading() as connection:
            return Store(connection).orders_of(account.id, after, most)

    def order(self, order: Order, urls: Urls) -> dict[str, Any]:
        """An order as JSON."""
        with self.issuance.ledger.reading() as connection:
            return documents.order_document(order, Store(connection), urls, datetime.now(UTC))

    def authorization(self, authorization: Authorization, urls: Urls) -> dict[str, Any]:
        """An authorization as JSON."""
        with self.issuance.ledger.reading() as connection:
            challenges = Store(connection).challenges(authorization.id)
        return documents.authorization_document(authorization, challenges, urls, datetime.now(UTC))

    def challenge(self, account: Account, identifier: str, urls: Urls) -> dict[str, Any]:
        """A challenge as JSON."""
        return documents.challenge_document(self.own_challenge(account, identifier)[0], urls)

    def own_order(self, account: Account, identifier: str) -> Order:
        """The order with this identifier, if it is the account's. Raises ProblemError."""
        with self.issuance.ledger.reading() as connection:
            return _own(account, Store(connection).order(identifier))

    def own_authorization(self, account: Account, identifier: str) -> Authorization:
        """The authorization with this identifier, if it is the account's. Raises ProblemError."""
        with self.issuance.ledger.reading() as connection:
            return _own(account, Store(connection).authorization(identifier))

    def own_challenge(self, account: Account, identifier: str) -> tuple[Challenge, Authorization]:
        """The challenge with this identifier, if it is the account's. Raises ProblemError."""
        with self.issuance.ledger.reading() as connection:
            store = Store(connection)
            challenge = store.challenge(identifier)
            authorization = _own(account, store.authorization(challenge.authorization) if challenge else None)
        assert challenge is not None  # noqa: S101  (its authorization was found)
        return challenge, authorization

    def certificate(self, order: Order) -> x509.Certificate:
        """The certificate of an order. Raises ProblemError."""
        issued = None if order.serial is None else self.issuance.ledger.issued(order.serial)
        if issued is None or issued.certificate is None:
            raise ProblemError(Kind.ORDER_NOT_READY, "The order has no certificate.")
        return issued.certificate

    def renewal(self, identifier: str) -> dict[str, Any]:
        """When to renew a certificate. Raises ProblemError."""
        certificate, issued = renewal.issued_as(identifier, self.issuance)
        return renewal.window(certificate, issued.revoked, datetime.now(UTC))

    def revoke(self, signed: Signed, by: Account | JWK) -> None:
        """Revoke the certificate that `signed` names. Raises ProblemError."""
        revocation.revoke_certificate(self.issuance.ledger, signed, by)

    def refused(self, account: str | None, peer: str, problem: ProblemError, now: float) -> None:
        """Log and record a refused request of an account, or of a stranger at the address `peer`."""
        log.info("refused %s %s: %s: %s", peer, account or "", problem.code, problem)
        if account is None:
            if now - self._since > _HOUR:
                self._of_strangers, self._since = 0, now
            self._of_strangers += 1
            if self._of_strangers > _MOST_OF_STRANGERS:
                return
        with self.issuance.ledger.transaction() as entry:
            refuse(entry, account or "", problem.names, problem.code, str(problem), datetime.now(UTC))


def _own(account: Account, found: _Resource | None) -> _Resource:
    if found is None:
        raise ProblemError(Kind.NOT_FOUND, "There is no such resource.")
    check_own(account, found.account)
    return found


def check_own(account: Account, owner: str) -> None:
    """Raise ProblemError for a resource of another account."""
    if owner != account.id:
        raise ProblemError(Kind.UNAUTHORIZED, "This resource is another account's.")
