"""Public keys of accounts as JSON Web Keys: EC and RSA by josepy, and Ed25519 (RFC 8037), which josepy lacks."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from josepy import b64, errors, jwa
from josepy.jwk import JWK, JWKEC, JWKRSA

from overheard.role.profiles import PublicKey
from overheard_ca import public_keys
from overheard_ca.acme.problems import Kind, ProblemError
from overheard_ca.errors import RefusedError

# The members that only a private key has (RFC 7518, 6.2.2 and 6.3.2).
_PRIVATE = {"d", "p", "q", "dp", "dq", "qi", "oth", "k"}


class JWKOKP(JWK):
    """An Ed25519 public key (RFC 8037, 2)."""

    typ = "OKP"
    __slots__ = ("key",)
    cryptography_key_types = (ed25519.Ed25519PublicKey,)
    required = ("crv", JWK.type_field_name, "x")
    key: ed25519.Ed25519PublicKey

    def fields_to_partial_json(self) -> dict[str, Any]:
        """The members, but for the type."""
        return {"crv": "Ed25519", "x": b64.b64encode(self.key.public_bytes_raw()).decode()}

    @classmethod
    def fields_from_json(cls, jobj: Mapping[str, Any]) -> JWKOKP:
        """The key of these members. Raises DeserializationError."""
        if jobj.get("crv") != "Ed25519":
            raise errors.DeserializationError("the curve is not Ed25519")
        return cls(key=ed25519.Ed25519PublicKey.from_public_bytes(b64.b64decode(jobj["x"])))

    def public_key(self) -> JWKOKP:
        """Itself: it is public."""
        return self


JWK.register(JWKOKP)


class _EdDSA(jwa.JWASignature):
    kty = JWKOKP

    def sign(self, key: ed25519.Ed25519PrivateKey, msg: bytes) -> bytes:
        """The signature."""
        return key.sign(msg)

    def verify(self, key: ed25519.Ed25519PublicKey, msg: bytes, sig: bytes) -> bool:
        """Whether it is one."""
        try:
            key.verify(sig, msg)
        except InvalidSignature:
            return False
        return True


# What may sign a request. An algorithm takes keys of one kind, and of one curve.
ALGORITHMS = {
    "ES256": (jwa.ES256, ec.SECP256R1),
    "ES384": (jwa.ES384, ec.SECP384R1),
    "ES512": (jwa.ES512, ec.SECP521R1),
    "EdDSA": (_EdDSA("EdDSA"), None),
    "RS256": (jwa.RS256, None),
}


def read_key(fields: object) -> JWK:
    """The public key of these members. Raises ProblemError if there is none, or if it is too weak."""
    if not isinstance(fields, dict):
        raise ProblemError(Kind.MALFORMED, "jwk is not an object: send a JSON Web Key.")
    if private := _PRIVATE & fields.keys():
        raise ProblemError(
            Kind.BAD_PUBLIC_KEY,
            f"The key has {min(private)!r}, which only a private or a shared key has: it is known to others now. "
            "Make a new key, and send its public part alone.",
        )
    try:
        key = cast("JWK", JWK.from_json(fields))
        public_keys.checked(_wrapped(key))
    except RefusedError as refused:
        raise ProblemError(Kind.BAD_PUBLIC_KEY, str(refused)) from None
    except (errors.Error, ValueError, TypeError, KeyError, AttributeError):
        raise ProblemError(
            Kind.BAD_PUBLIC_KEY, "The key cannot be read: send the JSON Web Key of an EC, RSA or Ed25519 key."
        ) from None
    return key


def verifies(algorithm: str, key: JWK, message: bytes, signature: bytes) -> bool:
    """Whether `signature` is that of `message`, by `key`. False for a key that the algorithm does not take."""
    by, curve = ALGORITHMS[algorithm]
    if not isinstance(key, by.kty) or (curve and not isinstance(key.key.curve, curve)):
        return False
    try:
        return bool(by.verify(key.key, message, signature))
    except ValueError:
        return False


def public_key(key: JWK) -> PublicKey:
    """The key as the library for certificates has it."""
    wrapped: PublicKey = _wrapped(key)
    return wrapped


def thumbprint(key: JWK) -> str:
    """The key's thumbprint (RFC 7638), as a challenge is answered with it (RFC 8555, 8.1)."""
    return b64.b64encode(key.thumbprint()).decode()


def _wrapped(key: JWK) -> Any:  # noqa: ANN401  (any kind of key)
    return key.key._wrapped if isinstance(key, JWKEC | JWKRSA) else getattr(key, "key", None)  # noqa: SLF001
