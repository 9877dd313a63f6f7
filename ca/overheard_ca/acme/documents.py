"""The resources as JSON (RFC 8555, 7.1)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from overheard_ca.acme.resources import INVALID, VALID, Account, Authorization, Challenge, Order
from overheard_ca.acme.store import Store
from overheard_ca.acme.urls import Urls


def moment(when: datetime) -> str:
    """A date and time as RFC 3339 has it."""
    return when.strftime("%Y-%m-%dT%H:%M:%SZ")


def account_document(account: Account, urls: Urls) -> dict[str, Any]:
    """An account."""
    document: dict[str, Any] = {
        "status": account.status,
        "contact": list(account.contact),
        "orders": urls.of("orders", account.id),
    }
    if account.agreed:
        document["termsOfServiceAgreed"] = True
    return document


def order_document(order: Order, store: Store, urls: Urls, now: datetime) -> dict[str, Any]:
    """An order."""
    status = store.status(order, now)
    authorizations = store.authorizations(order.id)
    document: dict[str, Any] = {
        "status": status,
        "expires": moment(order.expires),
        "identifiers": [each.document for each in order.identifiers],
        "profile": order.profile,
        "authorizations": [urls.of("authorization", each.id) for each in authorizations],
        "finalize": urls.of("finalize", order.id),
    }
    if order.replaces:
        document["replaces"] = order.replaces
    if status == VALID:
        document["certificate"] = urls.of("certificate", order.id)
    if status == INVALID:
        failed = (each.problem for authorization in authorizations for each in store.challenges(authorization.id))
        if problem := next(filter(None, failed), None):
            document["error"] = problem
    return document


def authorization_document(
    authorization: Authorization, challenges: list[Challenge], urls: Urls, now: datetime
) -> dict[str, Any]:
    """An authorization. Of one that is no longer pending, only the challenge that ended it matters."""
    tried = [each for each in challenges if each.status in (VALID, INVALID)]
    document: dict[str, Any] = {
        "identifier": {"type": authorization.identifier.type, "value": authorization.identifier.value},
        "status": authorization.status_at(now),
        "expires": moment(authorization.expires),
        "challenges": [challenge_document(each, urls) for each in tried or challenges],
    }
    if authorization.identifier.wildcard:
        document["wildcard"] = True
    return document


def challenge_document(challenge: Challenge, urls: Urls) -> dict[str, Any]:
    """A challenge."""
    document: dict[str, Any] = {
        "type": challenge.type,
        "url": urls.of("challenge", challenge.id),
        "token": challenge.token,
        "status": challenge.status,
    }
    if challenge.validated:
        document["validated"] = moment(challenge.validated)
    if challenge.problem:
        document["error"] = challenge.problem
    return document
