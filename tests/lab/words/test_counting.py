"""Numbers with their nouns."""

from __future__ import annotations

from overheard.words.counting import count


def test_one_has_the_singular_and_all_others_the_plural() -> None:
    assert [count(number, "frame") for number in (0, 1, 2)] == ["0 frames", "1 frame", "2 frames"]


def test_a_plural_may_be_irregular() -> None:
    assert [count(number, "try", "tries") for number in (1, 25)] == ["1 try", "25 tries"]


def test_large_numbers_are_grouped() -> None:
    assert count(12_345, "byte") == "12,345 bytes"
