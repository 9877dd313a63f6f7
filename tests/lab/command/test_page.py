"""`overheard page`: the page of a run, until Ctrl-C."""

from __future__ import annotations

import json
import re
import signal
import subprocess
import sys
import time
from typing import TYPE_CHECKING

import pytest
import requests

from lab.command.process import overheard
from overheard.command.page import Rerun
from overheard.engines.base import clean_environment
from overheard.words.errors import EngineError
from overheard.words.recording import RESULTS
from overheard_capture.page.serving import free_port
from processes import LONG

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from overheard.engines.base import Engine


@pytest.fixture
def runs(tmp_path: Path) -> Path:
    """A folder with a run, in which nothing is."""
    (tmp_path / "run" / "logs").mkdir(parents=True)
    return tmp_path


@pytest.fixture
def page(runs: Path) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-m", "overheard", "page", "--runs", str(runs), "--port", str(free_port())]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=clean_environment()) as process:
        try:
            yield process
        finally:
            process.kill()


def test_it_says_where_it_is_and_ends_with_ctrl_c(page: subprocess.Popen[str]) -> None:
    assert page.stdout
    said = page.stdout.readline()
    url = re.search(r"http://127\.0\.0\.1:\d+/runs/run/", said)
    assert url, said
    assert "squirrel" in requests.get(url[0], timeout=LONG).text.lower()
    page.send_signal(signal.SIGINT)
    assert page.wait(LONG) == 0


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ((), "there is no run in"),
        (("nowhere",), "there is no run 'nowhere'"),
        (("../etc",), "there is no run '../etc'"),
    ],
)
def test_without_the_run_it_says_so(tmp_path: Path, arguments: tuple[str, ...], says: str) -> None:
    done = overheard("page", *arguments, "--runs", str(tmp_path))
    assert done.returncode not in {0, 1}
    assert says in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("port", ["x", "-1", "65536"])
def test_a_port_that_is_none_is_refused(runs: Path, port: str) -> None:
    done = overheard("page", "--runs", str(runs), "--port", port)
    assert done.returncode == 64
    assert "Traceback" not in done.stderr


def test_a_scenario_runs_again_one_at_a_time_and_is_then_the_newest(runs: Path, local_engine: Engine) -> None:
    again = Rerun(runs, local_engine.name)
    try:
        name = again("http")
        assert again.busy
        with pytest.raises(EngineError, match="running already"):
            again("http")
        until = time.monotonic() + LONG
        while time.monotonic() < until and again.busy:
            time.sleep(0.1)
    finally:
        again.end()
    known = json.loads((runs / name / RESULTS).read_text())["results"]
    assert [each["scenario"] for each in known] == ["http"]


def test_what_was_started_ends_with_the_page_and_leaves_nothing(runs: Path, local_engine: Engine) -> None:
    again = Rerun(runs, local_engine.name)
    name = again("gallery")
    again.end()
    assert not again.busy
    assert not (runs / name).exists()


def test_a_lab_that_cannot_start_is_an_error_in_words(runs: Path) -> None:
    with pytest.raises(EngineError, match=r"the lab did not start: .*invalid choice: 'nowhere'"):
        Rerun(runs, "nowhere")("http")
