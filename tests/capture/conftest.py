"""Fixtures with recordings for the tests of the capture role."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from capture.asked_once import AskedOnce
from capture.recordings import Doctored, Recordings
from overheard_capture.wireshark import tshark
from overheard_capture.wireshark.details import DissectionProcess
from processes import in_namespaces
from workers import once

if TYPE_CHECKING:
    from collections.abc import Iterator

    from overheard.engines.base import Engine

_TESTS = Path(__file__).parents[1]


@pytest.fixture(scope="session")
def _asked_once(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Many tests judge the same recording with the same keys; and tshark decrypts it once for all of them."""
    folder = once(tmp_path_factory, "asked-once", lambda _folder: None)
    with pytest.MonkeyPatch.context() as patch, DissectionProcess() as dissector:
        patch.setattr(tshark, "tshark", AskedOnce(tshark.tshark, folder))
        patch.setattr(DissectionProcess, "dissected", AskedOnce(dissector.dissected, folder))
        yield


@pytest.fixture(scope="session")
def recordings(
    tmp_path_factory: pytest.TempPathFactory,
    local_engine: Engine,  # noqa: ARG001
    _asked_once: None,
) -> Recordings:
    """Every recording of tests/stage.py, made once, in its own namespaces."""
    return Recordings(once(tmp_path_factory, "stage", lambda folder: _play(_TESTS / "stage.py", folder)))


@pytest.fixture
def doctored(recordings: Recordings, tmp_path: Path) -> Doctored:
    """The recording `https`, to insert frames into."""
    return Doctored(recordings, tmp_path)


@pytest.fixture(scope="session")
def wire(tmp_path_factory: pytest.TempPathFactory, local_engine: Engine) -> Path:  # noqa: ARG001
    """A folder with the recordings of wire.py: many kinds of traffic, made once, in its own namespaces."""
    return once(tmp_path_factory, "wire", lambda folder: _play(_TESTS / "capture" / "wire.py", folder))


def _play(script: Path, folder: Path) -> None:
    in_namespaces(script, str(folder))
