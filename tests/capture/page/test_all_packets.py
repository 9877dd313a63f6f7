"""All packets of a recording, a page at a time."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from capture.page.place import HERE
from overheard_capture.page import all_packets
from overheard_capture.page.all_packets import packet_rows

if TYPE_CHECKING:
    from flask.testing import FlaskClient

    from overheard_capture.page.run_folder import RunFolder


def test_a_page_has_so_many_rows_and_says_where_others_are(run: RunFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    total = packet_rows(run, "http", 1).total
    monkeypatch.setattr(all_packets, "PER_PAGE", 3)
    last = (total - 1) // 3 * 3 + 1
    first = packet_rows(run, "http", 1)
    assert [row.number for row in first.rows] == [1, 2, 3]
    assert first.ways == [("First", None), ("Earlier", None), ("Later", 4), ("Last", last)]
    assert packet_rows(run, "http", 4).ways == [("First", 1), ("Earlier", 1), ("Later", 7), ("Last", last)]
    assert packet_rows(run, "http", last).ways == [("First", 1), ("Earlier", last - 3), ("Later", None), ("Last", None)]
    assert packet_rows(run, "http", total + 1).rows == ()


@pytest.mark.parametrize("first", ["", "1", "0", "-5", "x", "9" * 30])
def test_wherever_one_asks_for(client: FlaskClient, run: RunFolder, first: str) -> None:
    answer = client.get(f"/runs/{run.name}/https/packets?from={first}", **HERE)
    assert answer.status_code == 200
    assert ("ClientHello" in answer.text.replace(" ", "")) == (first != "9" * 30)
