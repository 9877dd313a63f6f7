"""The runs of a capture role: the current recording, the ended ones, and their verdicts."""

from __future__ import annotations

import json
import logging
import re
import threading
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from typing import TYPE_CHECKING

from overheard.role.files import write_whole
from overheard.words.errors import RecordingError, UnreadableError
from overheard.words.recording import KEY_LOG, MESSAGE_KEYS, NOTEBOOK, STOLEN_KEY
from overheard.words.story import CONTROL
from overheard.words.verdict import Verdict, under_control
from overheard_capture.judge import JudgeInput, Keys, judge_recording
from overheard_capture.recorder.active import ActiveRecording
from overheard_capture.sidecar.guarded import UnknownNameError
from overheard_capture.sidecar.paired import PairedRecording
from overheard_capture.sidecar.results import Results
from overheard_capture.sidecar.second import SecondRecorder
from overheard_capture.wireshark.details import DissectionProcess
from overheard_capture.wireshark.tshark import TsharkInput

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from overheard.words.recording import Recording
    from overheard.words.result import Exchange, Result
    from overheard_capture.sidecar.settings import Settings

_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,63}")


class Runs:
    """Recordings by run and name. One recording is made at a time, while ended ones are judged.

    The token is that of the second recorder, if the settings have one.
    """

    def __init__(self, settings: Settings, token: str = "") -> None:
        self._settings = settings
        self._second = SecondRecorder(*settings.second, token) if settings.second else None
        self._lock = threading.Lock()
        self._active: tuple[str, ActiveRecording | PairedRecording] | None = None
        self._verdicts: dict[str, dict[str, Future[Verdict]]] = {}
        self._results: dict[str, Results] = {}
        # Judging mostly waits for tshark.
        self._judge = ThreadPoolExecutor(2, thread_name_prefix="judge")
        self._dissector = DissectionProcess()

    def begin(self, run: str, name: str) -> None:
        """Begin a recording. Raises RecordingError if another one is in progress, or the name is used in this run."""
        with self._lock:
            path = self._path(run, name)
            if self._active:
                raise RecordingError(f"{self._active[1].name!r} is being recorded", hint="end it first")
            if path.exists():
                raise RecordingError(f"{name!r} was recorded already in this run", hint="give it another name")
            path.parent.mkdir(mode=0o700, exist_ok=True)
            tap, patience = self._settings.tap, self._settings.patience
            self._active = (
                run,
                PairedRecording.begin(name, path, tap, self._second, patience=patience)
                if self._second
                else ActiveRecording.begin(name, path, tap, patience=patience),
            )

    def end(self, run: str, name: str, exchanges: tuple[Exchange, ...] = ()) -> Recording:
        """End the current recording; `exchanges` is what the client saw. Raises RecordingError if it is another one."""
        with self._lock:
            if self._active is None or (self._active[0], self._active[1].name) != (run, name):
                raise RecordingError(f"{name!r} is not being recorded", hint="begin it first")
            active = self._active[1]
            self._active = None
            recording = active.end()
            judge_input = self._judge_input(run, active.path, recording)
            results = self._results.setdefault(run, Results(active.path.parent))
            results.ended(name, exchanges)
            self._verdicts.setdefault(run, {})[name] = self._judge.submit(self._judged, judge_input, results)
            return recording

    def keep(self, run: str, results: Iterable[Result]) -> None:
        """Keep the results of a run beside its recordings. Raises UnknownNameError."""
        self._known(run).keep(results)

    def file(self, run: str, name: str) -> Path:
        """The pcapng file of an ended recording. Raises UnknownNameError."""
        path = self._path(run, name)
        if name not in self._verdicts.get(run, {}):
            raise UnknownNameError(f"no recording {name!r} has ended in the run {run!r}")
        return path

    def verdicts(self, run: str) -> dict[str, Verdict]:
        """The verdicts on all ended recordings of a run, under its positive control. Raises UnknownNameError.

        They are also written to `verdicts.json` beside the recordings; and so is the stolen key, if there is one.
        """
        self._known(run)
        judged = {name: future.result() for name, future in self._verdicts[run].items()}
        self._dissector.close()
        verdicts = under_control(judged, CONTROL)
        text = json.dumps({name: verdict.to_json() for name, verdict in verdicts.items()}, indent=2, ensure_ascii=False)
        folder = self._settings.recordings / run
        write_whole(folder / "verdicts.json", text.encode())
        if self._settings.stolen and self._settings.stolen.is_file():
            # Users may try it on the recordings: the lab makes a new key for every run.
            write_whole(folder / STOLEN_KEY, self._settings.stolen.read_bytes())
        return verdicts

    def _known(self, run: str) -> Results:
        if run not in self._results:
            raise UnknownNameError(f"nothing was recorded in the run {run!r}")
        return self._results[run]

    def _judge_input(self, run: str, path: Path, recording: Recording) -> JudgeInput:
        settings = self._settings
        keys, spy = settings.keys and settings.keys / run, settings.spy
        return JudgeInput(
            path,
            recording,
            settings.secret,
            keys=Keys(keys and keys / KEY_LOG, keys and keys / MESSAGE_KEYS),
            spy=Keys(spy and spy / KEY_LOG, spy and spy / MESSAGE_KEYS, settings.stolen),
            notebook=spy and spy / NOTEBOOK,
        )

    def _judged(self, judge_input: JudgeInput, results: Results) -> Verdict:
        verdict = self._dissected(judge_input, judge_recording(judge_input))
        results.judged(judge_input.recording.name, verdict)
        return verdict

    def _dissected(self, judge_input: JudgeInput, verdict: Verdict) -> Verdict:
        try:
            capture = TsharkInput.for_streams(judge_input.path, verdict.visible)
            return replace(verdict, dissection=self._dissector.dissect(capture, judge_input.secret))
        except UnreadableError as problem:
            # No verdict depends on the dissection. Without it the report lacks details; the log has the reason.
            logging.getLogger(__name__).warning("%s", problem)
            return verdict

    def _path(self, run: str, name: str) -> Path:
        for what, text in (("run", run), ("recording", name)):
            if not _NAME.fullmatch(text):
                raise RecordingError(
                    f"{text!r} is not a valid name for a {what}",
                    hint="use lower-case letters, digits and hyphens, 64 at most",
                )
        return self._settings.recordings / run / f"{name}.pcapng"
