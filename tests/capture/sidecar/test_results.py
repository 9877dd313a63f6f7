"""What is known of each scenario of a run, beside its recordings."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from overheard.words.recording import RESULTS
from overheard.words.result import Exchange, Interim, Result
from overheard.words.story import CONTROL
from overheard.words.verdict import Outcome, Presence, Rule, Verdict
from overheard_capture.sidecar.results import Results

if TYPE_CHECKING:
    from pathlib import Path

GOT = (Exchange("a GET", received=True, notes=("a note",)),)
OVERHEARD = Verdict(Outcome.OVERHEARD, (), presence=Presence.SEEN)
PROTECTED = Verdict(Outcome.PROTECTED, (), presence=Presence.KEY_LOG)


def known(folder: Path) -> dict[str, Interim]:
    content = json.loads((folder / RESULTS).read_text())
    return {each.scenario: each for each in map(Interim.from_json, content["results"])}


def test_what_the_client_saw_is_known_at_the_end_of_the_recording(tmp_path: Path) -> None:
    Results(tmp_path).ended("https", GOT)
    assert known(tmp_path) == {"https": Interim("https", GOT)}


def test_no_verdict_is_told_before_that_on_the_control(tmp_path: Path) -> None:
    results = Results(tmp_path)
    results.ended(CONTROL, GOT)
    results.ended("https", GOT)
    results.judged("https", PROTECTED)
    assert {each.verdict for each in known(tmp_path).values()} == {None}
    results.judged(CONTROL, OVERHEARD)
    told = {name: each.verdict for name, each in known(tmp_path).items()}
    assert all(verdict and verdict.checks[-1].rule is Rule.CONTROL for verdict in told.values())


def test_under_a_control_that_failed_nothing_is_protected(tmp_path: Path) -> None:
    results = Results(tmp_path)
    for name, verdict in ((CONTROL, Verdict(Outcome.INCONCLUSIVE, ())), ("https", PROTECTED)):
        results.ended(name, GOT)
        results.judged(name, verdict)
    told = known(tmp_path)["https"].verdict
    assert told
    assert told.outcome is Outcome.INCONCLUSIVE


def test_in_the_end_there_are_the_results_and_those_skipped(tmp_path: Path) -> None:
    results = Results(tmp_path)
    results.ended(CONTROL, GOT)
    final = (Result(CONTROL, GOT, OVERHEARD, ("not as expected",)), Result.of_skipped("post-quantum", "it needs more"))
    results.keep(final)
    assert [each.result for each in known(tmp_path).values()] == list(final)
    assert (tmp_path / RESULTS).stat().st_mode & 0o777 == 0o600
