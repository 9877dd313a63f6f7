"""Numbers that programs print without a word: of alerts (RFC 8446, 6.2), of Apple's Secure Transport, of Chromium."""

from __future__ import annotations

_OF_SECURE_TRANSPORT = (
    "kCFStreamErrorDomainSSL",
    "kCFStreamErrorCodeKey",
    "SSLHandshake failed",
    "SSL handshake failed",
    "SSL error",
    "TLS error",
    "OSStatus",
    "OSStatus error",
    "unknown SSL protocol error in connection to ...",
    "HTTP load failed",
    "SSLRead() return error",
    "SSLWrite() return error",
)

_OF_ALERTS = ("alert number", "received alert", "fatal alert")


def alert(number: int) -> tuple[str, ...]:
    """The phrases in which the number of an alert stands, such as 40."""
    return tuple(f"{before} {number}" for before in _OF_ALERTS)


def secure_transport(number: int) -> tuple[str, ...]:
    """The phrases in which an error of Secure Transport stands, such as -9813."""
    return tuple(f"{before} {number}" for before in _OF_SECURE_TRANSPORT)


def net_error(number: int) -> str:
    """The phrase in which the log of Chromium, and of what has it inside, tells an error, such as -202."""
    return f"SSL error code 1, net_error {number}"
