"""Builds what is installed, with the build backend of this environment."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING

from processes import PROJECT

if TYPE_CHECKING:
    from pathlib import Path


def build_source(folder: Path) -> None:
    """The source distribution of the project, unpacked in `folder`."""
    archive = _built("sdist", PROJECT, folder / "packed")
    shutil.unpack_archive(archive, folder, filter="data")


def build_wheel(source: Path, folder: Path, **variables: str) -> Path:
    """A wheel in `folder`, built with these variables in the environment."""
    return _built("wheel", source, folder, **variables)


def _built(target: str, source: Path, folder: Path, **variables: str) -> Path:
    command = [sys.executable, "-m", "hatchling", "build", "--target", target, "--directory", str(folder)]
    subprocess.run(command, cwd=source, env={**os.environ, **variables}, check=True)
    (made,) = (each for each in folder.iterdir() if each.suffix in (".gz", ".whl"))
    return made
