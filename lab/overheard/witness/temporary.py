"""Temporary folders that a fork of this process leaves alone."""

from __future__ import annotations

import os
import shutil
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator


@contextmanager
def temporary_folder() -> Iterator[Path]:
    """Make a temporary folder, and remove it, unless in a fork of the process that made it."""
    process, folder = os.getpid(), Path(tempfile.mkdtemp(prefix="overheard-"))
    try:
        yield folder
    finally:
        if os.getpid() == process:
            shutil.rmtree(folder, ignore_errors=True)
