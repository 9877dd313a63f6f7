"""Real certificate authorities, for the tests of the CA and of its clients."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from ca.process import CaProcess


@pytest.fixture
def make_ca(tmp_path: Path) -> Iterator[Callable[..., CaProcess]]:
    """Creates CAs that are not started yet; all are stopped after the test."""
    made: list[CaProcess] = []

    def make(name: str = "ca", **settings: str) -> CaProcess:
        made.append(CaProcess(tmp_path / name, **settings))
        return made[-1]

    yield make
    for ca in made:
        ca.kill()


@pytest.fixture(scope="module")
def ca(tmp_path_factory: pytest.TempPathFactory) -> Iterator[CaProcess]:
    """A running CA, shared by all tests of a file: its token may have been used."""
    running = CaProcess(tmp_path_factory.mktemp("ca"))
    try:
        yield running.start()
    finally:
        running.kill()
