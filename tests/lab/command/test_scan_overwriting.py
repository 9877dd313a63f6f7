"""Files that a report of `overheard scan` must not overwrite, under whatever name."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from lab.command.judge_stub import VALUE, scan
from overheard.words.errors import OutputError, SettingsError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

LIST = '[[secret]]\nname = "x"\nfile = "secret.json"\n'
NAMES = ("capture.json", "capture.recording.json", "keys.json", "secret.json", "list.json")
LINKS: dict[str, Callable[[Path, Path], None]] = {
    "a symbolic link": lambda link, file: link.symlink_to(file),
    "a hard link": lambda link, file: link.hardlink_to(file),
}


@pytest.fixture
def inputs(tmp_path: Path) -> tuple[str, ...]:
    for name in NAMES:
        (tmp_path / name).write_text(VALUE)
    (tmp_path / "list.json").write_text(LIST)
    capture, _, keys, secret, listed = (str(tmp_path / name) for name in NAMES)
    return capture, "--keys", keys, "--secret-file", f"y={secret}", "--secrets", listed


@pytest.mark.parametrize("read", NAMES)
@pytest.mark.parametrize("link", LINKS)
@pytest.mark.usefixtures("judge")
def test_no_file_that_is_read_is_overwritten(inputs: tuple[str, ...], read: str, link: str, tmp_path: Path) -> None:
    file, report = tmp_path / read, tmp_path / "link.json"
    LINKS[link](report, file)
    before = file.read_bytes()
    for name in (file, report):
        with pytest.raises(SettingsError, match="would overwrite "):
            scan(*inputs, "--report", str(name))
    assert file.read_bytes() == before


@pytest.mark.usefixtures("judge")
def test_other_files_are(inputs: tuple[str, ...], tmp_path: Path) -> None:
    (tmp_path / "old.json").write_text("old")
    assert scan(*inputs, "--quiet", "--report", str(tmp_path / "old.json")) == 1
    assert (tmp_path / "old.json").read_text().startswith("{")


@pytest.mark.usefixtures("judge")
def test_a_list_in_a_pipe_is_read_once(tmp_path: Path) -> None:
    """As of `--secrets <(gpg -d list)`: the second time it would be empty."""
    near, far = os.pipe()
    os.write(far, f'[[secret]]\nname = "x"\nvalue = "{VALUE}"\n'.encode())
    os.close(far)
    report = tmp_path / "new.json"
    try:
        assert scan("a.pcap", "--secrets", f"/dev/fd/{near}", "--quiet", "--report", str(report)) == 1
    finally:
        os.close(near)
    assert report.is_file()


@pytest.mark.usefixtures("judge")
def test_a_report_that_cannot_be_written_is_no_verdict(tmp_path: Path) -> None:
    (tmp_path / "a.json").mkdir()
    with pytest.raises(OutputError) as caught:
        scan("a.pcap", "--secret", f"x={VALUE}", "--quiet", "--report", str(tmp_path / "a.json"))
    assert caught.value.exit_code == 74
