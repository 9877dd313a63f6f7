"""Wheels for pip, downloaded from the index once a day: to read and compare all releases of each package takes long.

pip still decides what it installs, and from which wheel. uv, which is faster, installs from the index in every place.
"""

from __future__ import annotations

import shutil
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING

from install.places import HERE
from kept import kept
from processes import PROJECT

if TYPE_CHECKING:
    from install.places import Place

# What `examples/` installs besides, on this machine.
_EXAMPLES = ("fastapi", "flask", "httpx", "pytest", "requests", "trustme", "uvicorn")
_PROJECT = tomllib.loads((PROJECT / "pyproject.toml").read_text())


def of_the_project(place: Place) -> Path:
    """A folder with all that it takes to build and to install the project there."""
    more = _EXAMPLES if place.name == HERE else ()
    return wheels(place, *_PROJECT["build-system"]["requires"], *_PROJECT["project"]["dependencies"], *more)


def wheels(place: Place, *requirements: str | Path) -> Path:
    """A folder with all that the pip of this place would install for these requirements, or files of them."""
    version = place.output(place.python, "-c", "import sys; print(sys.version)")
    made_from = [each.read_text() if isinstance(each, Path) else each for each in requirements]
    arguments = [f"--requirement={each}" if isinstance(each, Path) else each for each in requirements]

    def download(folder: Path) -> None:
        python = place.virtual_environment(folder / "environment")
        place.output(python, "-m", "pip", "download", "--quiet", "--dest", folder, *arguments)
        shutil.rmtree(folder / "environment")

    return kept("wheels", (version, made_from), download)


def without_index(folder: Path) -> dict[str, str | Path]:
    """The settings with which pip installs from these wheels."""
    return {"PIP_NO_INDEX": "yes", "PIP_FIND_LINKS": folder}
