"""Windows, one after the other: each recording begins before the last one ends, while those before are judged."""

from __future__ import annotations

import shutil
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from overheard.sidecar.changing_secrets import ChangingSecrets
from overheard.sidecar.judging import Job, judged
from overheard.sidecar.kept import Kept
from overheard.sidecar.surroundings import Surroundings
from overheard.sidecar.window import Judged, State, Window, failed
from overheard.witness.marked import begin, marked_filter, reserved_port
from overheard.words.errors import RecordingError
from overheard_capture.recorder import Tap, WindowFiles

if TYPE_CHECKING:
    import threading
    from collections.abc import Callable, Sequence
    from concurrent.futures import Future
    from pathlib import Path

    from overheard.sidecar.settings import Settings
    from overheard.words.secret import Secret
    from overheard_capture.recorder import ActiveRecording

# How often it is looked whether dumpcap still runs, and how long to wait if it ends at once, in seconds.
_LOOK, _PAUSE = 0.5, 1.0
# So many windows may wait for the judge.
_WAITING = 3


@dataclass
class _Active:
    """A window that is being recorded, and the secrets as they were at its beginning."""

    number: int
    files: WindowFiles
    recording: ActiveRecording
    stack: ExitStack
    secrets: Sequence[Secret]
    began: float


class Rolling:
    """Records and judges until it is told to stop. `tell` gets each window once it was judged."""

    def __init__(self, settings: Settings, left_out: str, folder: Path, tell: Callable[[Window], None]) -> None:
        self._settings, self._folder, self._tell = settings, folder, tell
        terms = [f"({term})" for term in (settings.capture_filter, f"not ({left_out})" if left_out else "") if term]
        self._filter = " and ".join(terms)
        self._kept = Kept(settings.recordings, settings.keep) if settings.recordings else None
        self._surroundings = Surroundings(settings.interface, settings.ports)
        self._secrets = ChangingSecrets(settings.secrets)
        self._judges = ThreadPoolExecutor(1, thread_name_prefix="judge")
        self._waiting: list[Future[None]] = []
        self._running: list[_Active] = []

    def run(self, stop: threading.Event, ready: Callable[[bool], None]) -> None:
        """Record until `stop` is set, or as many windows as are wanted. `ready` is told whether something is recorded.

        Raises RecordingError if nothing can be recorded, at the beginning or any more, once all before that is judged.
        """
        try:
            active = self._first()
            while active:
                ready(True)
                self._wait(active, stop)
                active = self._next(active, last=stop.is_set() or active.number == self._settings.windows)
                self._collect()
        finally:
            ready(False)
            for each in self._running:
                each.recording.abandon()
                each.stack.close()
            self._judges.shutdown()
            self._collect()

    def _first(self) -> _Active | None:
        try:
            return self._begin(1)
        except RecordingError as problem:
            self._submit(partial(self._lost, 1, problem))
            raise

    def _begin(self, number: int) -> _Active:
        """Begin a window. Raises RecordingError."""
        files, secrets, began = WindowFiles(self._folder / f"{number}"), self._secrets.read(), time.time()
        try:
            files.folder.mkdir(mode=0o700)
            with ExitStack() as stack:
                port = reserved_port(stack)
                capture_filter = marked_filter(self._settings.ports, self._filter, port)
                tap = Tap(self._settings.interface, capture_filter, buffer=self._settings.buffer)
                recording = begin(files.recorded, tap, port)
                active = _Active(number, files, recording, stack.pop_all(), secrets, began)
        except RecordingError as problem:
            raise RecordingError(f"nothing can be recorded: {problem.args[0]}", hint=problem.hint) from None
        except OSError as problem:
            says = f"nothing can be recorded: {files.folder}: {problem.strerror}"
            raise RecordingError(says, hint="free some disk space") from None
        self._running.append(active)
        return active

    def _wait(self, active: _Active, stop: threading.Event) -> None:
        """Wait for the end of a window: its time is over, or nothing is recorded any more."""
        began = time.monotonic()
        while not stop.is_set() and time.monotonic() - began < self._settings.window:
            if not active.recording.recorder.alive:
                stop.wait(_PAUSE)
                return
            stop.wait(min(_LOOK, self._settings.window))

    def _next(self, active: _Active, *, last: bool) -> _Active | None:
        """End a window, after the next one has begun, and have it judged. Raises RecordingError."""
        if last:
            self._end(active, None)
            return None
        try:
            following = self._begin(active.number + 1)
        except RecordingError as problem:
            self._end(active, None)
            self._submit(partial(self._lost, active.number + 1, problem))
            raise
        self._end(active, following)
        return following

    def _end(self, active: _Active, following: _Active | None) -> None:
        secrets = self._secrets.of_window(active.secrets)
        try:
            recording = active.recording.end()
        except RecordingError as problem:
            result = failed("recorded", str(problem.args[0]), problem.hint, [secret.name for secret in secrets])
            self._submit(partial(self._concluded, active, time.time(), result))
            return
        finally:
            active.stack.close()
            self._running.remove(active)
        faults = [*self._surroundings.faults(at_the_end=following is None), *self._secrets.faults()]
        if sum(not future.done() for future in self._waiting) >= _WAITING:
            says = f"{_WAITING} windows already wait for the judge"
            hint = "record less (OVERHEARD_PORTS, OVERHEARD_FILTER), or give the judge more of the processor"
            behind = failed("behind", says, hint, [secret.name for secret in secrets])
            active.files.recorded.unlink(missing_ok=True)
            self._submit(partial(self._concluded, active, recording.ended, behind))
            return
        job = Job(
            folder=active.files.folder,
            before=self._folder / f"{active.number - 1}",
            recording=recording,
            next_began=following.began if following else None,
            carry=self._settings.carry,
            secrets=secrets,
            keys=self._settings.keys,
            options=self._settings.options,
            faults=faults,
        )
        self._submit(partial(self._judge, active, job))

    def _submit(self, task: Callable[[], None]) -> None:
        self._waiting.append(self._judges.submit(task))

    def _collect(self) -> None:
        """Raise what a judge raised: that is a fault of this program."""
        for future in [each for each in self._waiting if each.done()]:
            future.result()
            self._waiting.remove(future)

    def _judge(self, active: _Active, job: Job) -> None:
        began = time.monotonic()
        result = judged(job)
        self._concluded(active, job.recording.ended, result, time.monotonic() - began)

    def _concluded(self, active: _Active, ended: float, result: Judged, seconds: float = 0.0) -> None:
        """Keep the recording of a window that failed, remove what is not needed any more, and tell."""
        kept = None
        if self._kept and result.state in (State.OVERHEARD, State.INCONCLUSIVE):
            kept = self._kept.keep(active.number, active.files, in_open=result.in_open)
        shutil.rmtree(self._folder / f"{active.number - 1}", ignore_errors=True)
        for path in (active.files.recorded, active.files.settled):
            path.unlink(missing_ok=True)
        self._tell(Window(active.number, active.began, ended, result, str(kept) if kept else None, seconds))

    def _lost(self, number: int, problem: RecordingError) -> None:
        now = time.time()
        self._tell(Window(number, now, now, failed("recorded", str(problem.args[0]), problem.hint)))
