"""The notebook of an interceptor: lines of this recording, of other times, and malformed ones."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from capture.recordings import reasons, says
from overheard.words.verdict import Outcome, Presence

if TYPE_CHECKING:
    from pathlib import Path

    from capture.recordings import Recordings
    from overheard.words.verdict import Verdict

SEEN = "plainly, in the notebook of the interceptor"


class Notebook:
    """The notebook of an interceptor, beside the recording `https`."""

    def __init__(self, recordings: Recordings, folder: Path) -> None:
        self.recordings, self.path = recordings, folder / "notebook.jsonl"
        self.recording = recordings.judge_input("https").recording

    def judge(self, *lines: str, name: str = "https") -> Verdict:
        """The verdict if the notebook has these lines."""
        self.path.write_text("".join(f"{line}\n" for line in lines))
        return self.recordings.judge(name, notebook=self.path)

    def line(self, saw: str, *, asked: str = "GET https://server:5443/", after: float = 0.01) -> str:
        """A line, `after` seconds after the start of the recording."""
        return json.dumps(
            {
                "time": self.recording.started + after,
                "client": "127.0.0.1:40000",
                "asked": asked,
                "status": 200,
                "saw": saw,
                "how": "TLS opened",
            }
        )


@pytest.fixture
def notebook(recordings: Recordings, tmp_path: Path) -> Notebook:
    return Notebook(recordings, tmp_path)


def test_notes_taken_during_the_recording_are_overheard(notebook: Notebook) -> None:
    verdict = notebook.judge(notebook.line("bushy tail"), notebook.line("it is: fluffy tail"))
    assert (verdict.outcome, verdict.presence) == (Outcome.OVERHEARD, Presence.SEEN)
    (sighting,) = verdict.sightings
    assert (sighting.how, sighting.frame, sighting.frames, sighting.stream) == (SEEN, 0, (), -1)
    assert sighting.direction == "GET https://server:5443/"
    assert reasons(verdict) == {"absent", "spied"}
    assert says(verdict, "spied") == f"a spy saw it {SEEN}"
    # No frame of this recording need have carried it.
    assert verdict.carrier is None
    assert says(verdict, "present") == "it was sent: an interceptor wrote it down"


def test_a_frame_that_shows_it_is_reported_before_the_notebook(notebook: Notebook) -> None:
    verdict = notebook.judge(notebook.line("fluffy tail"), name="http")
    assert verdict.outcome is Outcome.OVERHEARD
    assert verdict.carrier == verdict.sightings[0].frame > 0


@pytest.mark.parametrize("asked", ["GET http://server/?m=fluffy%20tail", "GET http://server/fluffy+tail"])
def test_requests_in_the_notebook_count(notebook: Notebook, asked: str) -> None:
    verdict = notebook.judge(notebook.line("ok", asked=asked))
    assert verdict.outcome is Outcome.OVERHEARD
    assert {sighting.direction for sighting in verdict.sightings} == {"message (11 bytes)"}


def test_every_spelling_counts(notebook: Notebook) -> None:
    for saw in ("Zmx1ZmZ5IHRhaWw=", "ekteex szhk", "666c75666679207461696c"):
        assert notebook.judge(notebook.line(saw)).outcome is Outcome.OVERHEARD


def test_lines_without_the_secret_change_nothing(notebook: Notebook) -> None:
    for lines in ((), (notebook.line("bushy tail"), notebook.line(""))):
        verdict = notebook.judge(*lines)
        assert (verdict.outcome, reasons(verdict)) == (Outcome.PROTECTED, set())


def test_notes_of_another_time_change_nothing(notebook: Notebook) -> None:
    """It belongs to another recording of the same run."""
    lasted = notebook.recording.ended - notebook.recording.started
    for after in (-0.01, lasted + 0.01, -3600, 3600):
        assert notebook.judge(notebook.line("fluffy tail", after=after)).outcome is Outcome.PROTECTED
    for after in (0, lasted):
        assert notebook.judge(notebook.line("fluffy tail", after=after)).outcome is Outcome.OVERHEARD


def test_a_missing_notebook_changes_nothing(notebook: Notebook, tmp_path: Path) -> None:
    assert notebook.recordings.judge("https", notebook=tmp_path / "gone").outcome is Outcome.PROTECTED


@pytest.mark.parametrize(
    "line",
    [
        "no JSON",
        '{"time": 1',
        "",
        "null",
        "5",
        "[]",
        '"fluffy tail"',
        "{}",
        '{"time": 1}',
        '{"time": "noon", "asked": "", "saw": ""}',
        '{"time": null, "asked": "", "saw": ""}',
        '{"time": 1, "asked": "", "saw": null}',
        '{"time": 1, "asked": 5, "saw": ""}',
        '{"time": 1, "asked": "", "saw": "half of a pair: \\ud83d"}',
    ],
)
def test_an_invalid_notebook_is_inconclusive(notebook: Notebook, line: str) -> None:
    verdict = notebook.judge(notebook.line("bushy tail"), line)
    assert (verdict.outcome, reasons(verdict)) == (Outcome.INCONCLUSIVE, {"spied"})
    assert says(verdict, "spied").startswith("the interceptor's notebook is malformed: ")


def test_a_binary_notebook_is_inconclusive(notebook: Notebook) -> None:
    notebook.path.write_bytes(b"\xff\xfe\n")
    assert reasons(notebook.recordings.judge("https", notebook=notebook.path)) == {"spied"}


def test_a_notebook_that_cannot_be_read_is_inconclusive(notebook: Notebook) -> None:
    notebook.path.symlink_to("/proc/self/mem")
    assert reasons(notebook.recordings.judge("https", notebook=notebook.path)) == {"spied"}


def test_a_binary_response_is_searched_as_bytes(notebook: Notebook) -> None:
    """Bytes that are not text are kept as lone surrogates."""
    body = b"\xff\xfe fluffy tail \x80"
    for saw, outcome in ((body, Outcome.OVERHEARD), (body[:8], Outcome.PROTECTED)):
        line = notebook.line(saw.decode(errors="surrogateescape"))
        assert notebook.judge(line).outcome is outcome


def test_no_line_counts_for_a_recording_without_duration(notebook: Notebook) -> None:
    notebook.path.write_text(notebook.line("fluffy tail") + "\n")
    short = replace(notebook.recording, ended=notebook.recording.started)
    assert notebook.recordings.judge("https", recording=short, notebook=notebook.path).outcome is Outcome.PROTECTED
