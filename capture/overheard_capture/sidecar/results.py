"""What is known of each scenario of a run, in a file beside its recordings, from the first recording on."""

from __future__ import annotations

import json
import threading
from dataclasses import replace
from typing import TYPE_CHECKING

from overheard.role.files import write_whole
from overheard.words.recording import RESULTS
from overheard.words.result import Interim
from overheard.words.story import CONTROL
from overheard.words.verdict import under_control

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from overheard.words.result import Exchange, Result
    from overheard.words.verdict import Verdict


class Results:
    """The results of one run, which grow. Every change is written at once, to `results.json` in `folder`."""

    def __init__(self, folder: Path) -> None:
        self._file = folder / RESULTS
        self._lock = threading.Lock()
        self._known: dict[str, Interim] = {}
        self._judged: dict[str, Verdict] = {}

    def ended(self, scenario: str, exchanges: tuple[Exchange, ...]) -> None:
        """The recording of a scenario has ended; `exchanges` is what its client saw."""
        with self._lock:
            self._known[scenario] = Interim(scenario, exchanges)
            self._write()

    def judged(self, scenario: str, verdict: Verdict) -> None:
        """A scenario was judged. No verdict is told before that on the positive control, which it depends on."""
        with self._lock:
            self._judged[scenario] = verdict
            if CONTROL in self._judged:
                for name, told in under_control(self._judged, CONTROL).items():
                    self._known[name] = replace(self._known[name], verdict=told)
                self._write()

    def keep(self, results: Iterable[Result]) -> None:
        """The end of the run: these are its results."""
        with self._lock:
            self._known = {result.scenario: Interim.of(result) for result in results}
            self._write()

    def _write(self) -> None:
        known = [each.to_json() for each in self._known.values()]
        write_whole(self._file, json.dumps({"results": known}, indent=2, ensure_ascii=False).encode())
