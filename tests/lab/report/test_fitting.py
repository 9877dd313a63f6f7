"""The report of a scan in a narrow terminal."""

from __future__ import annotations

import re

import pytest

from lab.report.results import shown
from lab.report.scans import AT, PLACES, report
from overheard.report.scan import scanned


@pytest.mark.parametrize("width", [40, 60])
def test_a_narrow_terminal_gets_lists_in_which_nothing_is_cut(width: int) -> None:
    said = shown(scanned(report(), places=PLACES), width=width)
    assert max(map(len, said.splitlines())) <= width
    assert "…" not in said
    assert f"  frame 6, byte {AT}, flow 0" in said
    assert re.search(r"^    10\.0\.0\.1:40000 → 10\.0\.0\.2:80 *$", said, re.MULTILINE)
    assert re.search(r"^  flow 0: TCP HTTP/1.1 *$", said, re.MULTILINE)
    assert re.search(r"^    not protected *$", said, re.MULTILINE)


def test_a_wide_one_gets_tables() -> None:
    said = shown(scanned(report(), places=PLACES), width=100)
    assert "flow 0:" not in said
    assert re.search(r"^ +0 +10\.0\.0\.1:", said, re.MULTILINE)
    assert re.search(rf"^ +6 +{AT} +0 +10\.0\.0\.1:40000 → ", said, re.MULTILINE)


@pytest.mark.parametrize(("width", "per_line"), [(80, 16), (74, 16), (73, 8), (42, 8), (41, 4), (26, 4)])
def test_bytes_are_shown_as_far_as_a_line_has_room(width: int, per_line: int) -> None:
    said = shown(scanned(report(), places=PLACES), width=width)
    lines = re.findall(r"^(?:→|  )? ?[0-9a-f]{4}  ((?:[0-9a-f]{2} +)+)", said, re.MULTILINE)
    assert max(len(line.split()) for line in lines) == per_line
