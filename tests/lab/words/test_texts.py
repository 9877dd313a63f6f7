"""Texts in reports: found, changed and escaped, wherever they are."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from overheard.words.texts import all_escaped, changed, texts


class Kind(StrEnum):
    OURS = "ours"


class Pair(NamedTuple):
    one: str
    other: int


@dataclass(frozen=True)
class Thing:
    name: str
    kind: Kind
    pairs: tuple[Pair, ...]
    more: dict[str, list[str | bytes | None]]


THING = Thing("a\x1b", Kind.OURS, (Pair("b\x1b", 1),), {"c\x1b": ["d\x1b", b"\x1b", None]})


def test_every_text_is_found_but_for_enumerations() -> None:
    assert list(texts(THING)) == ["a\x1b", "b\x1b", "c\x1b", "d\x1b"]


def test_every_text_is_changed_and_nothing_else() -> None:
    upper = Thing("A\x1b", Kind.OURS, (Pair("B\x1b", 1),), {"C\x1b": ["D\x1b", b"\x1b", None]})
    assert changed(THING, str.upper) == upper
    assert changed(THING, str.upper).kind is Kind.OURS


def test_all_are_escaped() -> None:
    assert list(texts(all_escaped(THING))) == [r"a\x1b", r"b\x1b", r"c\x1b", r"d\x1b"]


def test_what_has_nothing_to_escape_stays_the_same_object() -> None:
    plain = Thing("a", Kind.OURS, (Pair("b", 1),), {"c": ["d", b"\x1b"]})
    assert all_escaped(plain) is plain
