"""JSON as it is printed and written."""

from __future__ import annotations

import json

from hypothesis import given
from hypothesis import strategies as st

from overheard.report.json_text import as_json

# Without surrogates (Cs): these are no characters.
TEXTS = st.text(st.characters(exclude_categories=["Cs"]))


@given(st.dictionaries(TEXTS, TEXTS))
def test_it_is_ascii_without_control_characters_and_means_the_same(data: dict[str, str]) -> None:
    text = as_json(data)
    assert json.loads(text) == data
    assert text.isascii()
    assert text.replace("\n", "").isprintable()
    assert "##" not in text


def test_a_byte_that_is_no_text_becomes_the_text_of_its_escape_sequence() -> None:
    """Half of a surrogate pair would be JSON that other readers than Python's refuse, or read as something else."""
    assert json.loads(as_json("a\udcff\udcfe\\b\U0001f43f")) == "a\\udcff\\udcfe\\b\U0001f43f"


def test_commands_to_ci_systems_are_none() -> None:
    assert as_json(["##vso[x]", "###"]) == '[\n  "\\u0023#vso[x]",\n  "\\u0023\\u0023#"\n]\n'
