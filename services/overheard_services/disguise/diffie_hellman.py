"""Agreeing on a key in public: X25519 (RFC 7748), HKDF (RFC 5869), and a Fernet key out of it."""

from __future__ import annotations

import base64

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

# Binds the key to its purpose (RFC 5869, 3.2).
_PURPOSE = b"overheard: Diffie-Hellman, then Fernet"


class Party:
    """One side of an agreement, with a private key of its own that is used once and never shown."""

    def __init__(self) -> None:
        self._private = X25519PrivateKey.generate()

    @property
    def public(self) -> str:
        """What is sent in clear: 32 bytes in base64url."""
        return base64.urlsafe_b64encode(self._private.public_key().public_bytes_raw()).decode()

    def agree(self, other: str) -> bytes:
        """The Fernet key that this side comes to with the public value of the other.

        Raises ValueError where that is no public value of X25519.
        """
        try:
            public = base64.b64decode(other, altchars=b"-_", validate=True)
            shared = self._private.exchange(X25519PublicKey.from_public_bytes(public))
        except (ValueError, TypeError) as problem:
            raise ValueError(f"{other!r:.80} is no public value of X25519: {problem}") from None
        # The other side may choose its value after it saw ours: what was agreed on is never used as it is.
        derived = HKDF(algorithm=SHA256(), length=32, salt=None, info=_PURPOSE).derive(shared)
        return base64.urlsafe_b64encode(derived)
