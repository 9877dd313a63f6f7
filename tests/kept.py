"""What tests download, and what they make of it: kept in the cache of this user for the rest of the day."""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
_KEPT = CACHE / "overheard-tests"
_DAY = 24 * 60 * 60


def kept(name: str, made_from: object, make: Callable[[Path], object]) -> Path:
    """A folder that `make` fills, unless one of today was made from the same. Others wait for it.

    As other runs may use it, it is never changed, and only deleted when it is two days old.
    """
    named = f"{name}-{hashlib.sha256(repr(made_from).encode()).hexdigest()[:16]}"
    folder = _KEPT / f"{named}-{time.strftime('%Y%m%d')}"
    _KEPT.mkdir(parents=True, exist_ok=True)
    with (_KEPT / f"{named}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not folder.exists():
            _delete_old()
            new = Path(tempfile.mkdtemp(dir=_KEPT))
            try:
                make(new)
                new.rename(folder)
            finally:
                shutil.rmtree(new, ignore_errors=True)
    return folder


def _delete_old() -> None:
    for old in _KEPT.iterdir():
        if old.is_dir() and time.time() - old.stat().st_mtime > 2 * _DAY:
            shutil.rmtree(old, ignore_errors=True)
