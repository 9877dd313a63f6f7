"""Fixtures of the tests of the lab."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from lab.pki import Files

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(scope="session")
def files(tmp_path_factory: pytest.TempPathFactory) -> Files:
    """A root and a server certificate, created once."""
    return Files.make(tmp_path_factory.mktemp("certificates"))


@pytest.fixture
def other_root(tmp_path: Path) -> Path:
    """The root of another CA."""
    folder = tmp_path / "other"
    folder.mkdir()
    return Files.make(folder).root
