"""A recording of two recorders: what both saw is in it, and whatever is wrong with one is told."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from processes import in_namespaces

if TYPE_CHECKING:
    from overheard.engines.base import Engine

# Nothing was to be found, and no control was recorded.
USUAL = ["present", "control"]


def played(case: str, folder: Path) -> dict[str, Any]:
    """The result of a case of pairs.py."""
    outcome: dict[str, Any] = json.loads(in_namespaces(Path(__file__).parent / "pairs.py", case, str(folder)))
    return outcome


@pytest.fixture(scope="module")
def both(local_engine: Engine, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:  # noqa: ARG001
    """A recording of two recorders that are well."""
    return played("both", tmp_path_factory.mktemp("both"))


def test_one_file_has_what_both_saw_in_the_order_of_time(both: dict[str, Any]) -> None:
    assert both["begun"] == 201
    assert both["said"] == ["to one", "to two"]
    assert set(both["interfaces"]) == {0, 1}
    assert both["in order"]


def test_if_both_are_well_nothing_is_against_protected(both: dict[str, Any]) -> None:
    assert both["failed"] == USUAL
    assert both["says"]["recorder-alive"].startswith("the recorder (dumpcap on lo and 127.0.0.1's lo) ran until")
    assert both["says"]["marks"].startswith("all marks were recorded, in frames ")
    assert both["notes"]["recorder_alive"]


def test_nothing_of_the_second_one_is_left(both: dict[str, Any]) -> None:
    of_each = [f"{name}.{kind}" for name in ("one", "two") for kind in ("pcapng", "recording.json")]
    assert both["files"] == sorted([*of_each, "results.json", "verdicts.json"])
    assert both["private"]
    assert (both["again"], both["left"]) == ([201, 200], 0)


@pytest.mark.usefixtures("local_engine")
def test_a_second_recorder_that_was_killed_is_a_dead_recorder(tmp_path: Path) -> None:
    outcome = played("killed", tmp_path)
    assert outcome["said"] == ["to one"]
    assert {"recorder-alive", "marks", "no-drops"} <= set(outcome["failed"])
    assert "with exit code -9" in outcome["says"]["recorder-alive"]


@pytest.mark.usefixtures("local_engine")
def test_a_second_recorder_that_is_gone_at_the_end_is_a_dead_recorder(tmp_path: Path) -> None:
    outcome = played("gone", tmp_path)
    assert outcome["said"] == ["to one"]
    assert outcome["failed"] == ["recorder-alive", *USUAL]
    assert "the second recorder, at 127.0.0.1:5003: it did not answer" in outcome["says"]["recorder-alive"]
    assert outcome["files"] == ["one.pcapng", "one.recording.json", "results.json", "verdicts.json"]


@pytest.mark.usefixtures("local_engine")
@pytest.mark.parametrize(("case", "says"), [("missing", "it did not answer"), ("mistrusted", "it refused")])
def test_without_a_second_recorder_nothing_is_recorded(tmp_path: Path, case: str, says: str) -> None:
    outcome = played(case, tmp_path)
    status, body = outcome["answer"]
    assert (status, outcome["left"]) == (409, [])
    assert f"the second recorder, at 127.0.0.1:5003: {says}" in body["error"]


@pytest.mark.usefixtures("local_engine")
def test_who_begins_again_ends_what_nobody_will_fetch(tmp_path: Path) -> None:
    """Such as that of a capture role which was restarted."""
    outcome = played("begun_twice", tmp_path)
    assert (outcome["steps"], outcome["has"], outcome["left"]) == ([201, 201, 200], False, 0)
    assert outcome["size"]
