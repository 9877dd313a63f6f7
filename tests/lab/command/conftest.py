"""Fixtures of the tests of the command."""

from __future__ import annotations

import pytest

import overheard
from lab.command.judge_stub import StubJudge
from lab.report.scans import OVERHEARD, report


@pytest.fixture
def judge(monkeypatch: pytest.MonkeyPatch) -> StubJudge:
    found = StubJudge(report(password=OVERHEARD))
    monkeypatch.setattr(overheard, "judge", found)
    return found
