"""The recordings of windows that failed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from overheard.sidecar.kept import Kept
from overheard_capture.recorder import WindowFiles

if TYPE_CHECKING:
    from pathlib import Path

    import pytest


def files(folder: Path) -> WindowFiles:
    made = WindowFiles(folder / "work")
    made.folder.mkdir()
    made.settled.write_bytes(bytes(100))
    made.settled.with_suffix(".recording.json").write_text("{}")
    made.carried.write_bytes(bytes(30))
    return made


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.glob("window-*"))


def test_the_oldest_ones_go_first(tmp_path: Path) -> None:
    kept, made = Kept(tmp_path, 250), files(tmp_path)
    assert [kept.keep(number, made, in_open=False) for number in (1, 2, 3)] == [
        tmp_path / f"window-00000{number}.pcapng" for number in (1, 2, 3)
    ]
    assert names(tmp_path) == [f"window-00000{n}.{end}" for n in (2, 3) for end in ("pcapng", "recording.json")]


def test_those_of_an_earlier_run_count_and_are_replaced(tmp_path: Path) -> None:
    made = files(tmp_path)
    for number in (1, 2):
        Kept(tmp_path, 250).keep(number, made, in_open=False)
    kept = Kept(tmp_path, 250)
    kept.keep(2, made, in_open=True)
    kept.keep(3, made, in_open=False)
    assert names(tmp_path) == [
        "window-000001.pcapng",
        "window-000001.recording.json",
        "window-000002.pcapng",
        "window-000003.pcapng",
        "window-000003.recording.json",
    ]
    kept.keep(4, made, in_open=False)
    assert "window-000001.pcapng" not in names(tmp_path)


def test_what_is_carried_on_is_kept_if_a_secret_is_in_it(tmp_path: Path) -> None:
    kept, made = Kept(tmp_path, 250), files(tmp_path)
    file = kept.keep(1, made, in_open=True)
    assert file
    assert file.stat().st_size == 30
    # The notes are about another file.
    assert names(tmp_path) == [file.name]


def test_what_has_no_room_or_was_not_made_is_not_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made = files(tmp_path)
    assert Kept(tmp_path, 99).keep(1, made, in_open=False) is None
    assert Kept(tmp_path, 250).keep(1, WindowFiles(tmp_path / "none"), in_open=False) is None

    def full(_source: Path, target: Path) -> None:
        target.write_bytes(b"a part")
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("overheard.sidecar.kept.shutil.copy", full)
    assert Kept(tmp_path, 250).keep(1, made, in_open=False) is None
    assert names(tmp_path) == []
