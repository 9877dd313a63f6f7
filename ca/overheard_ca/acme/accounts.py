"""Accounts: registered, changed, deactivated, and given another key (RFC 8555, 7.3)."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from josepy import b64, jwa
from josepy.jwk import JWK, JWKOct

from overheard_ca.acme.keys import read_key, thumbprint
from overheard_ca.acme.problems import Kind, ProblemError
from overheard_ca.acme.resources import DEACTIVATED, VALID, Account, new_id
from overheard_ca.acme.settings import AcmeSettings
from overheard_ca.acme.signing import Signed, read_object, read_signed
from overheard_ca.acme.store import Store
from overheard_ca.acme.urls import Urls
from overheard_ca.ledger import Ledger

_MOST_CONTACTS = 10
# RFC 8555, 7.3: one address, and no header fields.
_MAILTO = re.compile(r"mailto:[^@,?\s\x00-\x1f\x7f]{1,64}@[A-Za-z0-9.-]{1,253}", re.ASCII)


@dataclass(frozen=True)
class Accounts:
    """The accounts of a CA."""

    ledger: Ledger
    settings: AcmeSettings

    def register(self, signed: Signed, key: JWK, urls: Urls) -> tuple[Account, bool]:
        """The account with this key, and whether it is new. Raises ProblemError."""
        fields = signed.fields
        with self.ledger.transaction() as entry:
            store = Store(entry)
            if account := store.account_of(key):
                if account.status != VALID:
                    raise ProblemError(Kind.UNAUTHORIZED, f"The account of this key is {account.status}.")
                return account, False
            if fields.get("onlyReturnExisting") is True:
                raise ProblemError(Kind.ACCOUNT_DOES_NOT_EXIST, "No account has this key: register one.")
            account = Account(
                new_id(), key, VALID, _contacts(fields), self._agreed(fields), self._bound(fields, key, urls)
            )
            store.add_account(account, datetime.now(UTC))
        return account, True

    def change(self, account: Account, signed: Signed) -> Account:
        """The account after what `signed` asks for; as it is for an empty payload. Raises ProblemError."""
        fields = signed.changes
        if fields is None:
            return account
        if fields.get("status", VALID) not in (VALID, DEACTIVATED):
            raise ProblemError(Kind.MALFORMED, "The status of an account can only be changed to deactivated.")
        changed = replace(account, status=fields.get("status", account.status))
        if "contact" in fields:
            changed = replace(changed, contact=_contacts(fields))
        if fields.get("termsOfServiceAgreed") is True:
            changed = replace(changed, agreed=True)
        with self.ledger.transaction() as entry:
            Store(entry).change_account(changed)
        return changed

    def change_key(self, account: Account, signed: Signed, url: str, urls: Urls) -> Account:
        """The account with the key that signed the inner request (RFC 8555, 7.3.5). Raises ProblemError."""
        inner = read_signed(signed.fields)
        if inner.key is None:
            raise ProblemError(Kind.MALFORMED, "The inner request has no jwk: sign it with the new key.")
        inner.verify(inner.key)
        if inner.url != url or inner.nonce is not None:
            raise ProblemError(Kind.MALFORMED, "The inner request has another url than the outer one, or has a nonce.")
        fields = inner.fields
        old = fields.get("oldKey")
        if (
            fields.get("account") != urls.of("account", account.id)
            or not isinstance(old, dict)
            or thumbprint(read_key(old)) != thumbprint(account.key)
        ):
            raise ProblemError(Kind.MALFORMED, "The inner request names another account, or another old key.")
        changed = replace(account, key=inner.key)
        try:
            with self.ledger.transaction() as entry:
                Store(entry).change_account(changed)
        except sqlite3.IntegrityError:
            with self.ledger.reading() as connection:
                other = Store(connection).account_of(inner.key)
            location = {"Location": urls.of("account", other.id)} if other else {}
            raise ProblemError(Kind.CONFLICT, "Another account has the new key.", headers=location) from None
        return changed

    def _agreed(self, fields: Mapping[str, Any]) -> bool:
        agreed = fields.get("termsOfServiceAgreed") is True
        if self.settings.terms and not agreed:
            raise ProblemError(Kind.USER_ACTION_REQUIRED, f"Agree to the terms of service at {self.settings.terms}.")
        return agreed

    def _bound(self, fields: Mapping[str, Any], key: JWK, urls: Urls) -> str | None:
        """The external account that the request is also signed by (RFC 8555, 7.3.4)."""
        known = self.settings.external_accounts
        if known is None:
            return None
        binding = fields.get("externalAccountBinding")
        if binding is None:
            raise ProblemError(
                Kind.EXTERNAL_ACCOUNT_REQUIRED, "Only external accounts may register: send an externalAccountBinding."
            )
        return _binder(binding, known, key, urls.of("new-account"))


def _contacts(fields: Mapping[str, Any]) -> tuple[str, ...]:
    found = fields.get("contact", [])
    if not isinstance(found, list) or len(found) > _MOST_CONTACTS or not all(isinstance(each, str) for each in found):
        raise ProblemError(Kind.INVALID_CONTACT, f"contact is not a list of at most {_MOST_CONTACTS} addresses.")
    for each in found:
        if not each.startswith("mailto:"):
            raise ProblemError(Kind.UNSUPPORTED_CONTACT, f"{each!r:.80} is not a mailto address.")
        if not _MAILTO.fullmatch(each):
            raise ProblemError(Kind.INVALID_CONTACT, f"{each!r:.80} is not one mail address.")
    return tuple(found)


def _binder(binding: object, known: Mapping[str, bytes], key: JWK, url: str) -> str:
    """The name of the external account. Its key signs the account's key, by HMAC."""
    refused = ProblemError(
        Kind.UNAUTHORIZED,
        "The externalAccountBinding is not the account's key, signed for this resource by HS256 with the key of an "
        "external account that this CA knows.",
    )
    try:
        if not isinstance(binding, dict):
            raise refused
        header = read_object(b64.b64decode(binding["protected"]), "The protected header")
        payload = read_object(b64.b64decode(binding["payload"]), "The payload")
        signature = b64.b64decode(binding["signature"])
    except (KeyError, TypeError, ValueError):
        raise refused from None
    name = header.get("kid")
    secret = known.get(name) if isinstance(name, str) else None
    if secret is None or header.get("alg") != "HS256" or header.get("url") != url or "nonce" in header:
        raise refused
    message = f"{binding['protected']}.{binding['payload']}".encode()
    if not jwa.HS256.verify(JWKOct(key=secret).key, message, signature):
        raise refused
    if thumbprint(read_key(payload)) != thumbprint(key):
        raise refused
    return str(name)
