"""Images and engines of the examples."""

from __future__ import annotations

import os
import shutil
from typing import TYPE_CHECKING

import pytest

from examples.beside import SIDECAR, WEB, Podman, build
from lab.engines.containers import CA_BUNDLE
from required import fail_or_skip

if TYPE_CHECKING:
    from overheard.engines.base import Engine


@pytest.fixture(scope="session")
def images(compose_images: Engine) -> None:  # noqa: ARG001  (other workers wait while images are built)
    """The images of the sidecar and of the service."""
    build(CA_BUNDLE)


@pytest.fixture(scope="session")
def podman(images: None, tmp_path_factory: pytest.TempPathFactory) -> Podman:  # noqa: ARG001  (it loads them)
    """It has both images."""
    missing = [name for name in ("podman", "runc") if not shutil.which(name)]
    if missing or os.geteuid():
        fail_or_skip("pods", f"{missing[0]} was not found" if missing else "it needs root")
    made = Podman(tmp_path_factory.mktemp("podman"))
    made.load(SIDECAR, WEB)
    return made
