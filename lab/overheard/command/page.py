"""`overheard page`: the page of a run, served on this machine until Ctrl-C."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from contextlib import ExitStack, suppress
from typing import TYPE_CHECKING, Self
from urllib.parse import quote

from overheard.words.errors import EngineError, SettingsError
from overheard.words.secret import SECRET_MESSAGE
from overheard_capture.page.app import create_page
from overheard_capture.page.masking import Masking
from overheard_capture.page.run_folder import RunFolders
from overheard_capture.page.serving import ADDRESS, Served, free_port, usual_port

if TYPE_CHECKING:
    import argparse
    from pathlib import Path

    from overheard_capture.page.run_folder import RunFolder

__all__ = ["PageOfRun", "page", "usual_port"]

# How long a run may take to make its folder, in seconds: before that, the engine is looked for.
_PATIENCE = 60
# How long a run may take to end after Ctrl-C, in seconds.
_GRACE = 30


def page(options: argparse.Namespace) -> int:
    """Serve the page of a run until Ctrl-C. Returns 0."""
    with PageOfRun(chosen_run(options).path, options.port, options.engine) as shown:
        shown.stay()
    return 0


def chosen_run(options: argparse.Namespace) -> RunFolder:
    """The run that was named, or else the newest. Raises SettingsError or UnknownRunError if there is none."""
    runs = RunFolders(options.runs.absolute())
    name = options.run or next(iter(runs.names), "")
    if not name:
        raise SettingsError(f"there is no run in {options.runs}", hint="make one: overheard demo")
    return runs.open(name)


def message_of_runs() -> str:
    """The secret message, as the lab takes it."""
    return os.environ.get("OVERHEARD_MESSAGE") or SECRET_MESSAGE


class PageOfRun:
    """The page of the run in `folder`, and of all others beside it.

    Port 0 is any free one. When the `with` block ends, so do its server, and runs that were started from it.
    """

    def __init__(self, folder: Path, port: int, engine: str) -> None:
        self._folder = folder
        self.port = port or free_port()
        self._again = Rerun(folder.parent, engine)
        self._stack = ExitStack()
        self._served = False

    @property
    def url(self) -> str:
        """Where it is."""
        return f"http://{ADDRESS}:{self.port}/runs/{quote(self._folder.name)}/"

    def __enter__(self) -> Self:
        self._stack.callback(self._again.end)
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def serve(self) -> None:
        """Begin to serve it, unless it is served already. Raises SettingsError if the port is in use."""
        if not self._served:
            app = create_page(self._folder.parent, Masking(message_of_runs()), self._again)
            self._stack.enter_context(Served(app, self.port))
            self._served = True

    def stay(self) -> None:
        """Serve it, say where it is, and wait for Ctrl-C."""
        self.serve()
        print(f"The page: {self.url}   (Ctrl-C ends it)", flush=True)
        with suppress(KeyboardInterrupt):
            threading.Event().wait()


class Rerun:
    """Runs a scenario again, in a process of its own, one at a time."""

    def __init__(self, runs: Path, engine: str) -> None:
        self._runs, self._engine = RunFolders(runs), engine
        self._lock = threading.Lock()
        self._process: subprocess.Popen[str] | None = None
        self._reading: threading.Thread | None = None

    @property
    def busy(self) -> bool:
        """Whether a run goes on."""
        return self._process is not None and self._process.poll() is None

    def __call__(self, scenario: str) -> str:
        """Start it, and return the name of its run. Raises EngineError if it does not start, or another goes on."""
        with self._lock:
            if self.busy:
                raise EngineError("the lab is running already", hint="wait until it has ended")
            before = set(self._runs.names)
            options = ["--json", "--runs", str(self._runs.path), *(("--engine", self._engine) if self._engine else ())]
            command = [sys.executable, "-P", "-m", "overheard", "run", scenario, *options]
            self._process = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.PIPE,
                text=True,
                # Ctrl-C in the terminal is for us.
                start_new_session=True,
            )
            return self._name_of(self._process, before)

    def _name_of(self, process: subprocess.Popen[str], before: set[str]) -> str:
        until = time.monotonic() + _PATIENCE
        while time.monotonic() < until:
            if new := [name for name in self._runs.names if name not in before]:
                # Its progress is read, so that it never waits for that.
                self._reading = threading.Thread(target=process.communicate, daemon=True)
                self._reading.start()
                return new[0]
            if process.poll() is not None:
                _, said = process.communicate()
                raise EngineError(f"the lab did not start: {(said.strip().splitlines() or ['it said nothing'])[-1]}")
            time.sleep(0.05)
        self.end()
        raise EngineError(f"the lab did not start within {_PATIENCE} s")

    def end(self) -> None:
        """End a run that goes on, with all that it has started."""
        if self._process and self.busy:
            self._process.send_signal(signal.SIGINT)
            with suppress(subprocess.TimeoutExpired):
                self._process.wait(_GRACE)
        if self._reading:
            self._reading.join(_GRACE)
