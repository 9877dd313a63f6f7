"""The passphrase of the CA's private keys: created once, and never again."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from pathlib import Path

from overheard.role.files import write_whole
from overheard.words.counting import count
from overheard_ca.errors import StateError

# OpenSSL accepts no longer passphrase.
_LONGEST = 1023


@dataclass(frozen=True)
class Passphrase:
    """The passphrase, and what errors call it."""

    text: bytes = field(repr=False)
    described: str

    @classmethod
    def of(cls, protection: Path | bytes, root_key: Path) -> Passphrase:
        """The passphrase that `protection` is, or that is in that file. Raises StateError."""
        if isinstance(protection, bytes):
            return cls(_checked(protection, "the passphrase"), "this passphrase")
        return cls(read_or_make(protection, root_key), f"the passphrase {protection}")


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
    return _checked(file.read_bytes().strip(), f"the passphrase {file}")


def _checked(passphrase: bytes, described: str) -> bytes:
    """The passphrase. Raises StateError for one that OpenSSL does not accept; `described` is what errors call it."""
    if not 0 < len(passphrase) <= _LONGEST:
        size = count(len(passphrase), "byte")
        raise StateError(f"{described} has {size}", hint=f"it must have 1 to {_LONGEST:,}")
    return passphrase
