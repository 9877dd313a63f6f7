"""The key that the server shares with the client, which is not sent over any wire of the lab."""

from __future__ import annotations

from typing import TYPE_CHECKING

from overheard.role.files import write_whole
from overheard.words.errors import SettingsError
from overheard_services.disguise import fernet

if TYPE_CHECKING:
    from pathlib import Path

_HINT = "make one: python -c 'from cryptography.fernet import Fernet; print(Fernet.generate_key().decode())'"


def shared_key(secret_key: str, file: Path | None) -> bytes | None:
    """The key in `secret_key`, or in `file`, which is created if missing, readable only by its owner.

    None if neither is set. Raises SettingsError, naming the source, for an invalid key.
    """
    if secret_key:
        return _checked(secret_key.encode(), "SECRET_KEY")
    return _kept(file) if file else None


def _kept(file: Path) -> bytes:
    where = f"OVERHEARD_SERVER_SHARED_KEY_FILE: {file}"
    try:
        if not file.exists():
            write_whole(file, fernet.new_key() + b"\n")
        return _checked(file.read_bytes().strip(), where)
    except OSError as problem:
        raise SettingsError(
            f"{where} cannot be used ({problem.strerror})", hint="check who owns it, and that its folder exists"
        ) from None


def _checked(key: bytes, where: str) -> bytes:
    try:
        fernet.check(key)
    except fernet.WrongKeyError as problem:
        raise SettingsError(f"{where} is not a Fernet key ({problem})", hint=_HINT) from None
    return key
