"""What a request is refused with: problem documents (RFC 7807) of the types of RFC 8555, 6.7."""

from __future__ import annotations

from collections.abc import Sequence
from enum import Enum
from typing import Any

from overheard_ca.errors import RefusedError

_PREFIX = "urn:ietf:params:acme:error:"


class Kind(Enum):
    """The type of a problem, and the status of the response with it."""

    ACCOUNT_DOES_NOT_EXIST = ("accountDoesNotExist", 400)
    ALREADY_REPLACED = ("alreadyReplaced", 409)
    ALREADY_REVOKED = ("alreadyRevoked", 400)
    BAD_CSR = ("badCSR", 400)
    BAD_NONCE = ("badNonce", 400)
    BAD_PUBLIC_KEY = ("badPublicKey", 400)
    BAD_REVOCATION_REASON = ("badRevocationReason", 400)
    BAD_SIGNATURE_ALGORITHM = ("badSignatureAlgorithm", 400)
    CONNECTION = ("connection", 400)
    DNS = ("dns", 400)
    EXTERNAL_ACCOUNT_REQUIRED = ("externalAccountRequired", 403)
    INCORRECT_RESPONSE = ("incorrectResponse", 403)
    INVALID_CONTACT = ("invalidContact", 400)
    INVALID_PROFILE = ("invalidProfile", 400)
    MALFORMED = ("malformed", 400)
    NOT_FOUND = ("malformed", 404)
    CONFLICT = ("malformed", 409)
    TOO_LARGE = ("malformed", 413)
    WRONG_MEDIA_TYPE = ("malformed", 415)
    ORDER_NOT_READY = ("orderNotReady", 403)
    REJECTED_IDENTIFIER = ("rejectedIdentifier", 400)
    SERVER_INTERNAL = ("serverInternal", 500)
    TLS = ("tls", 400)
    UNAUTHORIZED = ("unauthorized", 403)
    UNSUPPORTED_CONTACT = ("unsupportedContact", 400)
    UNSUPPORTED_IDENTIFIER = ("unsupportedIdentifier", 400)
    USER_ACTION_REQUIRED = ("userActionRequired", 403)

    @property
    def type(self) -> str:
        """The type as a URN."""
        return _PREFIX + self.value[0]


class ProblemError(RefusedError):
    """A refused request or a failed validation. `more` are further fields of the document, `headers` of the response.

    `names` are those that it is about, for the record of refusals.
    """

    def __init__(
        self,
        kind: Kind,
        detail: str,
        *,
        more: dict[str, Any] | None = None,
        headers: dict[str, str] | None = None,
        names: Sequence[str] = (),
    ) -> None:
        self.kind, self.more, self.headers, self.names = kind, more or {}, headers or {}, names
        code, status = kind.value
        super().__init__(code, status, detail)

    @property
    def document(self) -> dict[str, Any]:
        """The problem document."""
        return {"type": self.kind.type, "detail": str(self), "status": self.status, **self.more}


def of_identifiers(refused: Sequence[tuple[dict[str, str], ProblemError]]) -> ProblemError:
    """One problem for several identifiers, with a subproblem for each (RFC 8555, 6.7.1)."""
    identifier, first = refused[0]
    if len(refused) == 1:
        detail = str(first)
    else:
        detail = f"{len(refused)} names are refused; the first is {identifier['value']!r:.80}: {first}"
    parts = [{**each.document, "identifier": name} for name, each in refused]
    names = [name["value"] for name, _ in refused]
    return ProblemError(first.kind, detail, more={"subproblems": parts}, names=names)
