"""The steps in which a secret is compared: what is tried first saves time, and changes no match."""

from __future__ import annotations

import base64
import html
import json
from functools import cache
from typing import TYPE_CHECKING
from urllib.parse import quote, quote_plus

import pytest

from capture.search.searches import small_search
from capture.wrapped import noise
from overheard_capture.search import matcher, shape_walk
from rows import for_each

if TYPE_CHECKING:
    from collections.abc import Callable

    from overheard_capture.search import Match, Search

# A key has few signs, and other text so many that they are compared part by part.
KEY = "-----BEGIN KEY-----\n" + base64.encodebytes(noise(36)).decode() + "-----END KEY-----"
TEXT = 'so "they" said & <wrote> it / all = down \n' + "and so on, they say, again"
WRITES: list[Callable[[str], str]] = [
    json.dumps,
    lambda text: json.dumps(json.dumps(text)),
    lambda text: json.dumps(text).replace("/", "\\/"),
    html.escape,
    quote_plus,
    lambda text: quote(text, safe=""),
    lambda text: quote(quote(text, safe="")),
    lambda text: text.replace("\n", "\r\n"),
    lambda text: html.escape(text).replace("\n", "&#10;"),
    lambda text: json.dumps(text.replace("\n", "\r\n")),
    "\\u200b".join,
]

# With signs that several spellings escape, and that may end an escape; each is compared in one step.
SHORT = ["a\\b\\\\c\"d'e", "Tr0ub4dor&3 '\xfcn\xefc\xf6d' 2/3", "line one\nline two\t?", "100%25 = \\u0031\\n"]


@cache
def searches(secret: str) -> tuple[Search, Search]:
    """A search for the secret, and one that is used only where nothing is tried first."""
    return small_search(secret), small_search(secret)


@pytest.mark.slow
@for_each(write=WRITES, secret=[KEY, TEXT])
def test_what_is_tried_first_changes_no_match(write: Callable[[str], str], secret: str) -> None:
    changed, broken = secret[:60] + "Y" + secret[61:], secret[:40] + "\n" + secret[40:]
    same, other, more = (b"so: " + write(text).encode() + b" ..." for text in (secret, changed, broken))
    search, whole = searches(secret)
    found = search.matches(same)
    assert found
    assert search.matches(other) == []
    found_in_more = search.matches(more)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(shape_walk, "_short_forms", lambda part, **_: part)
        patch.setattr(shape_walk.ShapeWalk, "_short_gap", property(lambda self: self._shape.gap))
        assert whole.matches(same) == found
        assert whole.matches(other) == []
        assert whole.matches(more) == found_in_more


@cache
def by_parts_and_not(secret: str, *, any_case: bool) -> tuple[Search, Search]:
    """A search that is used only where every text is compared part by part, and one where none is."""
    return small_search(secret, any_case=any_case), small_search(secret, any_case=any_case)


@for_each(write=WRITES, secret=SHORT, any_case=[False, True])
def test_a_comparison_by_parts_has_the_same_matches(write: Callable[[str], str], secret: str, any_case: bool) -> None:
    by_parts, as_a_whole = by_parts_and_not(secret, any_case=any_case)

    def found(text: str) -> list[Match]:
        each = []
        for search, most in ((by_parts, 1 << 30), (as_a_whole, 0)):
            with pytest.MonkeyPatch.context() as patch:
                # Walks are made at the first hit.
                patch.setattr(matcher, "_FEW", most)
                each.append(search.matches(b"so: " + text.encode() + b" ..."))
        assert each[0] == each[1]
        return each[0]

    assert found(write(secret))
    assert found(write(secret + "\\"))
    assert not found(write(secret[1:]))
    assert not found(write("Y" + secret[1:]))


def test_text_that_ends_like_a_secret_by_chance_compiles_no_expression_of_all_forms(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def compiled(_: shape_walk.ShapeWalk, number: int) -> None:
        raise AssertionError(number)

    monkeypatch.setattr(shape_walk.ShapeWalk, "_step", compiled)
    message = "a secret of nobody 4711"
    search = small_search(message)
    for number in range(20):
        assert search.matches(f"{number:06}: id{message[-3:]} {number}{message[-1:]}".encode()) == []
    # What goes on like the secret is compared by parts, up to a bound.
    monkeypatch.setattr(matcher, "_FEW", 0)
    with pytest.raises(AssertionError):
        small_search(message).matches(quote(quote(message[1:], safe=""), safe="").encode())
