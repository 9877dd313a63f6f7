"""Playing the corpus: a case that failed because the machine was busy is played again, at other addresses."""

from __future__ import annotations

import json
from contextlib import contextmanager, nullcontext
from typing import TYPE_CHECKING, cast

import pytest

from corpus.case import Case
from corpus.cases import CASES
from corpus.record import CorpusPlayer
from corpus.taps import Side, Tap

if TYPE_CHECKING:
    from collections.abc import Iterator
    from contextlib import AbstractContextManager
    from pathlib import Path

    from corpus.scene import Scene


class Here:
    """The current network namespace."""

    def enter(self) -> None:
        pass

    def entered(self) -> AbstractContextManager[None]:
        return nullcontext()


@contextmanager
def recorded(path: Path) -> Iterator[None]:
    """Write a recording without frames."""
    yield
    path.touch()


def played(case: Case, folder: Path) -> str:
    """Why a case could not be played."""
    here = cast("Side", Here())
    CorpusPlayer(Tap("lo", "lo", "lo", here, here, here, "127.77", "127.0.0.1", recorded), folder).play([case])
    return str(json.loads((folder / "played.json").read_text())[case.name]["failed"])


@pytest.mark.parametrize(("losses", "tries"), [(0, 1), (1, 2), (2, 3), (9, 3)])
def test_a_case_that_loses_packets_is_played_three_times_at_most(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, losses: int, tries: int
) -> None:
    hosts: list[str] = []

    def play(*, scene: Scene) -> None:
        hosts.append(scene.host)
        if len(hosts) <= losses:
            raise TimeoutError("a datagram was lost")

    case = Case("lossy", play, None)
    monkeypatch.setattr("corpus.record.CASES", [*CASES[1:], case])
    failed = played(case, tmp_path)
    assert len(set(hosts)) == len(hosts) == tries
    assert ("a datagram was lost" in failed) == (losses >= tries)
