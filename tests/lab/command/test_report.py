"""`overheard report`: the page of a run as one file."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from lab.command.process import overheard

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def runs(tmp_path: Path) -> Path:
    """A folder with a run, in which nothing is."""
    (tmp_path / "runs" / "run" / "logs").mkdir(parents=True)
    return tmp_path / "runs"


def test_it_is_one_file_that_others_may_read_unless_the_secret_is_in_it(runs: Path, tmp_path: Path) -> None:
    done = overheard("report", "--runs", str(runs), cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("run.html: ")
    assert "squirrel" in (tmp_path / "run.html").read_text().lower()
    assert (tmp_path / "run.html").stat().st_mode & 0o777 == 0o644
    assert overheard("report", "--runs", str(runs), "-o", "mine.html", "--with-secret", cwd=tmp_path).returncode == 0
    assert (tmp_path / "mine.html").stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("nowhere",), "there is no run 'nowhere'"),
        (("-o", "nowhere/mine.html"), "there is no folder nowhere"),
        (("-o", "."), "cannot be written"),
    ],
)
def test_what_cannot_be_done_is_said_and_nothing_is_written(
    runs: Path, tmp_path: Path, arguments: tuple[str, ...], says: str
) -> None:
    done = overheard("report", *arguments, "--runs", str(runs), cwd=tmp_path)
    assert done.returncode not in {0, 1}
    assert says in done.stderr
    assert "Traceback" not in done.stderr
    assert [each.name for each in tmp_path.iterdir()] == ["runs"]
