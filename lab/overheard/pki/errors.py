"""The error of this package."""

from __future__ import annotations

from overheard.words.errors import SettingsError


class PkiError(SettingsError):
    """A key, a request or a certificate cannot be made of what was given. Nothing was written."""
