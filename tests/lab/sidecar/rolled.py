"""Windows that are recorded for real, in a thread, and judged in this process."""

from __future__ import annotations

import socket
import threading
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING
from unittest.mock import patch

from lab.sidecar.windows_of import settings
from overheard.sidecar.judge_process import judge_window
from overheard.sidecar.rolling import Rolling
from overheard.sidecar.settings import Settings
from overheard.sidecar.window import Judged, Window, failed
from overheard.words.errors import OverheardError, RecordingError
from overheard_capture.recorder.dumpcap import Dumpcap

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from overheard.sidecar.judging import Job
    from overheard.sidecar.rolling import _Active

SECRET = "correct horse battery"  # noqa: S105  (nobody's)
_LONG = 60


def _judged(job: Job) -> Judged:
    try:
        return judge_window(job)
    except (OverheardError, OSError) as problem:
        return failed("judge", str(problem), "", [secret.name for secret in job.secrets])


class Rolled:
    """A run of the sidecar. A window ends when `cut` is called; the last one when the `with` block ends."""

    def __init__(
        self, folder: Path, *, own: str = "", judge: Callable[[Job], Judged] = _judged, **variables: str
    ) -> None:
        (folder / "secrets").mkdir(exist_ok=True)
        (folder / "secrets" / "password").write_text(f"{SECRET}\n")
        given = settings(OVERHEARD_SECRETS=str(folder / "secrets"), OVERHEARD_VOUCH="sent", **variables)
        (folder / "work").mkdir()
        self.settings = Settings.from_environment({"OVERHEARD_WINDOW": "3600", **given})
        self.windows: list[Window] = []
        self.problem = ""
        self._judge = judge
        self.rolling = Rolling(self.settings, own, folder / "work", self.windows.append)
        self._cut, self._stop, self._ready = threading.Event(), threading.Event(), threading.Event()
        self._thread = threading.Thread(target=self._run)

    def _run(self) -> None:
        try:
            self.rolling.run(self._stop, lambda recording: self._ready.set() if recording else None)
        except RecordingError as problem:
            self.problem = str(problem.args[0])
        self._ready.set()

    def _wait(self, stop: threading.Event) -> None:
        while not stop.is_set() and not self._cut.is_set() and self.dumpcap.alive:
            time.sleep(0.01)
        self._cut.clear()

    @property
    def _running(self) -> list[_Active]:
        return self.rolling._running  # noqa: SLF001  (nobody else needs to know)

    @property
    def dumpcap(self) -> Dumpcap:
        """The dumpcap of the last window."""
        recorder = self._running[-1].recording.recorder
        assert isinstance(recorder, Dumpcap)
        return recorder

    @property
    def number(self) -> int:
        """The number of the window that is being recorded."""
        return max((each.number for each in self._running), default=0)

    def cut(self) -> None:
        """End the window, and wait until the next one is being recorded alone."""
        number = self.number
        self._cut.set()
        self.await_window(number + 1)

    def await_window(self, number: int) -> None:
        """Wait until this window is the only one that is being recorded, or none is."""
        deadline = time.monotonic() + _LONG
        while self._thread.is_alive() and (self.number < number or len(self._running) != 1):
            assert time.monotonic() < deadline
            time.sleep(0.01)

    @contextmanager
    def running(self) -> Iterator[None]:
        """Within this, windows are recorded."""
        with (
            patch("overheard.sidecar.rolling.judged", self._judge),
            patch.object(Rolling, "_wait", lambda _rolling, _active, stop: self._wait(stop)),
        ):
            self._thread.start()
            self._ready.wait(_LONG)
            try:
                yield
            finally:
                self._stop.set()
                self._thread.join(_LONG)

    @property
    def states(self) -> list[str]:
        """The state of each window."""
        return [window.state.value for window in self.windows]

    def reasons(self, number: int) -> set[str]:
        """The codes of the reasons of a window."""
        return {reason.code for reason in self.windows[number - 1].judged.reasons}


def say(client: socket.socket, served: socket.socket, text: str) -> None:
    """Send a text, and wait for it."""
    client.sendall(text.encode())
    assert served.recv(1000)
