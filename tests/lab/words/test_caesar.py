"""Shifting letters, and finding the shift without knowing it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from overheard.words.caesar import SHIFTS, likeliest, shifted, tries
from rows import for_each

ENGLISH = [
    "fluffy tail",
    "bushy tail 4711",
    "attack at dawn",
    "Meet me at noon, behind the OLD oak.",
    "the password is swordfish",
    "nuts are under the third root",
]


@for_each(by=SHIFTS, text=ENGLISH)
def test_the_right_shift_is_found_by_letter_pairs_alone(text: str, by: int) -> None:
    found = likeliest(shifted(text, by))
    assert found.text == text
    assert found.shift == 26 - by


@pytest.mark.parametrize("text", ["", "4711", "x", "qzx jq"])
def test_text_that_is_not_english_still_gives_a_try(text: str) -> None:
    assert likeliest(text).shift in SHIFTS


def test_there_are_25_different_tries() -> None:
    texts = [tried.text for tried in tries("ekteex szhk")]
    assert len(set(texts)) == len(texts) == 25
    assert texts[0] == "fluffy tail"


@given(st.text(), st.integers(-100, 100))
def test_shifting_back_restores_the_text(text: str, by: int) -> None:
    assert shifted(shifted(text, by), -by) == text


@given(st.text(st.characters(exclude_categories=["Lu", "Ll"])))
def test_other_characters_are_unchanged(text: str) -> None:
    assert shifted(text, 7) == text


def test_letters_keep_their_case() -> None:
    assert shifted("ABC xyz", 25) == "ZAB wxy"
