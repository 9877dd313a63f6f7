"""Hostile captures: each row is a capture that is read to its end, and what takes too long is named."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest

import hostile
from hostile_inputs import ROWS
from hostile_wire import SPARSE
from overheard_capture.captures.reader import read

if TYPE_CHECKING:
    from pathlib import Path

SIZE = 40_000


@pytest.mark.parametrize("name", [name for name in ROWS if "bomb" not in name])
def test_each_row_is_a_whole_capture_of_about_the_size(name: str, tmp_path: Path) -> None:
    path = tmp_path / "hostile.pcap"
    path.write_bytes(ROWS[name](SIZE))
    capture = read(path)
    assert capture.damage == ""
    assert bool(capture.frames) != (name.startswith("pcapng") or name == SPARSE)
    assert path.stat().st_size <= 3 * SIZE


@pytest.mark.parametrize(("bound", "code", "said"), [(hostile.SLOWEST, 0, ""), (0.0, 1, "a sparse file of 1 GB")])
def test_what_takes_too_long_is_named(
    bound: float, code: int, said: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(hostile, "SLOWEST", bound)
    monkeypatch.setattr(sys, "argv", ["hostile.py", "a sparse"])
    assert hostile.main() == code
    printed = capsys.readouterr()
    assert "a sparse file of 1 GB" in printed.out
    assert (said in printed.err) if said else not printed.err


def test_an_unknown_row_is_an_error(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(sys, "argv", ["hostile.py", "nothing of the kind"])
    with pytest.raises(SystemExit):
        hostile.main()
    assert "no such row" in capsys.readouterr().err
