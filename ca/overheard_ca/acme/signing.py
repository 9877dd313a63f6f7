"""Signed requests: JSON Web Signatures in the flattened form, restricted as RFC 8555, 6.2 does."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from josepy import b64
from josepy.jwk import JWK

from overheard_ca.acme.keys import ALGORITHMS, read_key, verifies
from overheard_ca.acme.problems import Kind, ProblemError

_BASE64URL = re.compile("[A-Za-z0-9_-]*")
_FIELDS = {"protected", "payload", "signature"}


@dataclass(frozen=True)
class Signed:
    """A request whose signature was not verified yet. It has either a key or the URL of an account.

    `nonce` and `url` are None where the header has none.
    """

    algorithm: str
    key: JWK | None
    account_url: str | None
    nonce: str | None
    url: str | None
    payload: bytes
    _message: bytes
    _signature: bytes

    def verify(self, key: JWK) -> None:
        """Raise ProblemError if it is not signed by `key`."""
        if not verifies(self.algorithm, key, self._message, self._signature):
            raise ProblemError(
                Kind.MALFORMED,
                f"The signature is not one of {self.algorithm} by that key: sign the protected header and the payload "
                "as they are sent, with the key of the account.",
            )

    @property
    def fields(self) -> dict[str, Any]:
        """The payload as a JSON object. Raises ProblemError."""
        return read_object(self.payload, "The payload")

    @property
    def changes(self) -> dict[str, Any] | None:
        """What is to be changed; None if the resource is only asked for (POST-as-GET). Raises ProblemError."""
        return self.fields if self.payload else None


def read_signed(body: bytes | str | dict[str, Any]) -> Signed:
    """The request that `body` is. Raises ProblemError for what is not one, or is signed as nobody may sign."""
    fields = body if isinstance(body, dict) else read_object(body, "The body")
    if fields.keys() != _FIELDS:
        raise ProblemError(
            Kind.MALFORMED,
            "The body has not exactly the members protected, payload and signature: send one flattened JSON Web "
            "Signature without an unprotected header.",
        )
    raw = {name: _decoded(fields[name], name) for name in _FIELDS}
    header = read_object(raw["protected"], "The protected header")
    algorithm = header.get("alg")
    if not isinstance(algorithm, str) or algorithm not in ALGORITHMS:
        raise ProblemError(
            Kind.BAD_SIGNATURE_ALGORITHM,
            f"The algorithm {algorithm!r:.40} is not accepted: sign with {', '.join(ALGORITHMS)}.",
            more={"algorithms": list(ALGORITHMS)},
        )
    # RFC 7515, 4.1.11: what must be understood and is not is refused; so is a payload that is not encoded (RFC 7797).
    if unknown := {"crit", "b64"} & header.keys():
        raise ProblemError(Kind.MALFORMED, f"The protected header has {min(unknown)!r}: no extension is understood.")
    if ("jwk" in header) == ("kid" in header):
        raise ProblemError(Kind.MALFORMED, "The protected header has not exactly one of jwk and kid.")
    return Signed(
        algorithm,
        read_key(header["jwk"]) if "jwk" in header else None,
        _text(header, "kid"),
        _text(header, "nonce"),
        _text(header, "url"),
        raw["payload"],
        f"{fields['protected']}.{fields['payload']}".encode(),
        raw["signature"],
    )


def read_object(text: bytes | str, what: str) -> dict[str, Any]:
    """The JSON object in `text`. Raises ProblemError, whose sentence begins with `what`."""
    try:
        found = json.loads(text, object_pairs_hook=_without_doubles)
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict):
        raise ProblemError(Kind.MALFORMED, f"{what} is not a JSON object in which each name stands once.")
    return found


def _without_doubles(pairs: Iterable[tuple[str, Any]]) -> dict[str, Any]:
    """An object; two readers of one with a name twice may read two different ones."""
    pairs = list(pairs)
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError
    return found


def _decoded(value: object, name: str) -> bytes:
    if not isinstance(value, str) or not _BASE64URL.fullmatch(value):
        raise ProblemError(Kind.MALFORMED, f"{name} is not base64url without padding (RFC 4648, 5).")
    try:
        decoded: bytes = b64.b64decode(value)
    except ValueError:
        decoded = b""
    # Two texts of the same bytes would be one request in two forms.
    if b64.b64encode(decoded).decode() != value:
        raise ProblemError(Kind.MALFORMED, f"{name} is not base64url as an encoder writes it (RFC 4648, 3.5).")
    return decoded


def _text(header: dict[str, Any], name: str) -> str | None:
    value = header.get(name)
    if value is not None and not isinstance(value, str):
        raise ProblemError(Kind.MALFORMED, f"{name} in the protected header is not text.")
    return value
