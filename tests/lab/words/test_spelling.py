"""The table of spellings, and the patterns that it consists of."""

from __future__ import annotations

import base64
import json
import re
from functools import lru_cache, partial
from typing import TYPE_CHECKING
from urllib.parse import quote, quote_plus

import pytest
from hypothesis import given
from hypothesis import strategies as st

from overheard.words.caesar import SHIFTS, shifted
from overheard.words.spelling import Pattern, base64_cores, patterns, shift_of, shifted_by, spellings
from overheard.words.spelling.codes import values
from overheard.words.spelling.look import Look, either, exactly, in_either_case, one_of, perhaps, repeated, row

if TYPE_CHECKING:
    from collections.abc import Callable

some_bytes = st.binary(min_size=1, max_size=4)
looks: st.SearchStrategy[Look] = st.recursive(
    st.builds(exactly, some_bytes) | st.builds(one_of, some_bytes) | st.builds(in_either_case, some_bytes),
    lambda inner: (
        st.lists(inner, min_size=1, max_size=3).map(lambda several: row(*several))
        | st.lists(inner, min_size=1, max_size=3).map(lambda several: either(*several))
        | st.tuples(inner, inner).map(lambda two: row(perhaps(two[0]), two[1]))
        | inner.map(lambda one: repeated(one, 1, 3))
    ),
    max_leaves=6,
)


def names(value: bytes) -> list[str]:
    """The names of all spellings."""
    return [spelling.name for spelling in spellings(value)]


def pattern_of(value: bytes, name: str) -> list[Pattern]:
    """The patterns with a spelling of that name."""
    return [pattern for pattern in patterns(value) if name in {spelling.name for spelling in pattern.spellings}]


@lru_cache(4)
def expressions(value: bytes) -> list[tuple[str, re.Pattern[bytes]]]:
    """The name of each pattern, and its whole shape, compiled once for the same value in several texts."""
    return [(pattern.spellings[0].name, re.compile(pattern.shape.look.regex())) for pattern in patterns(value)]


def found(value: bytes, data: bytes) -> list[str]:
    """The patterns whose whole shape is somewhere in these bytes."""
    return [name for name, expression in expressions(value) if expression.search(data)]


@given(looks, st.data())
def test_a_look_matches_the_same_forwards_and_backwards_within_its_lengths(look: Look, draws: st.DataObject) -> None:
    text = draws.draw(st.from_regex(re.compile(look.regex()), fullmatch=True))
    assert look.shortest <= len(text) <= look.longest
    assert re.fullmatch(look.regex(backwards=True), text[::-1])
    for least in (1, 2, 4):
        tail = re.compile(look.tail(least).regex(backwards=True)).match(text[::-1])
        assert tail
        assert tail.end() >= min(least, look.shortest) or len(text) <= least


@given(st.binary(min_size=1, max_size=2))
def test_the_chance_of_a_look_is_its_share_of_all_bytes(text: bytes) -> None:
    look = row(*(either(one_of(bytes({byte, byte ^ 1})), exactly(b"!!")) for byte in text))
    expected = (2 / 256 + 256.0**-2) ** len(text)
    assert look.chance == pytest.approx(expected)
    assert perhaps(look).chance == pytest.approx(1 + expected)


@given(st.binary(min_size=1, max_size=40), st.integers(0, 2), st.binary(max_size=5))
def test_a_base64_core_depends_on_the_secret_alone(secret: bytes, before: int, after: bytes) -> None:
    """The core of an alignment is in the base64 of any text that contains the secret at that alignment."""
    core = dict(base64_cores(secret, b"+/"))[f"at {before}"]
    assert core in base64.b64encode(b"\xff" * before + secret + after)
    assert core in base64.b64encode(b"\x00" * (before + 3) + secret + after)


@pytest.mark.slow
@pytest.mark.parametrize("width", [5, 6])
@given(secret=st.binary(min_size=1, max_size=9), other=st.binary(min_size=1, max_size=9), before=st.integers(0, 4))
def test_every_bit_of_a_secret_is_compared(width: int, secret: bytes, other: bytes, before: int) -> None:
    """Also in a code of a few bits per character: only the secret has all of these values."""
    bits = "".join(f"{byte:08b}" for byte in bytes(before) + other[: len(secret)].ljust(len(secret)) + b"\x55")
    first = 8 * before // width
    sets = list(values([(byte,) for byte in secret], width, before))
    numbers = [int(bits[at : at + width].ljust(width, "0"), 2) for at in range(first * width, len(bits), width)]
    same = all(number in among for number, among in zip(numbers, sets, strict=False))
    assert same == (other[: len(secret)].ljust(len(secret)) == secret)


@pytest.mark.slow
@given(st.text(min_size=1, max_size=20))
def test_no_pattern_is_empty_or_duplicate(secret: str) -> None:
    every = patterns(secret.encode())
    looked_for = [pattern.shape.look.regex() for pattern in every]
    assert all(looked_for)
    assert len(set(looked_for)) == len(looked_for)
    named = [spelling.name for spelling in dict.fromkeys(each for pattern in every for each in pattern.spellings)]
    assert len(set(named)) == len(named)


def test_the_plainest_name_comes_first() -> None:
    assert names(b"fluffytail")[0] == names("ä".encode())[0] == names(b"\xff\x00")[0] == "plainly"


def test_a_spelling_exists_only_if_it_differs() -> None:
    """Latin-1 is for non-ASCII characters, and Unicode for text."""
    assert not {"Latin-1", "composed otherwise"} & set(names(b"fluffytail"))
    assert {"Latin-1", "composed otherwise"} < set(names("flüffytail".encode()))
    assert not any(name.startswith(("UTF", "Latin")) for name in names(b"\xfffluffy"))


def test_a_short_secret_has_no_spelling_that_matches_by_chance() -> None:
    """One byte has only one or two characters in base64; the other spellings remain."""
    assert not {"decimal", "base32", "uuencode", "base64, at 0", "base64, at 1"} & set(names(b"x"))
    assert found(b"x", b"x") == ["plainly"]


def test_the_shape_of_a_palindrome_is_searched_for_once() -> None:
    assert "reversed" not in names(b"abccba")


@pytest.mark.slow
@given(st.text(max_size=7), st.text(min_size=1, max_size=9), st.text(max_size=7), st.sampled_from(SHIFTS))
def test_shifted_letters_are_found_at_any_shift(before: str, secret: str, after: str, by: int) -> None:
    lettered = f"{secret} acorns"
    (pattern,) = pattern_of(lettered.encode(), shifted_by(by))
    assert re.search(pattern.shape.look.regex(), shifted(before + lettered + after, by).encode())


def test_a_short_word_has_no_spelling_with_shifted_letters() -> None:
    assert shifted("cheer", 7) == "jolly"
    assert found(b"cheer", b"jolly") == []
    assert found(b"cheers", shifted("cheers", 7).encode()) == [shifted_by(7)]


def test_a_shift_is_part_of_the_name() -> None:
    assert [shift_of(shifted_by(by)) for by in SHIFTS] == list(SHIFTS)
    assert shift_of("plainly") == 0


@pytest.mark.slow
@pytest.mark.parametrize("secret", [b"fluffy tail", "crème brûlée 🐿".encode(), bytes(range(256))])
def test_the_anchor_of_a_long_secret_is_short(secret: bytes) -> None:
    for pattern in patterns(secret * 10):
        for look in filter(None, (pattern.ends, pattern.begins)):
            assert look.shortest <= 32
            assert len(look.regex()) < 10_000


@pytest.mark.parametrize("secret", [b"fluffy tail", b"0123456789abcdef" * 100])
def test_no_spelling_is_much_longer_than_the_secret(secret: bytes) -> None:
    """That many bytes must be kept between two pieces of a stream."""
    assert max(pattern.shape.longest for pattern in patterns(secret)) < 35 * len(secret) + 200


@pytest.mark.slow
@pytest.mark.parametrize(
    "encode",
    [partial(quote, safe=""), quote_plus, lambda text: quote_plus(text, "*").replace("~", "%7e")],
)
@pytest.mark.parametrize("secret", ["fluffy tail", "a+b/c=d&e~f", "пароль 1"])
def test_the_credentials_of_a_client_of_oauth_are_found(secret: str, encode: Callable[[str], str]) -> None:
    for before in ("a:", "ab:", "abc:"):
        text = base64.b64encode((before + encode(secret)).encode())
        assert "form-encoded in base64" in found(secret.encode(), b"Authorization: Basic " + text)
        other = base64.b64encode((before + encode(secret[:-1] + "x")).encode())
        assert "form-encoded in base64" not in found(secret.encode(), b"Authorization: Basic " + other)


@pytest.mark.slow
@pytest.mark.parametrize("codec", ["utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("secret", ["fluffy tail", "пароль", "秘密の合言葉"])
def test_utf16_in_base64_is_found_whatever_stands_before_it(secret: str, codec: str) -> None:
    for before in (b"", b"files/", b"download/", b"a/"):
        text = before + base64.urlsafe_b64encode(f"it is {secret}!".encode(codec))
        assert "UTF-16 in base64" in found(secret.encode(), text)
        other = before + base64.urlsafe_b64encode(f"it is {secret[:-1]}x!".encode(codec))
        assert "UTF-16 in base64" not in found(secret.encode(), other)


def test_what_a_form_writes_as_it_is_has_no_spelling_of_its_own_in_base64() -> None:
    assert not pattern_of(b"sk_live-4eC39HqLyjWDarjtT1zdp7dc", "form-encoded in base64")


def test_a_kind_of_spelling_is_found_by_its_name() -> None:
    assert len(pattern_of(b"fluffy tail", "base32")) == 5
    assert len(pattern_of(b"fluffy tail", "base64 twice")) == 9
    assert len(pattern_of(b"fluffy tail", "percent-encoded")) == 1


@pytest.mark.parametrize("secret", ['it\'s "it"', "пароль \\ 1", "秘密の合言葉です"])
def test_json_in_json_is_found_four_times(secret: str) -> None:
    text, other = secret, secret[:-1] + "x"
    for _ in range(4):
        text, other = json.dumps({"note": text}), json.dumps({"note": other})
        assert found(secret.encode(), text.encode())
        assert found(secret.encode(), other.encode()) == []
