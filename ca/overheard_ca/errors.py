"""What may go wrong in the certificate authority.

OverheardError
├── SettingsError
│   └── StateError      what the state folder holds must not be used, and must not be made anew either
└── RefusedError        a request that is not granted; see refusals.py for every kind
"""

from __future__ import annotations

from overheard.words.errors import OverheardError, SettingsError


class StateError(SettingsError):
    """What the state folder holds must not be used, and must not be made anew either: somebody has to look."""


class RefusedError(OverheardError):
    """A request that is not granted: `code` is for programs, `status` for HTTP, the message for people."""

    def __init__(self, code: str, status: int, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.status = status
