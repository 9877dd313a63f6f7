"""How the verdict is told: lines, a file, pages."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

from lab.sidecar.windows_of import quiet, settings, window
from overheard.sidecar.settings import Settings
from overheard.sidecar.telling import Telling
from overheard.sidecar.window import Judged, Reason, State, Window, failed

if TYPE_CHECKING:
    from pathlib import Path

    import pytest


def telling(**variables: str) -> Telling:
    return Telling(Settings.from_environment(settings(**variables)), "tcp port 1")


def test_each_window_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    telling().window(window(3, a=State.OVERHEARD))
    first, *more = capsys.readouterr().out.splitlines()
    assert first == (
        "overheard: window 3, 2023-11-14T22:13:20Z to 2023-11-14T22:14:20Z: OVERHEARD; "
        "packets: 10; flows: 3 sealed, 2 not, 1 open"
    )
    assert more == [
        "overheard:   a: seen in frame 7, plainly",
        "overheard:   absent: it was seen in 1 place",
        "overheard:   recorded in recording.pcapng",
    ]
    telling().window(quiet())
    assert len(capsys.readouterr().out.splitlines()) == 1


def something() -> Reason:
    return Reason("something", "whole", "no flow carried data", "check the port", ("a",))


def test_that_nothing_was_sent_is_no_reason_against_a_window(capsys: pytest.CaptureFixture[str]) -> None:
    """A secret in a connection that is still open was seen, though no other flow carried data."""
    for state in (State.OVERHEARD, State.INCONCLUSIVE):
        made = window(3, a=state)
        reasons = (something(), *made.judged.reasons)
        telling().window(replace(made, judged=replace(made.judged, reasons=reasons)))
        out = capsys.readouterr().out
        assert "absent: it was seen" in out
        assert "something" not in out


def test_why_it_is_inconclusive_though_no_window_is(capsys: pytest.CaptureFixture[str]) -> None:
    told = telling()
    told.window(Window(1, 0.0, 1.0, Judged({"a": State.QUIET, "b": State.PROTECTED}, (something(),))))
    told.end()
    assert capsys.readouterr().out.splitlines()[1:] == [
        "overheard: in no window it is proved that all secrets were sent; of the last one:",
        "overheard:   something: no flow carried data",
        "overheard:     check the port",
        "overheard: the verdict is INCONCLUSIVE",
    ]
    told.window(window(2, a=State.PROTECTED))
    capsys.readouterr()
    told.end()
    assert capsys.readouterr().out == "overheard: the verdict is PROTECTED\n"
    told.window(Window(3, 0.0, 1.0, Judged({"c": State.QUIET, "a": State.OVERHEARD}, (something(),))))
    capsys.readouterr()
    told.end()
    assert capsys.readouterr().out == "overheard: the verdict is OVERHEARD\n"


def test_what_is_told_cannot_be_a_command_of_a_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    bad = "a\x1b[2J\n::error::"
    telling().window(Window(1, 0.0, 1.0, failed("judge", bad, bad, [bad])))
    out = capsys.readouterr().out
    assert "\x1b" not in out
    assert "::error::" not in out


def test_the_file_is_always_that_of_this_run(tmp_path: Path) -> None:
    file = tmp_path / "verdict.json"
    file.write_text('{"outcome": "PROTECTED"}')
    told = telling(OVERHEARD_VERDICT=str(file))
    told.write()
    assert json.loads(file.read_text())["outcome"] == "INCONCLUSIVE"
    told.window(window(a=State.PROTECTED))
    data = json.loads(file.read_text())
    assert (data["outcome"], data["exit_code"]) == ("PROTECTED", 0)
    assert data["recording"]["left_out"] == "tcp port 1"
    assert json.loads(told.pages()["/verdict"]().content) == data


def test_a_verdict_that_cannot_be_written_is_inconclusive(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "verdict.json"
    told = telling(OVERHEARD_VERDICT=str(file))
    told.write()

    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("overheard.sidecar.telling.write_whole", full)
    told.window(window(a=State.PROTECTED))
    assert not file.exists()
    assert told.board.outcome is State.INCONCLUSIVE
    assert "cannot be written" in capsys.readouterr().out


def test_an_old_verdict_that_cannot_be_removed_is_emptied(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A file that is mounted by itself can be neither replaced nor removed, but written."""

    def busy(*_: object, **__: object) -> None:
        raise OSError(16, "Device or resource busy")

    file = tmp_path / "verdict.json"
    file.write_text('{"outcome": "PROTECTED"}')
    monkeypatch.setattr("overheard.sidecar.telling.write_whole", busy)
    monkeypatch.setattr(type(file), "unlink", busy)
    told = telling(OVERHEARD_VERDICT=str(file))
    told.window(window(a=State.PROTECTED))
    assert file.read_text() == ""
    assert told.board.outcome is State.INCONCLUSIVE
    assert "mount the folder, not the file" in capsys.readouterr().out
    monkeypatch.setattr("os.truncate", busy)
    told.write()
    assert "can be neither removed nor emptied" in capsys.readouterr().out


def test_a_folder_is_no_file_for_the_verdict(tmp_path: Path) -> None:
    told = telling(OVERHEARD_VERDICT=str(tmp_path))
    told.window(window(a=State.PROTECTED))
    assert told.board.outcome is State.INCONCLUSIVE
    assert tmp_path.is_dir()


def test_the_pages_say_whether_it_records() -> None:
    told = telling()
    pages = told.pages()
    assert set(pages) == {"/verdict", "/windows", "/metrics", "/healthz", "/readyz"}
    assert (pages["/readyz"]().status, pages["/healthz"]().status) == ("503 Service Unavailable", "200 OK")
    told.ready(True)
    assert pages["/readyz"]().status == "200 OK"
    told.window(window(5, a=State.PROTECTED))
    assert json.loads(pages["/windows"]().content)["windows"][0]["number"] == 5
    assert b'overheard_outcome{outcome="PROTECTED"} 1.0' in pages["/metrics"]().content
