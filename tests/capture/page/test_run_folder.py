"""The folder of a run as the page sees it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from capture.page.place import NAMES
from overheard.words.errors import UnreadableError
from overheard.words.recording import RESULTS
from overheard.words.result import Exchange, Interim, Result
from overheard.words.story import SCENARIOS
from overheard.words.verdict import Outcome, Verdict
from overheard_capture.page.run_folder import RunFolder, RunFolders, Stage, UnknownRunError

if TYPE_CHECKING:
    from pathlib import Path

GOT = (Exchange("a GET", received=True),)
SEEN = Verdict(Outcome.OVERHEARD, ())
ENDED = Result("http", GOT, SEEN)


def written(folder: Path, *known: Interim) -> RunFolder:
    (folder / RESULTS).write_text(json.dumps({"results": [each.to_json() for each in known]}))
    return RunFolder(folder)


def test_a_run_that_has_ended_has_all_verdicts_and_the_rest_was_not_part_of_it(run: RunFolder) -> None:
    assert run.has_ended
    stages = {scenario.name: run.stage(scenario.name) for scenario in SCENARIOS}
    assert {name for name, stage in stages.items() if stage is Stage.JUDGED} == set(NAMES)
    assert {stage for name, stage in stages.items() if name not in NAMES} == {Stage.NOT_RUN}


def test_its_stamp_changes_with_each_recording_and_each_result(tmp_path: Path) -> None:
    stamps = [RunFolder(tmp_path).stamp]
    (tmp_path / "http.pcapng").touch()
    stamps.append(RunFolder(tmp_path).stamp)
    stamps.append(written(tmp_path, Interim("http", GOT)).stamp)
    assert len(set(stamps)) == 3
    assert RunFolder(tmp_path).stamp == stamps[-1]


def test_a_scenario_goes_through_every_stage(tmp_path: Path) -> None:
    def stage(*known: Interim) -> Stage:
        run = written(tmp_path, *known) if known else RunFolder(tmp_path)
        return run.stage("http")

    assert stage() is Stage.WAITING
    (tmp_path / "http.pcapng").touch()
    assert stage() is Stage.RECORDING
    assert stage(Interim("http", GOT)) is Stage.JUDGING
    assert stage(Interim("http", GOT, SEEN)) is Stage.JUDGED
    assert stage(Interim.of(ENDED)) is Stage.JUDGED
    assert stage(Interim.of(Result.of_skipped("http", "it needs a spy"))) is Stage.SKIPPED


def test_a_run_goes_on_until_every_result_is_known(tmp_path: Path) -> None:
    assert not RunFolder(tmp_path).has_ended
    assert not written(tmp_path, Interim.of(ENDED), Interim("https", GOT)).has_ended
    assert written(tmp_path, Interim.of(ENDED)).has_ended


@pytest.mark.parametrize("content", ["", "{", "[]", "{}", '{"results": 1}', '{"results": [{}]}', '{"results": [7]}'])
def test_results_that_cannot_be_read_are_said(tmp_path: Path, content: str) -> None:
    (tmp_path / RESULTS).write_text(content)
    with pytest.raises(UnreadableError, match=RESULTS):
        _ = RunFolder(tmp_path).known


def test_a_scenario_that_this_version_does_not_have_is_left_out(tmp_path: Path) -> None:
    assert written(tmp_path, Interim("from-the-future", GOT)).known == {}


@pytest.mark.parametrize(
    "name", ["..", ".", "", "a/b", "../run", "/etc", "-x", ".hidden", "a\0b", "nowhere", "x" * 200]
)
def test_no_name_leads_out_of_the_folder(tmp_path: Path, name: str) -> None:
    (tmp_path / "runs" / "run" / "a").mkdir(parents=True)
    with pytest.raises(UnknownRunError):
        RunFolders(tmp_path / "runs").open(name)


def test_no_link_leads_out_of_the_folder(tmp_path: Path) -> None:
    (tmp_path / "secret" / "logs").mkdir(parents=True)
    (tmp_path / "runs").mkdir()
    (tmp_path / "runs" / "run").symlink_to(tmp_path / "secret")
    runs = RunFolders(tmp_path / "runs")
    assert runs.names == []
    with pytest.raises(UnknownRunError):
        runs.open("run")


@pytest.mark.parametrize("scenario", ["nothing", "../http", "session.keys", "http.pcapng"])
def test_only_scenarios_have_recordings(run: RunFolder, scenario: str) -> None:
    assert run.recording("http").is_file()
    with pytest.raises(UnknownRunError):
        run.recording(scenario)


def test_the_newest_run_is_the_first_and_other_folders_are_none(tmp_path: Path) -> None:
    for name in ("20261201-1", "20261202-1"):
        (tmp_path / name / "logs").mkdir(parents=True)
    (tmp_path / "notes").mkdir()
    (tmp_path / "file").touch()
    assert RunFolders(tmp_path).names == ["20261202-1", "20261201-1"]
    assert RunFolders(tmp_path / "nowhere").names == []
