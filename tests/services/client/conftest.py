"""Fixtures of the tests of the client: small servers whose responses a test chooses, and a CA with a server."""

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
    """The certificates of the small servers."""
    return Files.make(tmp_path_factory.mktemp("certificates"))


@pytest.fixture(scope="session")
def other(tmp_path_factory: pytest.TempPathFactory) -> Files:
    """The certificates of another CA."""
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
    """A CA and its server, shared by all tests, and folders of this test for a client."""
    return _running.for_client_in(tmp_path)
