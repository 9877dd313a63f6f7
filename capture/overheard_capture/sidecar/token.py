"""The token of the API."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

from overheard.role.files import write_whole
from overheard.role.health import wait_until
from overheard.role.settings import secret_in

if TYPE_CHECKING:
    from pathlib import Path

_VARIABLE = "OVERHEARD_CAPTURE_TOKEN_FILE"
# How long another role may take to create it, in seconds.
_PATIENCE = 60


def read_or_make(file: Path) -> str:
    """The token in `file`, which is created if it does not exist, readable only by its owner.

    Raises SettingsError if there is none in it: anybody could send an empty token.
    """
    if not file.exists() and file.parent.is_dir():
        write_whole(file, secrets.token_urlsafe(32).encode())
    return secret_in(file, _VARIABLE)


def wait_for(file: Path, *, within: float = _PATIENCE) -> str:
    """The token in `file`, which another role creates. Raises NotReadyError, or SettingsError if it is empty."""
    wait_until(
        lambda: "" if file.exists() else "it is not there",
        f"the token in {file}",
        within=within,
        hint="see the log of the capture role, which creates it",
    )
    return secret_in(file, _VARIABLE)
