"""The passphrase of the CA's private keys: created once, and never again."""

from __future__ import annotations

import secrets
from pathlib import Path

from overheard.role.files import write_whole
from overheard.words.counting import count
from overheard_ca.errors import StateError

# OpenSSL accepts no longer passphrase.
_LONGEST = 1023


def read_or_make(file: Path, root_key: Path) -> bytes:
    """The passphrase in `file`, which is created if neither it nor `root_key` exists yet.

    Raises StateError if it is missing but the root key is not: a new passphrase could not decrypt the key.
    """
    if not file.exists():
        if root_key.exists():
            raise StateError(
                f"the passphrase {file} is missing, but the root key {root_key} exists",
                hint="restore the passphrase; or, to start a new CA, move the whole state folder away",
            )
        write_whole(file, secrets.token_urlsafe(32).encode() + b"\n")
    return checked(file.read_bytes().strip(), f"the passphrase {file}")


def checked(passphrase: bytes, described: str) -> bytes:
    """The passphrase. Raises StateError for one that OpenSSL does not accept; `described` is what errors call it."""
    if not 0 < len(passphrase) <= _LONGEST:
        size = count(len(passphrase), "byte")
        raise StateError(f"{described} has {size}", hint=f"it must have 1 to {_LONGEST:,}")
    return passphrase
