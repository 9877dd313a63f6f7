"""The folder for temporary files: made only where it is needed, and never left behind."""

from __future__ import annotations

import tempfile
from typing import TYPE_CHECKING

import pytest

from overheard_capture.judge.scratch import Scratch

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where folders for temporary files are made."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path


def test_nothing_is_made_unless_it_is_asked_for(temporary: Path) -> None:
    with Scratch():
        assert not list(temporary.iterdir())


def test_the_folder_is_removed_with_all_that_is_in_it(temporary: Path) -> None:
    with Scratch() as scratch:
        (scratch.folder / "embedded.keys").write_bytes(b"keys")
        assert list(temporary.iterdir()) == [scratch.folder]
    assert not list(temporary.iterdir())
