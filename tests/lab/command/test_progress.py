"""The progress of reading: lines in a log, a bar on a terminal."""

from __future__ import annotations

import io
import sys
import time

import pytest

from overheard.command.progress import amount, progress


def test_progress_of_a_long_scan_is_a_line_from_time_to_time(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    now = [100.0]
    monkeypatch.setattr(time, "monotonic", lambda: now[0])
    with progress() as tell:
        for second in range(1, 6):
            now[0] = 100.0 + second
            tell(second * 1_000_000, 8_000_000)
    assert capsys.readouterr().err.splitlines() == [
        "  read 2.0 MB of 8.0 MB, 25%, 1.0 MB a second",
        "  read 4.0 MB of 8.0 MB, 50%, 1.0 MB a second",
    ]


def test_progress_of_a_pipe_has_no_percentage_and_quiet_has_none(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    now = [100.0]
    monkeypatch.setattr(time, "monotonic", lambda: now[0])
    for quiet in (False, True):
        with progress(quiet=quiet) as tell:
            now[0] += 3
            tell(3_000_000, None)
    assert capsys.readouterr().err == "  read 3.0 MB, 1.0 MB a second\n"


def test_on_a_terminal_progress_is_a_bar(monkeypatch: pytest.MonkeyPatch) -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    monkeypatch.setenv("TERM", "xterm")
    with progress() as tell:
        tell(5_000_000, 10_000_000)
        tell(10_000_000, 10_000_000)
    assert "reading" in terminal.getvalue()


@pytest.mark.parametrize(
    ("size", "says"), [(0, "0 B"), (999, "999 B"), (1000, "1.0 kB"), (123_456, "123 kB"), (2_500_000_000, "2.5 GB")]
)
def test_amounts_have_units(size: int, says: str) -> None:
    assert amount(size) == says
