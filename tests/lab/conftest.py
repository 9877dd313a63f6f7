"""What the tests of the lab share."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from lab.pki import Files

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(scope="session")
def files(tmp_path_factory: pytest.TempPathFactory) -> Files:
    """A root and a server certificate, made once."""
    return Files.make(tmp_path_factory.mktemp("certificates"))


@pytest.fixture
def other_root(tmp_path: Path) -> Path:
    """The root of somebody else."""
    folder = tmp_path / "other"
    folder.mkdir()
    return Files.make(folder).root
