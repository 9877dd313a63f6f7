"""The capture role as a process: its start, its clients, and its end."""

from __future__ import annotations

import json
import stat
import subprocess
from typing import TYPE_CHECKING

import pytest
import requests

from capture.process import COMMAND, settings, started
from ports import free_port
from processes import LONG, PROJECT, in_namespaces
from slow_clients import longest_wait

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.slow


def test_the_first_start_makes_a_token_that_opens_the_api(tmp_path: Path) -> None:
    with started(tmp_path) as role:
        verdicts = f"http://127.0.0.1:{role.port}/runs/mine/verdicts"
        assert requests.get(verdicts, timeout=LONG).status_code == 401
        assert requests.get(verdicts, headers=role.headers, timeout=LONG).status_code == 404
        assert stat.S_IMODE((tmp_path / "token").stat().st_mode) == 0o600
        assert role.stop() == ""


@pytest.mark.parametrize("content", ["", "\n"])
def test_an_empty_token_is_an_error_at_start(tmp_path: Path, content: str) -> None:
    (tmp_path / "token").write_text(content)
    done = subprocess.run(
        COMMAND, env=settings(tmp_path, free_port()), capture_output=True, text=True, timeout=LONG, check=False
    )
    assert (done.returncode, done.stdout) == (64, "")
    assert done.stderr.startswith(f"capture: OVERHEARD_CAPTURE_TOKEN_FILE: {tmp_path / 'token'} is empty")


def test_eighty_slow_clients_delay_nobody(tmp_path: Path) -> None:
    with started(tmp_path) as role:
        assert longest_wait(role.port) < 2
        assert role.stop() == ""


def test_sigterm_in_a_recording_ends_dumpcap(local_engine: object, tmp_path: Path) -> None:  # noqa: ARG001
    """There is no packet at which it would notice that nobody reads from it."""
    outcome = json.loads(in_namespaces(PROJECT / "tests" / "stopped_recorder.py", str(tmp_path)))
    assert outcome == {"status": 201, "recorders": 1, "ended": True}
