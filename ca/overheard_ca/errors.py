"""The errors of the certificate authority.

OverheardError
├── SettingsError
│   └── StateError      the state folder's content must not be used, and must not be replaced either
├── RefusedError        a refused request; see refusals.py for every kind
└── NeverIssuedError    no certificate of this CA has that serial
"""

from __future__ import annotations

from overheard.words.errors import OverheardError, SettingsError


class StateError(SettingsError):
    """The state folder's content must not be used, and must not be replaced either: an administrator has to look."""


class RefusedError(OverheardError):
    """A refused request: `code` is for programs, `status` for HTTP, the message for people."""

    def __init__(self, code: str, status: int, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.status = status


class NeverIssuedError(OverheardError):
    """No certificate of this CA has that serial."""

    def __init__(self, serial: int) -> None:
        super().__init__(f"this CA issued no certificate with the serial {serial:x}")
        self.serial = serial
