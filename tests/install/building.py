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


def build_source(folder: Path) -> Path:
    """The unpacked source distribution of the project, in `folder`."""
    command = [sys.executable, "-m", "hatchling", "build", "--target", "sdist", "--directory", str(folder)]
    subprocess.run(command, cwd=PROJECT, check=True)
    (archive,) = folder.glob("*.tar.gz")
    shutil.unpack_archive(archive, folder, filter="data")
    return folder / archive.name.removesuffix(".tar.gz")


def build_wheel(source: Path, folder: Path, **variables: str) -> Path:
    """A wheel in `folder`, built with these variables in the environment."""
    command = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation"]
    subprocess.run([*command, "--wheel-dir", folder, source], env={**os.environ, **variables}, check=True)
    (made,) = folder.glob("*.whl")
    return made
