"""What was read of recordings is kept."""

from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING

import pytest

from capture.page.place import HERE, MESSAGE, part_of
from overheard.words.recording import RESULTS
from overheard.words.result import Interim
from overheard_capture.page.app import create_page
from overheard_capture.page.masking import Masking

if TYPE_CHECKING:
    from pathlib import Path

    from overheard_capture.page.run_folder import RunFolder


def test_of_a_run_that_has_ended_nothing_is_read_twice(run: RunFolder, tmp_path: Path) -> None:
    copy = part_of(run, tmp_path / "run", "http")
    page = create_page(tmp_path, Masking(MESSAGE)).test_client()
    first = page.get("/runs/run/http/ladders", **HERE)
    (copy.path / "http.pcapng").write_bytes(b"not a recording any more")
    again = page.get("/runs/run/http/ladders", **HERE)
    assert (again.data, again.headers) == (first.data, first.headers)
    assert page.get("/runs/run/http/ladders?keys", **HERE).status_code == 500
    # Nor does anybody else get to see it.
    assert page.get("/runs/run/http/ladders", base_url="http://squirrel.test").status_code == 403


@pytest.mark.parametrize("status", [200, 500])
def test_while_it_goes_on_and_after_an_error_it_is_read_again(run: RunFolder, tmp_path: Path, status: int) -> None:
    copy = part_of(run, tmp_path / "run", "http")
    page = create_page(tmp_path, Masking(MESSAGE)).test_client()
    if status == 200:
        results = json.loads((copy.path / RESULTS).read_text())["results"]
        (copy.path / RESULTS).write_text(json.dumps({"results": [*results, Interim("https").to_json()]}))
    else:
        (copy.path / "http.pcapng").write_bytes(b"no recording yet")
    assert page.get("/runs/run/http/ladders", **HERE).status_code == status
    shutil.copy(run.recording("mutual-tls"), copy.path / "http.pcapng")
    assert "Conversation 4" in page.get("/runs/run/http/ladders", **HERE).text
