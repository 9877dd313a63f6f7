"""Orders and their authorizations, from the first request to the certificate (RFC 8555, 7.4 and 7.5)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from josepy import b64

from overheard.role.names import Name
from overheard_ca import refusals
from overheard_ca.acme import renewal
from overheard_ca.acme.identifiers import Identifier, read_identifiers
from overheard_ca.acme.keys import public_key
from overheard_ca.acme.problems import Kind, ProblemError, of_identifiers
from overheard_ca.acme.resources import (
    DEACTIVATED,
    PENDING,
    READY,
    VALID,
    Account,
    Authorization,
    Challenge,
    Order,
    new_id,
)
from overheard_ca.acme.signing import Signed
from overheard_ca.acme.store import Store
from overheard_ca.acme.validation.validator import Validator
from overheard_ca.errors import RefusedError
from overheard_ca.issuance import Issuance
from overheard_ca.limits import check_within
from overheard_ca.profile import CLIENT_AUTH, SERVER_AUTH, Profile, Use
from overheard_ca.public_keys import check_not_prime
from overheard_ca.request import CheckedRequest, examined

# How long an order may take, and how long what was proved counts.
_PATIENCE = timedelta(days=1)
# How long a response waits for the end of a validation, in seconds.
_MOMENT = 0.5
# How long after that an order without a certificate is kept, and how many are removed when another one comes.
_REMEMBERED, _FORGOTTEN_AT_ONCE = timedelta(days=30), 100


@dataclass(frozen=True)
class Orders:
    """The orders of a CA."""

    issuance: Issuance
    validator: Validator

    def new(self, account: Account, signed: Signed) -> Order:
        """The order that `signed` asks for, with its authorizations. Raises ProblemError."""
        fields, now = signed.fields, datetime.now(UTC)
        if dates := {"notBefore", "notAfter"} & fields.keys():
            raise ProblemError(Kind.MALFORMED, f"{min(dates)} cannot be chosen here: leave it out, or use a profile.")
        identifiers = read_identifiers(fields.get("identifiers"))
        self._check_permitted(identifiers)
        order = Order(
            new_id(),
            account.id,
            identifiers,
            self._profile(fields),
            now + _PATIENCE,
            PENDING,
            None,
            renewal.replaced(fields),
        )
        with self.issuance.ledger.transaction() as entry:
            store = Store(entry)
            if order.replaces:
                renewal.check_replaced(order, store, self.issuance)
            store.forget(now - _REMEMBERED, _FORGOTTEN_AT_ONCE)
            store.add_order(order)
            for each in identifiers:
                authorization = Authorization(new_id(), order.id, account.id, each, order.expires, PENDING)
                store.add_authorization(authorization, _challenges(each))
        return order

    @property
    def profiles(self) -> dict[str, str]:
        """The profiles that may be ordered, in words. What is for a client alone is for whom a token names."""
        offered = self.issuance.offered.items()
        return {str(each): _described(use, self.issuance.life) for each, use in offered if SERVER_AUTH in use.purposes}

    def _profile(self, fields: Mapping[str, Any]) -> str:
        profile = fields.get("profile", Profile.SERVER)
        if not isinstance(profile, str) or profile not in self.profiles:
            raise ProblemError(
                Kind.INVALID_PROFILE, f"There is no profile {profile!r:.40}: choose one of {', '.join(self.profiles)}."
            )
        return profile

    def _check_permitted(self, identifiers: tuple[Identifier, ...]) -> None:
        """Raise ProblemError for names that this CA's own certificate does not permit."""
        refused = []
        for each in identifiers:
            try:
                check_within(self.issuance.authority.issuing.permitted, [each.name])
            except RefusedError as error:
                refused.append((each.document, ProblemError(Kind.REJECTED_IDENTIFIER, str(error))))
        if refused:
            raise of_identifiers(refused)

    def begin(self, signed: Signed, challenge: Challenge, authorization: Authorization) -> None:
        """Validate a challenge, unless `signed` only asks for it. Raises ProblemError.

        Most end within a moment, and the client need not ask again then.
        """
        if signed.changes is None or authorization.status_at(datetime.now(UTC)) != PENDING:
            return
        with self.issuance.ledger.transaction() as entry:
            begun = Store(entry).begin(challenge.id)
        if begun:
            self.validator.validate(challenge.id).wait(_MOMENT)

    def deactivate(self, authorization: Authorization, signed: Signed) -> None:
        """Give up an authorization, unless `signed` only asks for it. Raises ProblemError."""
        if signed.changes is None:
            return
        if signed.changes.get("status") != DEACTIVATED:
            raise ProblemError(Kind.MALFORMED, "The status of an authorization can only be changed to deactivated.")
        if authorization.status not in (PENDING, VALID):
            raise ProblemError(Kind.MALFORMED, f"The authorization is {authorization.status}.")
        with self.issuance.ledger.transaction() as entry:
            Store(entry).deactivate(authorization.id)

    def finalize(self, account: Account, signed: Signed, order: Order) -> Order:
        """The order with its certificate. Raises ProblemError.

        That it is ready, its end, and the certificate with its record are one transaction: of two requests at the same
        moment, one gets it.
        """
        names = [str(each.name) for each in order.identifiers]
        try:
            asked = _asked(signed.fields, order, account)
        except RefusedError as refused:
            raise _of_request(refused, names) from None
        now = datetime.now(UTC)
        with self.issuance.ledger.transaction() as entry:
            store = Store(entry)
            current = store.order(order.id)
            status = store.status(current, now) if current else None
            if current is None or status != READY:
                raise ProblemError(Kind.ORDER_NOT_READY, f"The order is {status}, and not ready.", names=names)
            try:
                leaf = self.issuance.issue(entry, account.id, asked, Profile(order.profile), now)
            except RefusedError as refused:
                # The log refused, and the order can be finalized later.
                raise ProblemError(Kind.SERVER_INTERNAL, str(refused), names=names) from refused
            store.end_order(order.id, VALID, leaf.serial_number)
            return store.order(order.id) or current


def _challenges(identifier: Identifier) -> tuple[str, ...]:
    """Who controls a server proves nothing about the names below its own (RFC 8555, 7.1.3)."""
    if identifier.wildcard:
        return ("dns-01",)
    return ("http-01", "tls-alpn-01") if identifier.type == "ip" else ("http-01", "dns-01", "tls-alpn-01")


def _described(use: Use, settings: timedelta) -> str:
    """A profile in words."""
    who = "a server and a client" if CLIENT_AUTH in use.purposes else "a server"
    stapled = ", valid only with a stapled OCSP response" if use.stapled else ""
    logged = ", with the timestamp of a log" if use.logged else ""
    return f"{who}, {use.life(settings).days} days{stapled}{logged}"


def _asked(fields: Mapping[str, Any], order: Order, account: Account) -> CheckedRequest:
    """What the signing request in `fields` asks for, if it is for the order. Raises RefusedError."""
    csr = _request(fields)
    asked = examined(csr)
    _check_names(asked, order.identifiers)
    if len(csr.extensions.get_extension_for_class(x509.SubjectAlternativeName).value) > len(asked.names):
        raise ProblemError(Kind.BAD_CSR, "A name stands twice in the signing request: ask for each once.")
    if asked.public_key == public_key(account.key):
        raise ProblemError(Kind.BAD_CSR, "The key is that of the account: make one for the certificate.")
    check_not_prime(asked.public_key)
    return asked


def _request(fields: Mapping[str, Any]) -> x509.CertificateSigningRequest:
    try:
        return x509.load_der_x509_csr(b64.b64decode(fields["csr"]))
    except (KeyError, TypeError, ValueError, x509.InvalidVersion, UnsupportedAlgorithm):
        raise ProblemError(Kind.BAD_CSR, "csr is not a certificate signing request, DER in base64url.") from None


def _of_request(refused: RefusedError, names: list[str]) -> ProblemError:
    """Why a signing request for `names` is refused, as a problem."""
    if isinstance(refused, ProblemError):
        return ProblemError(refused.kind, str(refused), names=names)
    return ProblemError(
        Kind.BAD_PUBLIC_KEY if refused.code == refusals.KEY_REFUSED.code else Kind.BAD_CSR, str(refused), names=names
    )


def _check_names(asked: CheckedRequest, ordered: tuple[Identifier, ...]) -> None:
    names: set[Name] = {each.name for each in ordered}
    for name in asked.names:
        if name not in names:
            raise ProblemError(Kind.BAD_CSR, f"{str(name)!r:.80} is in the signing request, and not in the order.")
    for name in names:
        if name not in asked.names:
            raise ProblemError(Kind.BAD_CSR, f"{str(name)!r:.80} is in the order, and not in the signing request.")
