"""The recorder's account of a recording, in a file beside it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from overheard_capture.captures.recording import read_recording, recording_file

if TYPE_CHECKING:
    from capture.recordings import Recordings


def test_it_is_beside_the_recording_and_is_read_from_there(recordings: Recordings) -> None:
    path = recordings.path("https")
    assert recording_file(path) == path.with_name("https.recording.json")
    recording = read_recording(path)
    assert (recording.name, recording.recorder_alive, recording.exit_code) == ("https", True, 0)


@pytest.mark.parametrize(("text", "error"), [("no JSON", ValueError), ('{"name": 1, "odd": 2}', TypeError)])
def test_invalid_input_is_an_error(tmp_path: Path, text: str, error: type[Exception]) -> None:
    recording_file(tmp_path / "http.pcapng").write_text(text)
    with pytest.raises(error):
        read_recording(tmp_path / "http.pcapng")


def test_a_missing_file_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(OSError, match=r"http\.recording\.json"):
        read_recording(tmp_path / "http.pcapng")
