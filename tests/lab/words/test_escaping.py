"""Texts from outside, as they are shown."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from overheard.words.escaping import escaped


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("\x1b[31m", r"\x1b[31m"),
        ("a\nb\tc\rd", r"a\nb\tc\rd"),
        ("\x9b31m\x7f", r"\x9b31m\x7f"),
        ("\u202egnp.exe\u2066", r"\u202egnp.exe\u2066"),
        ("pass\u200bword\ufeff", r"pass\u200bword\ufeff"),
        ("a\u2028b\u2029", r"a\u2028b\u2029"),
        ("\udcff", r"\udcff"),
        ("\U000e0041", r"\U000e0041"),
        ("::error::x", r"\x3a:error\x3a:x"),
        ("  ::set-output name=x::y", r"  \x3a:set-output name=x\x3a:y"),
        ("##[error]x", r"\x23#[error]x"),
        ("x ##vso[task.complete]", r"x \x23#vso[task.complete]"),
        ("##teamcity[x]", r"\x23#teamcity[x]"),
    ],
)
def test_what_a_terminal_a_reader_or_a_ci_job_takes_for_something_else_is_escaped(text: str, shown: str) -> None:
    assert escaped(text) == shown


@pytest.mark.parametrize(
    "text", ["", "a b", "größe", "読む", "[::1]:443 → fe80::1", "::ffff:10.0.0.1", "::/0", "::abcd", "# ## x", "a\\nb"]
)
def test_everything_else_stays_as_it_is(text: str) -> None:
    assert escaped(text) == text


@given(st.text())
def test_what_is_shown_has_no_control_characters_and_stays_as_it_is(text: str) -> None:
    shown = escaped(text)
    assert not {unicodedata.category(letter)[0] for letter in shown} & {"C"}
    assert len(shown.splitlines()) <= 1
    assert escaped(shown) == shown
