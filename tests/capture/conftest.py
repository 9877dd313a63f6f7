"""Recordings that the tests of the capture role look at."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from capture.recordings import Doctored, Recordings
from processes import in_namespaces

if TYPE_CHECKING:
    from overheard.engines.base import Engine


@pytest.fixture(scope="session")
def recordings(tmp_path_factory: pytest.TempPathFactory, local_engine: Engine) -> Recordings:  # noqa: ARG001
    """Every recording of tests/stage.py, made once, in namespaces of its own."""
    folder = tmp_path_factory.mktemp("stage")
    in_namespaces(Path(__file__).parent.parent / "stage.py", str(folder), within=120)
    return Recordings(folder)


@pytest.fixture
def doctored(recordings: Recordings, tmp_path: Path) -> Doctored:
    """The recording `https`, to put frames in."""
    return Doctored(recordings, tmp_path)


@pytest.fixture(scope="session")
def wire(tmp_path_factory: pytest.TempPathFactory, local_engine: Engine) -> Path:  # noqa: ARG001
    """A folder with what wire.py recorded: traffic of many kinds, made once, in namespaces of its own."""
    folder = tmp_path_factory.mktemp("wire")
    in_namespaces(Path(__file__).parent / "wire.py", str(folder), within=60)
    return folder
