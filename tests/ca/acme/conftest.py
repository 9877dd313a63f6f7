"""A stage that the tests of a file share, and clients of it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from ca.acme.client import Client
from ca.acme.stage import Stage, staged


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """A stage that the tests of a file share."""
    with staged(tmp_path_factory.mktemp("ca")) as running:
        yield running


@pytest.fixture
def client(stage: Stage) -> Client:
    """A client with an account of its own."""
    return stage.client()
