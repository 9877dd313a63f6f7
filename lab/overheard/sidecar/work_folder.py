"""The folder in which is recorded: it is removed at the end, or by the next run if this one was killed."""

from __future__ import annotations

import fcntl
import os
import shutil
import tempfile
from contextlib import ExitStack, contextmanager, nullcontext, suppress
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

_PREFIX = "overheard-"


@contextmanager
def work_folder(within: Path | None) -> Iterator[Path]:
    """A new folder in that of the recordings, or a temporary one if there is none. Raises OSError."""
    with ExitStack() as stack:
        with _without_left(within.resolve()) if within else nullcontext():
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix=_PREFIX, dir=within)))
            stack.enter_context(_locked(folder))
        yield folder


@contextmanager
def _without_left(parent: Path) -> Iterator[None]:
    """Remove the folders of runs that were killed: they would take the room of all further recordings.

    Until the end of this, nobody else removes any.
    """
    with _locked(parent, wait=True):
        for folder in parent.glob(f"{_PREFIX}*/"):
            # Where another sidecar works, it is locked.
            with suppress(OSError), _locked(folder):
                shutil.rmtree(folder)
        yield


@contextmanager
def _locked(folder: Path, *, wait: bool = False) -> Iterator[None]:
    """Lock a folder, for as long as this process lives. Raises OSError if another one has done so."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
        yield
    finally:
        os.close(descriptor)
