"""The search: what it finds, where, and what chance alone would have it find."""

from __future__ import annotations

import base64
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from overheard.words.secret import Secret
from overheard_capture.search import Match, Search

SEARCH = Search(Secret("message", b"fluffy tail"))


@given(st.binary(max_size=50), st.binary(max_size=50))
def test_it_says_where(before: bytes, behind: bytes) -> None:
    data = before + b"fluffy tail" + behind
    assert Match("plainly", len(before), 11) in list(SEARCH.matches(data))


@given(st.binary(max_size=40), st.binary(max_size=9))
def test_a_match_lies_where_the_spelling_stands(before: bytes, inside: bytes) -> None:
    data = before + base64.b64encode(inside + b"fluffy tail")
    matches = [match for match in SEARCH.matches(data) if match.spelling.startswith("base64")]
    assert matches
    for match in matches:
        seen = data[match.offset : match.offset + match.length]
        assert seen in {spelling.pattern for spelling in SEARCH.spellings}


def test_every_place_is_found() -> None:
    assert [match.offset for match in SEARCH.matches(b"fluffy tail, fluffy tail")] == [0, 13]


@pytest.mark.parametrize(
    "data",
    [b"", b"fluffy tai", b"bushy tail", b"FLUFFY TAIL", b"fluffy\xa0tail", b"fluffy  tail", bytes(1000)],
)
def test_what_is_something_else_is_not_found(data: bytes) -> None:
    assert list(SEARCH.matches(data)) == []


def test_letters_of_hexadecimal_match_in_either_case() -> None:
    for data in (b"fluffy tail".hex(), b"fluffy tail".hex().upper()):
        assert [match.spelling for match in SEARCH.matches(data.encode())] == ["hexadecimal"]


def test_a_secret_full_of_signs_is_no_pattern() -> None:
    search = Search(Secret("odd", b".*+?[a]"))
    assert [match.spelling for match in search.matches(b"<.*+?[a]>")] == ["plainly"]
    assert list(search.matches(b"everything")) == []


@given(st.binary(min_size=1, max_size=30), st.integers(0, 10**9))
def test_chance_grows_with_what_is_searched_and_never_falls_below_the_plain_spelling(value: bytes, size: int) -> None:
    search = Search(Secret("any", value))
    assert search.chance(0) == 0
    assert search.chance(2 * size) == pytest.approx(2 * search.chance(size))
    assert search.chance(size) >= size * 256.0 ** -len(value)


def test_chance_is_what_random_bytes_bear_out() -> None:
    """Two bytes in a million: about 15 plain ones are to be expected, and a few of other spellings."""
    search = Search(Secret("short", b"ab"))
    data = random.Random(4711).randbytes(1_000_000)  # noqa: S311  (nothing is to be kept secret)
    found = sum(1 for _ in search.matches(data))
    assert 0 < found <= 3 * search.chance(len(data))
    assert search.chance(len(data)) < 3 * found


def test_a_long_secret_is_no_matter_of_chance() -> None:
    assert SEARCH.chance(10**9) < 1e-6
