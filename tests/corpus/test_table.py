"""The comparison table: how it is made, and that the one in the docs matches the corpus."""

from __future__ import annotations

from pathlib import Path

import pytest

from corpus.cases import CASES, GROUPS
from corpus.rivals import RIVALS
from corpus.table import BEGIN, END, US, put_in, table

PAGE = Path(__file__).parent.parent.parent / "docs" / "witness.md"
LEAKS = {case.name for case in CASES if case.leak}


def _cells(line: str) -> list[str]:
    return [cell.strip() for cell in line.strip("|").split("|")]


def test_equal_counts_of_taps_are_printed_once() -> None:
    nothing: dict[str, set[str]] = {tool: set() for tool in RIVALS}
    made = table({"lo": {**nothing, US: LEAKS}, "veth": {**nothing, US: LEAKS - {"plain"}}}).splitlines()
    everything = next(_cells(line) for line in made if "**all**" in line)
    assert everything == ["**all**", str(len(LEAKS)), *["0"] * len(RIVALS), f"{len(LEAKS)} / {len(LEAKS) - 1}"]


def test_only_the_table_is_replaced_in_a_page() -> None:
    assert put_in(f"before\n{BEGIN}\nold\n{END}\nbehind\n", "new") == f"before\n{BEGIN}\n\nnew\n\n{END}\nbehind\n"


def test_the_table_in_the_docs_is_of_this_corpus_and_overheard_finds_everything() -> None:
    if not PAGE.is_file():
        pytest.skip("docs/witness.md is yet to be written")
    _, rest = PAGE.read_text(encoding="utf-8").split(BEGIN)
    _, _, *rows = rest.split(END)[0].strip().splitlines()
    found = {title: (number, ours) for title, number, *_, ours in map(_cells, rows)}
    for title, cases in GROUPS.items():
        number = str(sum(case.leak is not None for case in cases))
        assert found[title] == (number, number), "run: python tests/corpus_table.py"


def test_the_readme_says_how_many_cases_there_are() -> None:
    text = " ".join((PAGE.parent.parent / "README.md").read_text(encoding="utf-8").split())
    assert f"has {len(LEAKS)} ways for a secret to cross the wire" in text
    assert f"none of {len(CASES) - len(LEAKS)} look-alikes" in text
