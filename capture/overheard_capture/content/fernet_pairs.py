"""Fernet tokens and the keys that open them, both in clear: with these, a listener reads what is in the tokens."""

from __future__ import annotations

# The lengths of a key of Fernet, half of which signs, and of the MAC at the end of a token. One key usually has many
# tokens, of which a few are enough.
KEY_LENGTH, _MAC, _LONGEST_TOKEN, _MOST_TOKENS, _MOST_KEYS = 32, 32, 1 << 16, 32, 1000


class FernetPairs:
    """Fernet tokens, and values that may be the key of one, decoded. Of each no more than a number are kept."""

    def __init__(self) -> None:
        self.tokens: dict[bytes, None] = {}
        self.keys: dict[bytes, None] = {}

    def keep(self, token: bytes, key: bytes) -> None:
        """Keep a token or a key, or neither."""
        if 0 < len(token) <= _LONGEST_TOKEN and len(self.tokens) < _MOST_TOKENS:
            self.tokens[token] = None
        if len(key) == KEY_LENGTH and len(self.keys) < _MOST_KEYS:
            self.keys[key] = None

    def keep_all(self, other: FernetPairs) -> None:
        """Keep those of another."""
        for token in other.tokens:
            self.keep(token, b"")
        for key in other.keys:
            self.keep(b"", key)

    def fit(self) -> bool:
        """Whether one of the keys signed one of the tokens (https://github.com/fernet/spec)."""
        if not (self.tokens and self.keys):
            return False
        from hmac import digest  # noqa: PLC0415  (it loads OpenSSL, and few captures have both in clear)

        return any(
            digest(key[: KEY_LENGTH // 2], token[:-_MAC], "sha256") == token[-_MAC:]
            for token in self.tokens
            for key in self.keys
        )
