"""The recorder's notes on a recording, in a file beside it: believed on the file that they were written for."""

from __future__ import annotations

import json
import shutil
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from overheard_capture.captures.recording import digest, read_checked_recording, read_recording, recording_file

if TYPE_CHECKING:
    from capture.recordings import Recordings


def test_it_is_beside_the_recording_and_is_read_from_there(recordings: Recordings) -> None:
    path = recordings.path("https")
    assert recording_file(path) == path.with_name("https.recording.json")
    recording = read_recording(path)
    assert (recording.name, recording.recorder_alive, recording.exit_code) == ("https", True, 0)


@pytest.mark.parametrize("path", ["a.pcap", "a.pcap.gz", ".hidden", "a.", ".", "..", "/"])
def test_every_path_has_one_of_notes(path: str) -> None:
    """Also of a directory, whose reader will say that it is one."""
    assert recording_file(Path(path)).name.endswith(".recording.json")


@pytest.mark.parametrize("text", ["no JSON", '{"name": 1, "odd": 2}', "[" * 100_000, "[]", "\x00" * 99])
def test_invalid_input_is_an_error(tmp_path: Path, text: str) -> None:
    recording_file(tmp_path / "http.pcapng").write_text(text)
    with pytest.raises(ValueError, match=r"."):
        read_recording(tmp_path / "http.pcapng")


@pytest.mark.parametrize(("mark", "says"), [(5, "start_mark is 5"), ("\ud800", "surrogates not allowed")])
def test_a_field_of_another_type_is_an_error(mark: object, says: str, recordings: Recordings, tmp_path: Path) -> None:
    notes = asdict(read_recording(recordings.path("https")))
    recording_file(tmp_path / "http.pcapng").write_text(json.dumps({**notes, "start_mark": mark}))
    with pytest.raises(ValueError, match=says):
        read_recording(tmp_path / "http.pcapng")


def test_a_missing_file_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(OSError, match=r"http\.recording\.json"):
        read_recording(tmp_path / "http.pcapng")


def test_notes_are_believed_on_the_file_that_they_were_written_for_and_on_copies_of_it(
    recordings: Recordings, tmp_path: Path
) -> None:
    path = recordings.path("https")
    copy = tmp_path / "copy.pcapng"
    shutil.copy(path, copy)
    shutil.copy(recording_file(path), recording_file(copy))
    assert read_checked_recording(path) == read_checked_recording(copy)
    assert read_checked_recording(path).sha256 == digest(copy)


def test_notes_are_not_believed_on_another_file(recordings: Recordings, tmp_path: Path) -> None:
    other = tmp_path / "https.pcapng"
    shutil.copy(recordings.path("http"), other)
    shutil.copy(recording_file(recordings.path("https")), recording_file(other))
    with pytest.raises(ValueError, match="were not written for this file"):
        read_checked_recording(other)


def test_notes_that_do_not_say_on_which_file_they_are_are_not_believed(recordings: Recordings, tmp_path: Path) -> None:
    copy = tmp_path / "https.pcapng"
    shutil.copy(recordings.path("https"), copy)
    notes = asdict(read_recording(recordings.path("https")))
    del notes["sha256"]
    recording_file(copy).write_text(json.dumps(notes))
    with pytest.raises(ValueError, match=r"cannot be read: .*sha256"):
        read_checked_recording(copy)
