"""Tests over all rows of a table."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from rows import for_each

if TYPE_CHECKING:
    from collections.abc import Iterable

WRITTEN = """
import pytest
from rows import for_each

by_letter = for_each(letter="ab")
seen = []

@pytest.fixture
def limit():
    return 2

@by_letter
@pytest.mark.parametrize("sign", "+")
@for_each(number=range(4))
def test_numbers(number, letter, sign, limit):
    seen.append((number, letter, sign))
    if number == 1:
        pytest.skip(f"{letter} has no one")
    assert number <= limit

def test_every_row_was_tried():
    assert seen == [(number, letter, "+") for letter in "ab" for number in range(4)]
"""


def test_every_row_that_fails_or_is_skipped_is_reported_and_all_others_are_tried(tmp_path: Path) -> None:
    (tmp_path / "test_written.py").write_text(WRITTEN)
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-rfs", "-p", "no:cacheprovider", "-p", "no:hypothesispytest", tmp_path],
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parent)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1, done.stdout
    assert done.stdout.count("assert 3 <= 2") >= 2
    for letter in "ab":
        assert f"SUBFAILED[{letter}, 3]" in done.stdout
        assert f"{letter} has no one" in done.stdout


@pytest.mark.parametrize("table", [[], {}, iter(())])
def test_a_table_without_rows_is_refused(table: Iterable[object]) -> None:
    with pytest.raises(ValueError, match="tests nothing"):
        for_each(row=table)
