"""Key agreement in public: X25519 (RFC 7748) and HKDF (RFC 5869) give a Fernet key."""

from __future__ import annotations

import base64

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

# Binds the key to its purpose (RFC 5869, 3.2).
_PURPOSE = b"overheard: Diffie-Hellman, then Fernet"


class Party:
    """One side of a key agreement, with its own private key, which is used once and never sent."""

    def __init__(self) -> None:
        self._private = X25519PrivateKey.generate()

    @property
    def public(self) -> str:
        """The public value, which is sent in clear: 32 bytes in base64url."""
        return base64.urlsafe_b64encode(self._private.public_key().public_bytes_raw()).decode()

    def agree(self, other: str) -> bytes:
        """The Fernet key that results from the public value of the other side.

        Raises ValueError if that is not a public value of X25519.
        """
        try:
            public = base64.b64decode(other, altchars=b"-_", validate=True)
            shared = self._private.exchange(X25519PublicKey.from_public_bytes(public))
        except (ValueError, TypeError) as problem:
            raise ValueError(f"{other!r:.80} is not a public value of X25519: {problem}") from None
        # The other side may choose its value after seeing ours, so the shared secret is never used directly.
        derived = HKDF(algorithm=SHA256(), length=32, salt=None, info=_PURPOSE).derive(shared)
        return base64.urlsafe_b64encode(derived)
