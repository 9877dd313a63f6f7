"""Suggestions for unknown names."""

from __future__ import annotations

import pytest

from overheard.words.story import SCENARIOS
from overheard.words.suggestions import nearest, unknown

NAMES = [scenario.name for scenario in SCENARIOS]


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("htps", "https"),
        ("subsitution", "substitution"),
        ("deffie-helman", "diffie-hellman"),
        ("mutual", "mutual-tls"),
        ("quantum", "post-quantum"),
        ("mtls", "mutual-tls"),
        ("forward-secrecy", "no-forward-secrecy"),
    ],
)
def test_a_typing_error_gets_a_suggestion(typed: str, meant: str) -> None:
    assert meant in nearest(typed, NAMES)
    assert meant in unknown("scenario", [typed], NAMES)


def test_no_suggestion_is_made_for_a_dissimilar_name() -> None:
    assert nearest("zzzzzz", NAMES) == nearest("", NAMES) == []
    assert unknown("scenario", ["zzzzzz"], NAMES) == "there is no scenario 'zzzzzz'"


def test_known_names_are_no_error() -> None:
    assert unknown("scenario", NAMES, NAMES) == ""


def test_every_unknown_name_is_reported() -> None:
    said = unknown("scenario", ["htps", "http", "fernt"], NAMES)
    assert said.count("there is no scenario") == 2
