"""Passwords in RADIUS (RFC 2865): hidden with MD5 and a secret that client and server share, or as CHAP."""

from __future__ import annotations

from overheard_capture.credentials.kind import CredentialKind, CredentialMessage, CredentialRange
from overheard_capture.credentials.values import is_text

_REQUEST, _HEADER = 1, 20
_USER_NAME, _USER_PASSWORD, _CHAP_PASSWORD = 1, 2, 3
# Attributes whose values are numbers or addresses of four bytes (5.4 to 5.43, 5.41), and the digest of RFC 3579.
_FIXED = dict.fromkeys((4, 5, 6, 7, 8, 9, 10, 12, 13, 14, 15, 16, 23, 27, 28, 29, 37, 38, 61, 62), 6) | {80: 18}


def _password(text: bytes, at: int) -> CredentialRange | None:
    """The password in an Access-Request (4.1), which is a datagram: it begins where the text does."""
    length = int.from_bytes(text[2:4])
    if text[0] != _REQUEST or not at < length <= len(text):
        return None
    place, names, found = _HEADER, 0, False
    while place < length:
        kind, size = text[place], text[place + 1] if place + 1 < length else 0
        value = text[place + 2 : place + size]
        if size < 2 or not kind or size != _FIXED.get(kind, size):
            return None
        if kind == _USER_NAME:
            names += 1
            if not value or not is_text(value):
                return None
        found = found or place == at
        place += size
    if place != length or names != 1 or not found:
        return None
    return CredentialRange(0, length, at + 2, at + text[at + 1])


def _header(kind: int, *sizes: int) -> tuple[bytes, ...]:
    return tuple(bytes((kind, 2 + size)) for size in sizes)


RADIUS: tuple[CredentialKind, ...] = (
    # It has 16 bytes, or a multiple of that up to 128 (5.2): 48 are enough for nearly all.
    CredentialMessage("radius-password", _header(_USER_PASSWORD, 16, 32, 48), _password),
    # An identifier, and a response (5.3).
    CredentialMessage("radius-chap", _header(_CHAP_PASSWORD, 17), _password),
)
