"""What `overheard demo` and `run` print around the results of an engine."""

from __future__ import annotations

import gc
import re
import signal
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import pytest

from lab.report.results import HTTP, HTTPS, SKIPPED
from overheard.command import run as module
from overheard.command.main import _dispatch
from overheard.words.result import Result
from overheard.words.scenario import Need
from overheard.words.story import SCENARIOS, STORY

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from overheard.engines.base import Job, Progress

NAMES = [each.name for each in SCENARIOS]
KEYS = ("https", "mutual-tls")


@dataclass
class Engine:
    """An engine that returns results at once: those with session keys of `KEYS`, and in clear of all others."""

    lacks: tuple[str, ...] = ()
    name: str = "quick"

    def run(self, job: Job, _progress: Progress) -> list[Result]:
        return [self._result(name) for name in job.variables["OVERHEARD_CLIENT_SCENARIOS"].split(",")]

    def _result(self, name: str) -> Result:
        if name in self.lacks:
            return Result.of_skipped(name, SKIPPED.skipped, Need.POST_QUANTUM.cure)
        result = HTTPS if name in KEYS else HTTP
        return replace(result, scenario=name, verdict=replace(result.verdict, carrier=None))


@pytest.fixture
def printed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Callable[..., str]:
    """What a command prints, where some scenarios lack something."""
    # Nothing of the test process is to change.
    monkeypatch.setattr(signal, "signal", lambda *_: None)
    monkeypatch.setattr(gc, "freeze", lambda: None)

    def run(*arguments: str, lacks: tuple[str, ...] = ()) -> str:
        monkeypatch.setattr(module, "choose", lambda *_: (Engine(lacks), "for a test"))
        _dispatch([*arguments, "--runs", str(tmp_path)])
        return capsys.readouterr().out

    return run


@pytest.mark.parametrize(
    ("asked", "lacks", "opened"),
    [
        (["run", "http"], (), "http"),
        (["run", "https"], (), "https"),
        (["run", "https", "substitution"], (), "substitution"),
        (["run", "mutual-tls", "gallery", "post-quantum"], ("post-quantum",), "gallery"),
        (["run", "post-quantum"], ("post-quantum",), "http"),
        (["demo"], (), "mutual-tls"),
        (["demo", "--details"], (), "mutual-tls"),
        (["run", *(each.name for each in STORY)], (), "mutual-tls"),
    ],
)
def test_the_commands_at_the_end_open_what_was_asked_for(
    printed: Callable[..., str], asked: list[str], lacks: tuple[str, ...], opened: str
) -> None:
    """The last of it, if it was recorded. Of the whole story, they open the last with session keys."""
    said = printed(*asked, lacks=lacks)
    assert re.findall(r"(wireshark|tshark) .*/([\w-]+)\.pcapng$", said, re.MULTILINE) == [
        ("wireshark", opened),
        ("tshark", opened),
    ]


def test_of_a_part_of_the_story_they_open_what_there_is(
    printed: Callable[..., str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OVERHEARD_CLIENT_SCENARIOS", "substitution,fernet")
    assert "/fernet.pcapng" in printed("demo")


@pytest.mark.parametrize(
    ("asked", "lacks", "ending"),
    [
        (["run", "http"], (), "1 scenario, all as expected, in "),
        (["run", "https"], (), "2 scenarios, all as expected, in "),
        (["run", "post-quantum"], ("post-quantum",), "1 scenario, all as expected, 1 skipped, in "),
    ],
)
def test_scenarios_are_counted(
    printed: Callable[..., str], asked: list[str], lacks: tuple[str, ...], ending: str
) -> None:
    assert printed(*asked, lacks=lacks).splitlines()[-1].startswith(ending)


def test_what_was_skipped_says_why_and_what_to_install(printed: Callable[..., str]) -> None:
    said = printed("demo", lacks=("post-quantum",))
    assert f"post-quantum: skipped\n  {SKIPPED.skipped}\n    → {Need.POST_QUANTUM.cure}\n" in said
