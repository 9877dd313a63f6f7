"""A dumpcap process, in namespaces of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from capture.playing import played
from overheard.words.errors import RecordingError
from overheard_capture.recorder.dumpcap import Dumpcap, Tap

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.usefixtures("local_engine")
@pytest.mark.parametrize(("case", "interface"), [("bad_interface", "nowhere0"), ("bad_filter", "lo")])
def test_a_failed_start_is_an_error_that_leaves_nothing(tmp_path: Path, case: str, interface: str) -> None:
    """Neither a file, which could be taken for an empty recording, nor a process."""
    outcome = played(case, tmp_path)
    assert outcome["says"].startswith(f"dumpcap does not record on '{interface}': ")
    assert "no reason was given" not in outcome["says"]
    assert "check that the interface exists, the filter is a capture filter" in outcome["hint"]
    assert outcome["left"] == []
    assert not outcome["children"]


@pytest.mark.usefixtures("local_engine")
def test_it_delivers_its_recording_and_stops_cleanly(tmp_path: Path) -> None:
    outcome = played("payloads", tmp_path)
    assert (outcome["saw"], outcome["other"], outcome["alive"]) == (True, False, True)
    assert (outcome["code"], outcome["alive_afterwards"], outcome["children"]) == (0, False, False)
    assert outcome["mode"] == 0o600


@pytest.mark.usefixtures("local_engine")
def test_waiting_stops_once_it_has_ended(tmp_path: Path) -> None:
    """It returns at once, though a minute is allowed."""
    assert played("payloads", tmp_path)["saw_afterwards"] is False


@pytest.mark.usefixtures("local_engine")
def test_it_can_be_stopped_twice(tmp_path: Path) -> None:
    assert played("stopped_twice", tmp_path)["codes"] == [0, 0]


def test_a_machine_without_dumpcap_is_an_error_that_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr("overheard_capture.recorder.dumpcap._search_path", lambda: str(tmp_path))
    with pytest.raises(RecordingError) as caught:
        Dumpcap(Tap("lo"), tmp_path / "none.pcapng")
    assert caught.value.args == ("dumpcap was not found",)
    assert "apt-get install tshark" in caught.value.hint
    assert list(tmp_path.iterdir()) == []


def test_its_command_line_has_only_the_requested_options() -> None:
    plain, full = Tap("eth0").command, Tap("eth0", "tcp port 1", 96, 8).command
    assert plain[1:] == ["-q", "-i", "eth0", "-B", "64", "-w", "-"]
    assert full[1:] == ["-q", "-i", "eth0", "-B", "8", "-w", "-", "-f", "tcp port 1", "-s", "96"]
