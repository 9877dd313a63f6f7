"""The runs of a sidecar: which recording goes on, which have ended, and their verdicts."""

from __future__ import annotations

import json
import logging
import re
import threading
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from typing import TYPE_CHECKING

from overheard.role.files import write_whole
from overheard.words.errors import OverheardError, RecordingError, UnreadableError
from overheard.words.recording import KEY_LOG
from overheard.words.story import CONTROL
from overheard.words.verdict import Verdict, under_control
from overheard_capture.dissect import dissect
from overheard_capture.dumpcap import Tap
from overheard_capture.judge import Exhibit, judge
from overheard_capture.recorder import ActiveRecording

if TYPE_CHECKING:
    from pathlib import Path

    from overheard.words.recording import Recording
    from overheard_capture.settings import Settings

_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,63}")


class UnknownNameError(OverheardError):
    """No run or recording has this name."""


class Runs:
    """Recordings by run and name. One recording goes on at a time; the ended ones are judged beside the next."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._lock = threading.Lock()
        self._active: tuple[str, ActiveRecording] | None = None
        self._verdicts: dict[str, dict[str, Future[Verdict]]] = {}
        self._judge = ThreadPoolExecutor(1, thread_name_prefix="judge")

    def begin(self, run: str, name: str) -> None:
        """Begin to record. Raises RecordingError when another recording goes on, or this name was used in this run."""
        settings = self._settings
        with self._lock:
            path = self._path(run, name)
            if self._active:
                raise RecordingError(f"{self._active[1].name!r} is being recorded", hint="end it first")
            if path.exists():
                raise RecordingError(f"{name!r} was recorded already in this run", hint="give it another name")
            path.parent.mkdir(mode=0o700, exist_ok=True)
            tap = Tap(settings.interface, settings.capture_filter, settings.snap_length, settings.buffer)
            self._active = run, ActiveRecording.begin(name, path, tap, patience=settings.patience)

    def end(self, run: str, name: str) -> Recording:
        """End the recording that goes on. Raises RecordingError when it is not this one."""
        with self._lock:
            if self._active is None or (self._active[0], self._active[1].name) != (run, name):
                raise RecordingError(f"{name!r} is not being recorded", hint="begin it first")
            active = self._active[1]
            self._active = None
            recording = active.end()
            exhibit = Exhibit(active.path, recording, self._settings.secret, self._keys(run))
            self._verdicts.setdefault(run, {})[name] = self._judge.submit(_judged, exhibit)
            return recording

    def file(self, run: str, name: str) -> Path:
        """The pcapng file of an ended recording. Raises UnknownNameError."""
        path = self._path(run, name)
        if name not in self._verdicts.get(run, {}):
            raise UnknownNameError(f"no recording {name!r} has ended in the run {run!r}")
        return path

    def verdicts(self, run: str) -> dict[str, Verdict]:
        """The verdicts on all ended recordings of a run, under its positive control. Raises UnknownNameError.

        They are also written beside the recordings, as `verdicts.json`.
        """
        if run not in self._verdicts:
            raise UnknownNameError(f"nothing was recorded in the run {run!r}")
        judged = {name: future.result() for name, future in self._verdicts[run].items()}
        verdicts = under_control(judged, CONTROL)
        text = json.dumps({name: verdict.to_json() for name, verdict in verdicts.items()}, indent=2, ensure_ascii=False)
        write_whole(self._settings.recordings / run / "verdicts.json", text.encode())
        return verdicts

    def _keys(self, run: str) -> Path:
        return self._settings.keys / run / KEY_LOG

    def _path(self, run: str, name: str) -> Path:
        for what, text in (("run", run), ("recording", name)):
            if not _NAME.fullmatch(text):
                raise RecordingError(
                    f"{text!r} is no name for a {what}", hint="use lower-case letters, digits and hyphens, 64 at most"
                )
        return self._settings.recordings / run / f"{name}.pcapng"


def _judged(exhibit: Exhibit) -> Verdict:
    verdict = judge(exhibit)
    try:
        return replace(verdict, dissection=dissect(exhibit.path, exhibit.secret))
    except UnreadableError as problem:
        # Nothing is decided from it. The table and the packets lack some words then, and the log says why.
        logging.getLogger(__name__).warning("%s", problem)
        return verdict
