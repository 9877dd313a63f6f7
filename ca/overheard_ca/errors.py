"""The errors of the certificate authority.

OverheardError
├── SettingsError
│   └── StateError      the state folder's content must not be used, and must not be replaced either
└── RefusedError        a refused request; see refusals.py for every kind
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
