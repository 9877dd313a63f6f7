"""The process of the judge: whatever happens to it, the window is not PROTECTED."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest

from capture.frames import exchange
from lab.sidecar.jobs import HELLO, LOGIN, OK, SECRET, job
from overheard.sidecar import judging
from overheard.sidecar.judging import Job, judged
from overheard.sidecar.window import State

if TYPE_CHECKING:
    from pathlib import Path


def test_a_job_is_text_and_back(tmp_path: Path) -> None:
    made = job(tmp_path, [])
    again = Job.from_json(made.to_json())
    assert again.to_json() == made.to_json()
    assert (again.secrets, again.recording) == (made.secrets, made.recording)
    assert set(again.options.vouched) == {"sent"}


def test_it_judges_in_a_process_of_its_own(tmp_path: Path) -> None:
    result = judged(job(tmp_path / "a", exchange([LOGIN], [OK])))
    assert result.secrets == {"password": State.OVERHEARD}
    assert not (tmp_path / "a" / "1" / "recorded.pcapng").exists()
    broken = job(tmp_path / "b", exchange([HELLO], [OK]))
    (broken.folder / "recorded.pcapng").write_bytes(b"")
    (reason,) = judged(broken).reasons
    assert "is empty" in reason.says
    assert reason.hint == "a recorder that was killed leaves an empty file"


@pytest.mark.parametrize(
    ("program", "says"),
    [
        ("import os; os.kill(os.getpid(), 9)", "ended by signal 9"),
        ("import sys; sys.exit('internal error: MemoryError')", "internal error: MemoryError"),
        ("import sys; sys.exit('ValueError: no number: correct horse battery')", "password (21 bytes)"),
        ("import sys; sys.exit(2)", ""),
        ("print('nonsense')", "said nothing that can be read"),
        ("print('{}')", "said nothing that can be read"),
        ("print('[]')", "said nothing that can be read"),
        ('print(\'{"secrets": {"password": "FINE"}}\')', "said nothing that can be read"),
        ("import time; time.sleep(60)", "took more than"),
    ],
)
def test_one_that_fails_is_a_reason(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, program: str, says: str) -> None:
    monkeypatch.setattr(judging, "_COMMAND", [sys.executable, "-S", "-c", program])
    monkeypatch.setattr(judging, "_LONG", 1)
    result = judged(job(tmp_path, []))
    assert result.secrets == {"password": State.INCONCLUSIVE}
    assert says in result.reasons[0].says
    assert SECRET.value.decode() not in str(result)


def test_one_that_cannot_be_started_is_a_reason(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(judging, "_COMMAND", ["/nowhere/python"])
    assert "cannot be started" in judged(job(tmp_path, [])).reasons[0].says
