"""Who sends a request: the checks of its signature, in the order of RFC 8555, 6."""

from __future__ import annotations

from dataclasses import dataclass

from josepy.jwk import JWK

from overheard_ca.acme.nonces import Nonces
from overheard_ca.acme.problems import Kind, ProblemError
from overheard_ca.acme.resources import VALID, Account
from overheard_ca.acme.signing import Signed, read_signed
from overheard_ca.acme.store import Store
from overheard_ca.acme.urls import Urls
from overheard_ca.ledger import Ledger


@dataclass(frozen=True)
class Authentication:
    """Checks the requests to a CA, and uses up their nonces."""

    ledger: Ledger
    nonces: Nonces

    def by_key(self, body: bytes, url: str) -> tuple[Signed, JWK]:
        """A request that is signed by the key in it. Raises ProblemError."""
        signed = self._fresh(body, url)
        if signed.key is None:
            raise ProblemError(Kind.MALFORMED, "The protected header has no jwk: sign with the key that it is about.")
        signed.verify(signed.key)
        return signed, signed.key

    def by_account(self, body: bytes, url: str, urls: Urls) -> tuple[Signed, Account]:
        """A request that is signed by the key of a valid account. Raises ProblemError."""
        signed = self._fresh(body, url)
        if signed.account_url is None:
            raise ProblemError(Kind.MALFORMED, "The protected header has no kid: send the URL of the account.")
        return signed, self._account(signed, urls)

    def by_either(self, body: bytes, url: str, urls: Urls) -> tuple[Signed, Account | JWK]:
        """A request that is signed by a valid account, or by a key of its own. Raises ProblemError."""
        signed = self._fresh(body, url)
        if signed.key is None:
            return signed, self._account(signed, urls)
        signed.verify(signed.key)
        return signed, signed.key

    def _fresh(self, body: bytes, url: str) -> Signed:
        signed = read_signed(body)
        if signed.url != url:
            raise ProblemError(
                Kind.UNAUTHORIZED, f"The request is signed for {signed.url!r:.200}, and was sent to {url!r:.200}."
            )
        if signed.nonce is None or not self.nonces.use(signed.nonce):
            raise ProblemError(
                Kind.BAD_NONCE, "The nonce was not given out, or was used: send the one in Replay-Nonce instead."
            )
        return signed

    def _account(self, signed: Signed, urls: Urls) -> Account:
        identifier = urls.identifier("account", signed.account_url or "")
        with self.ledger.reading() as connection:
            account = Store(connection).account(identifier) if identifier else None
        if account is None:
            raise ProblemError(
                Kind.ACCOUNT_DOES_NOT_EXIST, f"There is no account {signed.account_url!r:.200}: register one."
            )
        signed.verify(account.key)
        if account.status != VALID:
            raise ProblemError(Kind.UNAUTHORIZED, f"The account is {account.status}: register another one.")
        return account
