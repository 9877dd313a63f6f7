"""The board: what is known of all windows, which several threads read and one writes."""

from __future__ import annotations

import threading
import time
from collections import Counter, deque
from typing import TYPE_CHECKING, Any

import overheard
from overheard.sidecar.changing_secrets import name_of
from overheard.sidecar.window import State, Window, is_quiet, worst

if TYPE_CHECKING:
    from collections.abc import Mapping

    from overheard.sidecar.window import Reason

# So many windows are remembered one by one; all are counted.
_REMEMBERED = 100
_SCHEMA = "urn:overheard:sidecar:1"
_EXIT_CODES = {State.PROTECTED: 0, State.OVERHEARD: 1, State.INCONCLUSIVE: 2}


class Board:
    """The windows so far, and the verdict on all of them. `about` says what is recorded, and what is left out."""

    def __init__(self, about: Mapping[str, Any]) -> None:
        self._lock = threading.Lock()
        self._about = dict(about)
        self._began = time.time()
        self._windows: deque[Window] = deque(maxlen=_REMEMBERED)
        self._counts: Counter[State] = Counter()
        self._secrets: dict[str, State] = {}
        self._worst: Window | None = None
        self._spoilt = ""

    def add(self, window: Window) -> None:
        """Add the next window."""
        with self._lock:
            self._windows.append(window)
            self._counts[window.state] += 1
            for each, state in window.judged.secrets.items():
                # That a value that was replaced is quiet is nothing against its secret.
                name = name_of(each)
                self._secrets[name] = worst((state, self._secrets.get(name, State.QUIET)))
            if self._worst is None or worst((window.state, self._worst.state)) is window.state:
                self._worst = window

    def spoil(self, why: str) -> None:
        """Say why nothing can be PROTECTED any more."""
        with self._lock:
            self._spoilt = self._spoilt or why

    @property
    def outcome(self) -> State:
        """The verdict on all windows: the worst of all secrets. A secret that was in no window is INCONCLUSIVE."""
        with self._lock:
            return self._outcome()

    def _outcome(self) -> State:
        states = [_at_the_end(state) for state in self._secrets.values()]
        waits = bool(self._windows) and self._windows[-1].judged.waits
        return worst([*states, *([State.INCONCLUSIVE] if self._spoilt or not states or waits else [])])

    def unproved(self) -> list[Reason]:
        """Why nothing proves that all secrets were sent, by the last window, if nothing else is against PROTECTED."""
        with self._lock:
            quiet = {name for name, state in self._secrets.items() if state is State.QUIET}
            if not quiet or self._outcome() is State.OVERHEARD or self._spoilt or self._counts[State.INCONCLUSIVE]:
                return []
            reasons = self._windows[-1].judged.reasons
            return [each for each in reasons if is_quiet(each) and quiet.intersection(map(name_of, each.secrets))]

    @property
    def exit_code(self) -> int:
        """The exit code for that."""
        return _EXIT_CODES[self.outcome]

    def to_json(self) -> dict[str, Any]:
        """The verdict as plain data."""
        with self._lock:
            latest = self._windows[-1].to_json() if self._windows else None
            outcome = self._outcome()
            return {
                "$schema": _SCHEMA,
                "outcome": outcome,
                "exit_code": _EXIT_CODES[outcome],
                "began": self._began,
                "recording": self._about,
                "secrets": {name: _at_the_end(state) for name, state in self._secrets.items() if name},
                "windows": {state: self._counts[state] for state in State},
                "problem": self._spoilt,
                "latest": latest,
                "worst": self._worst.to_json() if self._worst else None,
                "version": overheard.__version__,
            }

    def windows(self) -> list[dict[str, Any]]:
        """The last windows as plain data, the latest one first."""
        with self._lock:
            return [window.to_json() for window in reversed(self._windows)]


def _at_the_end(state: State) -> State:
    return State.INCONCLUSIVE if state is State.QUIET else state
