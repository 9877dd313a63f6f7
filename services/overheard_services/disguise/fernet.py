"""Fernet: a message sealed with a key that both sides have, by AES-128-CBC and HMAC-SHA-256.

Byte for byte, a token is what https://github.com/fernet/spec says.
"""

from __future__ import annotations

from cryptography.fernet import Fernet, InvalidToken

# `Fernet` raises it without a word.
_SAYS = "InvalidToken: the token was not sealed with this key, or was changed on its way"


class WrongKeyError(ValueError):
    """What could not be opened: in words that begin with the name of what `cryptography` raised."""


def new_key() -> bytes:
    """A key that nobody else has: 32 random bytes, in base64url."""
    return Fernet.generate_key()


def check(key: bytes) -> None:
    """Raise WrongKeyError where `key` is none of Fernet's."""
    _fernet(key)


def seal(key: bytes, message: str) -> str:
    """A token that holds `message`; another one at each call. Raises WrongKeyError where `key` is none of Fernet's."""
    return _fernet(key).encrypt(message.encode()).decode()


def unseal(key: bytes, token: str) -> str:
    """The message that `token` holds.

    Raises WrongKeyError where the token was sealed with another key, is none, or was changed in as little as a bit.
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
