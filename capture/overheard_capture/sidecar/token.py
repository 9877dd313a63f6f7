"""The token of the API."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

from overheard.role.files import write_whole
from overheard.role.settings import secret_in

if TYPE_CHECKING:
    from pathlib import Path

_VARIABLE = "OVERHEARD_CAPTURE_TOKEN_FILE"


def read_or_make(file: Path) -> str:
    """The token in `file`, which is created if it does not exist, readable only by its owner.

    Raises SettingsError if there is none in it: anybody could send an empty token.
    """
    if not file.exists() and file.parent.is_dir():
        write_whole(file, secrets.token_urlsafe(32).encode())
    return secret_in(file, _VARIABLE)
