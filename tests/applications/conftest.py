"""Fixtures of the tests with servers of other people."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from applications.servers import Place
from lab.pki import Files
from overheard.witness.pytest_plugin import ListenSettings

if TYPE_CHECKING:
    from collections.abc import Iterator

    from overheard.engines.base import Engine


@pytest.fixture(scope="session")
def overheard_settings() -> ListenSettings:
    """What is recorded is not kept."""
    return ListenSettings(keep="never")


@pytest.fixture(scope="module")
def place(local_engine: Engine) -> Iterator[Place]:  # noqa: ARG001  (it says whether there can be a recording)
    """Where the server of a module is. No folder of pytest: only root may enter those."""
    with tempfile.TemporaryDirectory(prefix="overheard-") as folder:
        Path(folder).chmod(0o755)
        place = Place(Path(folder), Files.make(Path(folder)))
        place.hand_over(Path(folder))
        place.files.key.chmod(0o600)
        place.hand_over(place.files.key)
        yield place
