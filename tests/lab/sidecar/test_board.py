"""The verdict on all windows."""

from __future__ import annotations

import json
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from lab.sidecar.windows_of import quiet, window
from overheard.sidecar.board import Board
from overheard.sidecar.window import OPEN_IN_CLEAR, Judged, Reason, State, Window, failed
from processes import PROJECT

SCHEMA = Draft202012Validator(json.loads((PROJECT / "docs" / "schemas" / "sidecar.schema.json").read_text()))
ABOUT = {"interface": "lo", "ports": [], "filter": "", "left_out": "", "window": 60}
OVERHEARD, INCONCLUSIVE, PROTECTED, QUIET = State


def board(*windows: Window) -> Board:
    made = Board(ABOUT)
    for each in windows:
        made.add(each)
    return made


def with_values(states: dict[str, State]) -> Window:
    return Window(1, 0.0, 1.0, Judged(states))


def plain(made: Board) -> Any:  # noqa: ANN401  (JSON)
    return json.loads(json.dumps(made.to_json()))


@pytest.mark.parametrize(
    ("states", "outcome"),
    [
        ([], INCONCLUSIVE),
        ([QUIET, QUIET], INCONCLUSIVE),
        ([QUIET, PROTECTED, QUIET], PROTECTED),
        ([PROTECTED, INCONCLUSIVE], INCONCLUSIVE),
        ([OVERHEARD, PROTECTED, INCONCLUSIVE], OVERHEARD),
    ],
)
def test_it_is_the_worst_of_all_windows_that_were_not_quiet(states: list[State], outcome: State) -> None:
    made = board(*(window(number, a=state) for number, state in enumerate(states)))
    assert made.outcome is outcome
    assert made.exit_code == {PROTECTED: 0, OVERHEARD: 1, INCONCLUSIVE: 2}[outcome]


def test_each_secret_must_be_protected_in_some_window() -> None:
    assert board(window(a=PROTECTED, b=QUIET)).outcome is INCONCLUSIVE
    assert board(window(a=PROTECTED, b=QUIET), window(a=QUIET, b=PROTECTED)).outcome is PROTECTED


def test_a_secret_is_one_whichever_value_it_has() -> None:
    """Once its value has changed, nobody sends the old one any more, and no later window has the name of the new."""
    changed = with_values({"a": PROTECTED, "a (new)": QUIET})
    made = board(changed, with_values({"a": QUIET, "a (old)": QUIET}))
    assert made.outcome is PROTECTED
    assert made.to_json()["secrets"] == {"a": "PROTECTED"}
    assert board(changed, with_values({"a": PROTECTED, "a (old)": OVERHEARD})).outcome is OVERHEARD


def test_it_waits_for_connections_that_are_in_clear_so_far() -> None:
    """And says nothing of them once they are not in clear any more: what asks for TLS is."""
    reason = Reason(OPEN_IN_CLEAR, "absent", "still open, and in clear so far", "", ("a",))
    made = board(window(a=PROTECTED), Window(2, 0.0, 1.0, Judged({"a": QUIET}, (reason,))))
    assert made.outcome is INCONCLUSIVE
    made.add(quiet(3))
    assert made.outcome is PROTECTED


def test_a_window_that_was_not_judged_is_about_all_secrets() -> None:
    lost = Window(2, 0.0, 1.0, failed("recorded", "nothing can be recorded", ""))
    made = board(window(a=PROTECTED), lost)
    assert made.outcome is INCONCLUSIVE
    assert made.to_json()["secrets"] == {"a": "PROTECTED"}
    SCHEMA.validate(plain(made))


def test_what_spoils_it_stays() -> None:
    made = board(window(a=PROTECTED))
    made.spoil("the disk is full")
    made.add(window(a=PROTECTED))
    assert made.outcome is INCONCLUSIVE
    assert made.to_json()["problem"] == "the disk is full"


def test_it_is_described_by_its_schema() -> None:
    for made in (board(), board(quiet()), board(window(a=OVERHEARD), window(2, a=PROTECTED, b=INCONCLUSIVE))):
        SCHEMA.validate(plain(made))
    data = plain(board(window(a=OVERHEARD), window(2, a=PROTECTED)))
    assert (data["latest"]["number"], data["worst"]["number"]) == (2, 1)
    for part in (data, data["latest"], data["latest"]["flows"], data["recording"]):
        for name in list(part):
            value = part.pop(name)
            assert not SCHEMA.is_valid(data), name
            part[name] = value
        assert not SCHEMA.is_valid({**data, "more": 1})


def test_the_last_windows_are_remembered() -> None:
    made = board(*(quiet(number) for number in range(150)))
    windows = made.windows()
    assert (len(windows), windows[0]["number"], windows[-1]["number"]) == (100, 149, 50)
    assert made.to_json()["windows"]["QUIET"] == 150
