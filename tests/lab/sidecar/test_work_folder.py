"""The folder in which is recorded."""

from __future__ import annotations

from typing import TYPE_CHECKING

from overheard.sidecar.work_folder import work_folder

if TYPE_CHECKING:
    from pathlib import Path


def test_what_a_run_left_that_was_killed_is_removed_by_the_next_one(tmp_path: Path) -> None:
    """And nothing else is: neither what another sidecar works with, nor recordings that were kept."""
    left = tmp_path / "overheard-left"
    (left / "1").mkdir(parents=True)
    (left / "1" / "recorded.pcapng").write_bytes(b"something")
    kept = tmp_path / "window-000001.pcapng"
    kept.write_bytes(b"something")
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    link = tmp_path / "overheard-link"
    link.symlink_to(elsewhere)
    with work_folder(tmp_path) as one:
        assert not left.exists()
        with work_folder(tmp_path) as another:
            assert one.is_dir()
            assert another != one
    assert sorted(tmp_path.iterdir()) == [elsewhere, link, kept]


def test_without_a_folder_for_recordings_it_is_a_temporary_one() -> None:
    with work_folder(None) as folder:
        assert folder.is_dir()
        assert folder.stat().st_mode & 0o777 == 0o700
    assert not folder.exists()
