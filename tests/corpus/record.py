"""Plays and records the corpus.

All cases are played in one recording, by the project's own recorder or its sidecar. It is split into a file per case.
`played.json` has the result of each: the bytes that carry the secret, or why it was not played.
"""

from __future__ import annotations

import json
import time
import traceback
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from functools import partial
from typing import TYPE_CHECKING, TypedDict

from corpus.case import Missing
from corpus.cases import CASES
from corpus.cutting import cut
from corpus.scene import Scene

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

    from corpus.case import Case
    from corpus.taps import Tap

# Most cases spend most of their time waiting.
_AT_ONCE = 6
# How often to try a case that times out or loses datagrams, as happens on a busy machine.
_TRIES = 3


class Played(TypedDict):
    """The result of a case: the bytes on the wire that carry the secret, in hexadecimal, or why it was not played."""

    wire: str | None
    missing: str
    failed: str
    seconds: float
    # The numbers of its frames in the recording of all cases.
    frames: list[int]


class CorpusPlayer:
    """Plays cases on a tap."""

    def __init__(self, tap: Tap, folder: Path) -> None:
        self.tap, self.folder = tap, folder
        self.played: dict[str, Played] = {}
        self.late = ExitStack()
        self._scenes: dict[str, Scene] = {}

    def play(self, cases: Iterable[Case]) -> None:
        """Play all cases, and write the recordings and the results."""
        cases = list(cases)
        for case in cases:
            self._prepare(case)
        recording = self.folder / "all.pcapng"
        with (
            self.tap.record(recording),
            ThreadPoolExecutor(_AT_ONCE, initializer=self.tap.clients.enter) as pool,
        ):
            list(pool.map(self._play, cases))
        self.late.close()
        addresses = {case.name: self._scenes[case.name].addresses for case in cases}
        for name, numbers in cut(recording, self.folder, addresses).items():
            self.played[name]["frames"] = numbers
        (self.folder / "played.json").write_text(json.dumps(self.played, indent=1))

    def _prepare(self, case: Case) -> None:
        for number in range(_TRIES):
            scene = self._set(case, number)
            early = case.early
            if not early:
                return
            with self.tap.clients.entered():
                if self._attempt(case, partial(early, scene=scene)):
                    return

    def _play(self, case: Case) -> None:
        if case.name in self.played and self.played[case.name]["failed"]:
            return

        def play(scene: Scene) -> bytes | None:
            with scene.rest:
                return case.play(scene=scene)

        # What was set up before the recording began cannot be repeated.
        for number in range(1 if case.early else _TRIES):
            scene = self._set(case, number) if number else self._scenes[case.name]
            if self._attempt(case, partial(play, scene)):
                return

    def _set(self, case: Case, number: int) -> Scene:
        """A scene for try `number`. Each try has its own addresses, so that frames of failed ones are in no file."""
        folder = self.folder / "scratch" / f"{case.name}-{number}"
        folder.mkdir(parents=True)
        scene = self._scenes[case.name] = Scene(CASES.index(case) + number * len(CASES), self.tap, folder, self.late)
        return scene

    def _attempt(self, case: Case, act: Callable[[], bytes | None]) -> bool:
        """Try to play the case. False if it failed, and may be tried again."""
        began = time.monotonic()
        played = Played(wire=None, missing="", failed="", seconds=0, frames=[])
        try:
            wire = act()
            played["wire"] = wire.hex() if wire is not None else None
        except (Missing, ImportError) as missing:
            played["missing"] = str(missing)
        except Exception:  # noqa: BLE001  (one that fails must not take the others with it; its test says so)
            played["failed"] = traceback.format_exc()
        played["seconds"] = time.monotonic() - began
        self.played[case.name] = played
        return not played["failed"]
