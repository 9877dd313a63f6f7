"""Keys: which are strong enough, and how a private one is kept."""

from __future__ import annotations

from typing import TypeAlias

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa

from overheard.pki.errors import PkiError
from overheard.role.profiles import PublicKey

PrivateKey: TypeAlias = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey

# The curves of TLS 1.3 (RFC 8446, 4.2.3), and the least size that browsers take (CA/Browser Forum BR, 6.1.5).
_CURVES = (ec.SECP256R1, ec.SECP384R1, ec.SECP521R1)
_LEAST_RSA_BITS = 2048
# OpenSSL reads no longer one (PEM_BUFSIZE).
_LONGEST_PASSPHRASE = 1023


def strong_enough(key: object, whose: str) -> PublicKey:
    """The public key. Raises PkiError if clients refuse keys of its kind or size; `whose` it is, in words."""
    match key:
        case ed25519.Ed25519PublicKey():
            return key
        case ec.EllipticCurvePublicKey() if isinstance(key.curve, _CURVES):
            return key
        case rsa.RSAPublicKey() if key.key_size >= _LEAST_RSA_BITS:
            return key
        case rsa.RSAPublicKey():
            found = f"RSA of {key.key_size} bits"
        case ec.EllipticCurvePublicKey():
            found = f"EC on the curve {key.curve.name}"
        case _:
            found = "of another kind"
    raise PkiError(
        f"{whose} is {found}, which clients refuse",
        hint=f"use RSA of {_LEAST_RSA_BITS} bits or more, EC P-256, P-384 or P-521, or Ed25519",
    )


def public_part(key: PrivateKey, argument: str) -> PublicKey:
    """The public key of a private one. Raises PkiError if that is none, or too weak; `argument` is what it is."""
    if not isinstance(key, PrivateKey):
        raise PkiError(
            f"{argument} is not a private key: its type is {type(key).__name__}",
            hint="generate_private_key returns one",
        )
    return strong_enough(key.public_key(), argument)


def encrypted(key: rsa.RSAPrivateKey, passphrase: str) -> bytes:
    """The key as PKCS #8 in PEM, encrypted with a pass phrase (RFC 5958, 3; RFC 7468, 11). Raises PkiError."""
    words = passphrase.encode()
    if not words:
        raise PkiError("there is no pass phrase", hint="choose one: who gets the file must not have the key with it")
    if len(words) > _LONGEST_PASSPHRASE:
        raise PkiError(f"the pass phrase has {len(words)} bytes, and OpenSSL reads {_LONGEST_PASSPHRASE} at most")
    protection = serialization.BestAvailableEncryption(words)
    return key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, protection)


def digest_for(key: PrivateKey) -> hashes.SHA256 | None:
    """The hash for signatures with a key; Ed25519 signs without one (RFC 8032, 5.1)."""
    return None if isinstance(key, ed25519.Ed25519PrivateKey) else hashes.SHA256()
