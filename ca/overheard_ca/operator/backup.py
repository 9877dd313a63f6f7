"""Backups: one file with all that a CA is, but the passphrase of its keys; and back from it."""

from __future__ import annotations

import io
import shutil
import sqlite3
import tarfile
import tempfile
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

from overheard.role.files import write_whole
from overheard.words.errors import SettingsError
from overheard_ca.authority import ISSUING, ISSUING_KEY, ROOT, ROOT_KEY, certificates
from overheard_ca.errors import StateError
from overheard_ca.ledger import FILE, Ledger
from overheard_ca.operator.folder import SETTINGS, Folder
from overheard_ca.status.root_crl import ROOT_CRL
from overheard_ca.transparency import log

_NEEDED = (ROOT_KEY, ROOT, ISSUING, FILE)
# In this order: what was issued is in the log before it is in the ledger, and must be in both.
_DATABASES = (FILE, log.FILE)
# The issuing key may be in a token instead.
_KEPT = (*_NEEDED, ISSUING_KEY, ROOT_CRL, SETTINGS, log.KEY, log.FILE)

# A ledger of a million certificates has less than a tenth of it.
_MOST = 1 << 34


def back_up(folder: Folder, to: Path) -> None:
    """Write a backup of a CA, which may be running, for its owner alone. Raises SettingsError, or OSError."""
    folder.check_exists()
    _check_is_new(to)
    with tempfile.TemporaryDirectory(prefix="overheard-") as temporary:
        for name in _DATABASES:
            if (folder.path / name).exists():
                _copy(folder.path / name, Path(temporary) / name)
        written = io.BytesIO()
        with tarfile.open(fileobj=written, mode="w:gz") as archive:
            for name in _KEPT:
                file = (Path(temporary) if name in _DATABASES else folder.path) / name
                if file.exists():
                    archive.add(file, name, filter=_anonymous)
        write_whole(to, written.getvalue())


def _copy(database: Path, copy: Path) -> None:
    """Copy a database as of one moment, whatever is issued meanwhile."""
    with closing(sqlite3.connect(database)) as source, closing(sqlite3.connect(copy)) as target:
        source.backup(target)


def restore(backup: Path, folder: Path) -> None:
    """Restore a backup into a folder that does not exist, or is empty. It is checked first. Raises SettingsError."""
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise SettingsError(f"{folder} is not empty", hint="restore into a new folder, and compare: --state FOLDER")
    folder.parent.mkdir(parents=True, exist_ok=True)
    # Beside the folder, so that it can become it at once.
    unfinished = Path(tempfile.mkdtemp(dir=folder.parent, prefix=f".{folder.name}."))
    try:
        for name, content in _read(backup):
            write_whole(unfinished / name, content)
        _check(unfinished, backup)
        if folder.exists():
            folder.rmdir()
        unfinished.replace(folder)
    except BaseException:
        shutil.rmtree(unfinished, ignore_errors=True)
        raise


def _anonymous(member: tarfile.TarInfo) -> tarfile.TarInfo:
    member.uid = member.gid = 0
    member.uname = member.gname = ""
    member.mode = 0o600
    return member


def _read(backup: Path) -> Iterator[tuple[str, bytes]]:
    """The files in a backup. Only those that a backup has are looked at."""
    left = _MOST
    try:
        with tarfile.open(backup, "r:gz") as archive:
            for member in archive:
                file = archive.extractfile(member) if member.name in _KEPT and member.isreg() else None
                if file is None:
                    raise SettingsError(f"{backup} is no backup of a CA: it has {member.name!r}")
                left -= member.size
                if left < 0:
                    raise SettingsError(f"{backup} is larger than any backup of a CA")
                yield member.name, file.read()
    except (tarfile.TarError, EOFError, ValueError) as problem:
        raise SettingsError(
            f"{backup} cannot be read as a backup: {problem}", hint="`overheard ca backup` makes one"
        ) from None


def _check(folder: Path, backup: Path) -> None:
    """Check what was restored: all files are there, the certificates belong together, and the ledger is whole."""
    if missing := [name for name in _NEEDED if not (folder / name).exists()]:
        raise SettingsError(f"{backup} is no backup of a CA: {missing[0]} is not in it")
    try:
        root, issuing = certificates(folder, datetime.now(UTC))
        issuing.verify_directly_issued_by(root)
        states = {name: _state(folder / name) for name in _DATABASES if (folder / name).exists()}
        Ledger(folder / FILE)
    except StateError as problem:
        raise SettingsError(f"{backup} is damaged: {Exception.__str__(problem)}") from None
    except (ValueError, TypeError, sqlite3.DatabaseError) as problem:
        raise SettingsError(f"{backup} is damaged: {problem}") from None
    for name, state in states.items():
        if state != "ok":
            raise SettingsError(f"{backup} is damaged: {name} is ({state})")


def _state(database: Path) -> str:
    with closing(sqlite3.connect(database)) as connection:
        return str(connection.execute("PRAGMA integrity_check").fetchone()[0])


def _check_is_new(file: Path) -> None:
    if file.exists():
        raise SettingsError(f"{file} exists already", hint="name another file: no backup is overwritten")
