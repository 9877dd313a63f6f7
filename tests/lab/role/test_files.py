"""Files that are written atomically."""

from __future__ import annotations

import os
import signal
import stat
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from overheard.role.files import write_whole


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_it_is_private_and_no_other_file_remains(tmp_path: Path) -> None:
    file = tmp_path / "token"
    write_whole(file, b"first")
    assert (file.read_bytes(), stat.S_IMODE(file.stat().st_mode)) == (b"first", 0o600)
    write_whole(file, b"second", mode=0o644)
    assert (file.read_bytes(), stat.S_IMODE(file.stat().st_mode)) == (b"second", 0o644)
    assert names(tmp_path) == ["token"]


def test_the_mode_does_not_depend_on_the_umask(tmp_path: Path) -> None:
    before = os.umask(0o077)
    try:
        write_whole(tmp_path / "root.pem", b"public", mode=0o644)
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "root.pem").stat().st_mode) == 0o644


def test_a_writer_that_is_killed_leaves_the_old_file(tmp_path: Path) -> None:
    """SIGKILL while the new content is being synced: no part of it appears under the file's name."""
    file = tmp_path / "verdicts.json"
    write_whole(file, b"old")
    program = (
        "import os, signal, sys\n"
        "from pathlib import Path\n"
        "from overheard.role.files import write_whole\n"
        "os.fsync = lambda _: os.kill(os.getpid(), signal.SIGKILL)\n"
        "write_whole(Path(sys.argv[1]), b'new' * 1000)\n"
    )
    done = subprocess.run([sys.executable, "-c", program, str(file)], check=False)
    assert done.returncode == -signal.SIGKILL
    assert file.read_bytes() == b"old"


def test_a_writer_that_fails_leaves_only_the_old_file(tmp_path: Path) -> None:
    file = tmp_path / "old"
    write_whole(file, b"old")
    with pytest.raises(TypeError):
        write_whole(file, "text, not bytes")  # type: ignore[arg-type]
    folder = tmp_path / "folder"
    folder.mkdir()
    with pytest.raises(OSError, match="directory"):
        write_whole(folder, b"a folder has this name")
    assert file.read_bytes() == b"old"
    assert names(tmp_path) == ["folder", "old"]


def test_a_missing_folder_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        write_whole(tmp_path / "nowhere" / "file", b"content")


def test_a_reader_sees_either_the_old_or_the_new_content(tmp_path: Path) -> None:
    """While another thread writes repeatedly."""
    file, contents = tmp_path / "file", (b"a" * 100_000, b"b" * 90_000)
    write_whole(file, contents[0])
    over = threading.Event()

    def write() -> None:
        for number in range(30):
            write_whole(file, contents[number % 2])
        over.set()

    writer = threading.Thread(target=write)
    writer.start()
    while not over.is_set():
        assert file.read_bytes() in contents
    writer.join()
