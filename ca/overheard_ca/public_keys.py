"""Which public keys may be certified, or sign requests."""

from __future__ import annotations

from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa

from overheard.role.profiles import PublicKey
from overheard_ca import refusals
from overheard_ca.weak_rsa import has_prime_modulus, weakness

_CURVES = (ec.SECP256R1, ec.SECP384R1, ec.SECP521R1)
_LEAST_RSA_BITS = 2048
# Above this size, checking a signature takes so long that requests could be used for denial of service.
_MOST_RSA_BITS = 8192


def checked(key: object) -> PublicKey:
    """The key. Raises RefusedError for one of another kind, or one that is known to be weak."""
    match key:
        case ed25519.Ed25519PublicKey():
            return key
        case ec.EllipticCurvePublicKey() if isinstance(key.curve, _CURVES):
            return key
        case rsa.RSAPublicKey() if _LEAST_RSA_BITS <= key.key_size <= _MOST_RSA_BITS and not weakness(key):
            return key
    raise refusals.KEY_REFUSED.error(key=_described(key))


def check_not_prime(key: PublicKey) -> None:
    """Raise RefusedError for an RSA modulus that is prime. It takes a while."""
    if isinstance(key, rsa.RSAPublicKey) and has_prime_modulus(key):
        raise refusals.KEY_REFUSED.error(key="RSA with a modulus that is prime")


def _described(key: object) -> str:
    match key:
        case rsa.RSAPublicKey():
            return f"RSA of {key.key_size} bits {weakness(key)}".rstrip()
        case ec.EllipticCurvePublicKey():
            return f"EC on the curve {key.curve.name}"
    return "of another kind"
