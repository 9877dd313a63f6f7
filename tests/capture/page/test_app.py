"""The page: what each address shows."""

from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING

import pytest

from capture.page.place import HERE, MESSAGE, NAMES
from overheard.words.recording import RESULTS
from overheard.words.result import Exchange, Interim
from overheard.words.story import SCENARIOS
from overheard_capture.page import events
from overheard_capture.page.app import create_page
from overheard_capture.page.masking import Masking

if TYPE_CHECKING:
    from pathlib import Path

    from flask.testing import FlaskClient

    from overheard_capture.page.run_folder import RunFolder

HOSTILE = "</li><script>alert(1)</script>\x1b]0;gone\x07\u202e"


def test_it_leads_to_the_newest_run(client: FlaskClient, run: RunFolder) -> None:
    assert client.get("/", **HERE).location == f"/runs/{run.name}/"


def test_without_a_run_it_waits_for_one(tmp_path: Path) -> None:
    answer = create_page(tmp_path, Masking(MESSAGE)).test_client().get("/", **HERE)
    assert "No run yet" in answer.text
    assert 'data-events="/events"' in answer.text


def test_what_changes_before_its_stream_begins_is_not_missed(
    client: FlaskClient, run: RunFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The page carries the stamp of what it shows, which is that of the stream unless something has changed."""
    monkeypatch.setattr(events, "_LONG", 0.01)
    shown, told = (client.get(f"/runs/{run.name}/{part}", **HERE).text for part in ("", "events"))
    stamp = shown.partition('data-stamp="')[2].partition('"')[0]
    assert f"data: {stamp}\n" in told


def test_all_chapters_are_listed_with_their_verdicts(client: FlaskClient, run: RunFolder) -> None:
    shown = client.get(f"/runs/{run.name}/", **HERE).text
    for scenario in SCENARIOS:
        assert f'href="/runs/{run.name}/{scenario.name}"' in shown
    assert shown.count(">not part of this run<") == 2 * (len(SCENARIOS) - len(NAMES))


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda each: each.name)
def test_every_chapter_has_its_story(client: FlaskClient, run: RunFolder, scenario: object) -> None:
    name, chapter = scenario.name, scenario.chapter  # type: ignore[attr-defined]
    answer = client.get(f"/runs/{run.name}/{name}", **HERE)
    assert answer.status_code == 200
    for heading in ("What happened", "The story", "Where to look", "A question", "Break one line", "Read on"):
        assert heading in answer.text
    assert answer.text.count('<a href="https://') == len(chapter.reading)
    assert ("data-fragment" in answer.text) == (name in NAMES)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("part", ["ladders", "ladders?keys", "beside", "beside?keys", "certificates"])
def test_every_part_of_every_recording_is_shown(client: FlaskClient, run: RunFolder, name: str, part: str) -> None:
    answer = client.get(f"/runs/{run.name}/{name}/{part}", **HERE)
    assert answer.status_code == 200
    assert "<h1>" not in answer.text


@pytest.mark.parametrize(
    "path",
    [
        "/runs/nowhere/",
        "/runs/nowhere/http",
        "/runs/{run}/nowhere",
        "/runs/{run}/session.keys",
        "/runs/{run}/fernet/ladders",
        "/runs/{run}/nowhere/ladders",
        "/runs/%2e%2e/",
        "/runs/nowhere/events",
        "/runs/{run}/http/packets/0",
        "/runs/{run}/http/packets/100000",
        "/static/../app.py",
    ],
)
def test_what_does_not_exist_is_not_found(client: FlaskClient, run: RunFolder, path: str) -> None:
    assert client.get(path.format(run=run.name), **HERE).status_code == 404


@pytest.mark.parametrize("results", ["{", "[" * 100_000, '{"results": [[]]}'], ids=["cut off", "nested", "a list"])
def test_results_that_cannot_be_read_are_an_error_in_words(tmp_path: Path, results: str) -> None:
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / RESULTS).write_text(results)
    answer = create_page(tmp_path, Masking(MESSAGE)).test_client().get("/runs/run/", **HERE)
    assert answer.status_code == 500
    assert "results.json cannot be read" in answer.text
    assert "Traceback" not in answer.text


def test_what_was_recorded_can_never_run(tmp_path: Path) -> None:
    """An error of a server's choosing, as text."""
    (tmp_path / "run").mkdir()
    seen = (Exchange(HOSTILE, received=False, error=HOSTILE, notes=(HOSTILE,)),)
    (tmp_path / "run" / RESULTS).write_text(json.dumps({"results": [Interim("http", seen).to_json()]}))
    page = create_page(tmp_path, Masking(MESSAGE)).test_client()
    for path in ("/runs/run/", "/runs/run/http"):
        shown = page.get(path, **HERE).text
        assert "alert(1)" in shown
        assert "<script>" not in shown
        assert "\x1b" not in shown
        assert "\u202e" not in shown


def test_what_is_damaged_of_a_recording_is_an_error_in_words(run: RunFolder, tmp_path: Path) -> None:
    copy = tmp_path / "run"
    shutil.copytree(run.path, copy)
    (copy / "http.pcapng").write_bytes(b"nothing that anybody could read")
    page = create_page(tmp_path, Masking(MESSAGE)).test_client()
    (copy / "https.recording.json").write_text("{}")
    for what, file in {"http/ladders": "http.pcapng", "https/certificates": "https.recording.json"}.items():
        answer = page.get(f"/runs/run/{what}", **HERE)
        assert answer.status_code == 500
        assert file in answer.text
        assert "Traceback" not in answer.text
