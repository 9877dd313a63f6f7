"""How the verdict is told: by HTTP, in a file, in metrics, and a line for each window."""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from overheard.report.json_text import as_json
from overheard.role.files import write_whole
from overheard.sidecar.board import Board
from overheard.sidecar.http import Page
from overheard.sidecar.metrics import CONTENT_TYPE, Metrics
from overheard.sidecar.window import is_quiet
from overheard.words.escaping import escaped

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from pathlib import Path

    from overheard.sidecar.settings import Settings
    from overheard.sidecar.window import Reason, Window

_READY = '{"status": "%s"}\n'


class Telling:
    """Tells each window, and the verdict on all of them. `left_out` is the capture filter of what is not recorded."""

    def __init__(self, settings: Settings, left_out: str) -> None:
        about = {
            "interface": settings.interface,
            "ports": settings.ports,
            "filter": settings.capture_filter,
            "left_out": left_out,
            "window": settings.window,
        }
        self.board, self._metrics, self._file = Board(about), Metrics(), settings.verdict
        self._recording = False

    def window(self, window: Window) -> None:
        """Tell a window."""
        self.board.add(window)
        self._metrics.add(window)
        self.write()
        self._metrics.tell(self.board.outcome)
        judged = window.judged
        flows = judged.flows
        say(
            f"window {window.number}, {_clock(window.began)} to {_clock(window.ended)}: {window.state}; "
            f"packets: {judged.packets}; flows: {flows.sealed} sealed, {flows.clear} not, {len(judged.open)} open"
        )
        for sighting in judged.sightings:
            say(f"  {sighting['secret']}: seen in frame {sighting['frame']}, {sighting['how']}")
        # That it was not sent is nothing against a window, and says nothing about one in which something else is.
        _explain(reason for reason in judged.reasons if not is_quiet(reason))
        if window.recording:
            say(f"  recorded in {window.recording}")

    def write(self) -> None:
        """Write the verdict to its file. If that fails, no old one stays, and nothing is PROTECTED any more."""
        if not self._file:
            return
        try:
            write_whole(self._file, as_json(self.board.to_json()).encode(), mode=0o644)
        except OSError as problem:
            says = f"the verdict cannot be written to {self._file}: {problem.strerror}"
            self.board.spoil(says)
            say(says)
            say("  name a file in a folder that can be written (OVERHEARD_VERDICT); mount the folder, not the file")
            if not _emptied(self._file):
                say(f"  {self._file} is there, and is no verdict of this run: it can be neither removed nor emptied")

    def end(self) -> None:
        """Tell the verdict on all windows, which is final."""
        if unproved := self.board.unproved():
            say("in no window it is proved that all secrets were sent; of the last one:")
            _explain(unproved)
        say(f"the verdict is {self.board.outcome}")

    def ready(self, recording: bool) -> None:
        """Tell whether something is being recorded."""
        self._recording = recording

    def pages(self) -> Mapping[str, Callable[[], Page]]:
        """The pages that are served."""
        return {
            "/verdict": lambda: Page(as_json(self.board.to_json()).encode()),
            "/windows": lambda: Page(as_json({"windows": self.board.windows()}).encode()),
            "/metrics": lambda: Page(self._metrics.text(), CONTENT_TYPE),
            "/healthz": lambda: Page((_READY % "ok").encode()),
            "/readyz": self._ready,
        }

    def _ready(self) -> Page:
        if self._recording:
            return Page((_READY % "recording").encode())
        return Page((_READY % "not recording").encode(), status="503 Service Unavailable")


def _explain(reasons: Iterable[Reason]) -> None:
    for reason in reasons:
        say(f"  {reason.code}: {reason.says}")
        if reason.hint:
            say(f"    {reason.hint}")


def _emptied(file: Path) -> bool:
    """Remove a file, or empty it where it can only be written. Returns whether nothing is in it any more."""
    with suppress(OSError):
        file.unlink(missing_ok=True)
        return True
    with suppress(OSError):
        os.truncate(file, 0)
        return True
    return not file.is_file()


def say(text: str) -> None:
    """Print a line."""
    sys.stdout.write(f"overheard: {escaped(text)}\n")
    sys.stdout.flush()


def _clock(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
