"""What the engines share."""

from __future__ import annotations

import io
import json
import re
from typing import TYPE_CHECKING

import pytest

from lab.report.results import HTTP, HTTPS
from overheard.engines.base import Job, clean_environment, follow, new_run, results_or_error
from overheard.words.errors import EngineError

if TYPE_CHECKING:
    from pathlib import Path


def test_events_become_progress_and_results() -> None:
    said: list[str] = []
    lines = [
        {"progress": "recording http"},
        {"progress": "judging"},
        {"results": [HTTP.to_json(), HTTPS.to_json()]},
    ]
    events = io.StringIO("".join(json.dumps(line) + "\n" for line in lines))
    assert follow(events, said.append) == [HTTP, HTTPS]
    assert said == ["recording http", "judging"]


@pytest.mark.parametrize(
    "line", ["", "Container overheard-ca-1  Started", "{", "[1, 2]", "17", "null", '"progress"', "{}", '{"other": 1}']
)
def test_a_line_that_is_not_an_event_is_skipped(line: str) -> None:
    said: list[str] = []
    events = io.StringIO(f'{line}\n{{"progress": "judging"}}\n{line}\n')
    assert follow(events, said.append) == []
    assert said == ["judging"]


@pytest.fixture
def job(tmp_path: Path) -> Job:
    job = Job(tmp_path / "20261123-140724-3914", {})
    job.logs.mkdir(parents=True)
    return job


def test_a_job_is_named_after_its_folder_and_keeps_its_files_there(job: Job) -> None:
    assert job.run == "20261123-140724-3914"
    assert {job.keys.parent, job.logs.parent} == {job.folder}


def test_results_are_passed_on(job: Job) -> None:
    assert results_or_error([HTTP], job, job.logs / "lab.log") == [HTTP]


def test_without_results_the_error_has_the_last_output_and_names_the_log(job: Job) -> None:
    log = job.logs / "lab.log"
    log.write_text("starting\nclient: OVERHEARD_CA_URL is not set\n\n")
    with pytest.raises(EngineError) as caught:
        results_or_error([], job, log)
    assert str(caught.value) == (
        f"the lab produced no result: client: OVERHEARD_CA_URL is not set\n  the logs of the roles are in {job.logs}"
    )


@pytest.mark.parametrize("content", [None, b"", b"\n\n"])
def test_without_results_and_output_it_still_names_the_log(job: Job, content: bytes | None) -> None:
    log = job.logs / "lab.log"
    if content is not None:
        log.write_bytes(content)
    with pytest.raises(EngineError, match=r"^the lab produced no result\n  the logs of the roles are in "):
        results_or_error([], job, log)


def test_output_that_is_not_utf_8_is_tolerated(job: Job) -> None:
    log = job.logs / "lab.log"
    log.write_bytes(b"\xff\xfe broken\n")
    with pytest.raises(EngineError, match="broken"):
        results_or_error([], job, log)


def test_each_run_has_a_unique_valid_name() -> None:
    first, second = new_run(), new_run()
    assert first != second
    for name in (first, second):
        assert re.fullmatch(r"\d{8}-\d{6}-[0-9a-f]{4}", name)


def test_nothing_that_could_change_the_story_reaches_a_role(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTPS_PROXY", "REQUESTS_CA_BUNDLE", "SSLKEYLOGFILE", "PYTHONPATH", "OVERHEARD_MESSAGE", "HOME"):
        monkeypatch.setenv(name, "/somewhere")
    monkeypatch.setenv("TZ", "UTC")
    assert set(clean_environment()) <= {"PATH", "LANG", "LC_ALL", "TZ"}
    assert clean_environment()["TZ"] == "UTC"
