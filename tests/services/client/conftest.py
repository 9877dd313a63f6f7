"""What the tests of the client share: small servers whose answers a test chooses, and a CA with a server under it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from ca.process import CaProcess
from lab.pki import Files
from lab.servers import Answers, serving
from services.client.place import Place
from services.server.process import REQUESTERS, under

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture(scope="session")
def files(tmp_path_factory: pytest.TempPathFactory) -> Files:
    """Those of the small servers."""
    return Files.make(tmp_path_factory.mktemp("certificates"))


@pytest.fixture(scope="session")
def other(tmp_path_factory: pytest.TempPathFactory) -> Files:
    """Those of somebody else."""
    return Files.make(tmp_path_factory.mktemp("other"))


@pytest.fixture
def answers() -> Answers:
    return Answers()


@pytest.fixture
def http(answers: Answers) -> Iterator[str]:
    with serving(answers) as url:
        yield url


@pytest.fixture
def https(answers: Answers, files: Files) -> Iterator[str]:
    with serving(answers, files) as url:
        yield url


@pytest.fixture(scope="session")
def _running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    folder = tmp_path_factory.mktemp("place")
    ca = CaProcess(folder / "ca", requesters=REQUESTERS)
    try:
        ca.start()
        with under(ca, folder, "http", "https", "mutual-tls", "legacy") as server:
            yield Place(ca, server, folder / "shared" / "key", folder)
    finally:
        ca.kill()


@pytest.fixture
def place(_running: Place, tmp_path: Path) -> Place:
    """A CA and the server under it, which serve all tests, and folders of this test's own for a client of theirs."""
    return _running.for_client_in(tmp_path)
