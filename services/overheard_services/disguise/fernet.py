"""Fernet: encrypts a message with a shared key, with AES-128-CBC and HMAC-SHA-256.

Tokens follow https://github.com/fernet/spec byte for byte.
"""

from __future__ import annotations

from cryptography.fernet import Fernet, InvalidToken

# `Fernet` raises it without a message.
_SAYS = "InvalidToken: the token was not sealed with this key, or was changed on its way"


class WrongKeyError(ValueError):
    """A token or key is invalid. The message begins with the name of the exception of `cryptography`."""


def new_key() -> bytes:
    """A new key: 32 random bytes, in base64url."""
    return Fernet.generate_key()


def check(key: bytes) -> None:
    """Raise WrongKeyError if `key` is not a Fernet key."""
    _fernet(key)


def seal(key: bytes, message: str) -> str:
    """A token with `message`, different at each call. Raises WrongKeyError if `key` is not a Fernet key."""
    return _fernet(key).encrypt(message.encode()).decode()


def unseal(key: bytes, token: str) -> str:
    """The message in `token`.

    Raises WrongKeyError if it was encrypted with another key, is not a token, or was changed by as little as one bit.
    """
    fernet = _fernet(key)
    try:
        return fernet.decrypt(token.encode()).decode()
    except InvalidToken:
        raise WrongKeyError(_SAYS) from None


def _fernet(key: bytes) -> Fernet:
    try:
        return Fernet(key)
    except ValueError as problem:
        raise WrongKeyError(f"{type(problem).__name__}: {problem}") from None
