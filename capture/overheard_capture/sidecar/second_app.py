"""The HTTP API of a second recorder, which records for the capture role at another place of the network."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from flask import Response, jsonify, send_file

from overheard.words.errors import RecordingError
from overheard_capture.recorder.active import ActiveRecording
from overheard_capture.sidecar.guarded import UnknownNameError, guarded_app

if TYPE_CHECKING:
    from pathlib import Path

    from flask import Flask
    from flask.typing import ResponseReturnValue

    from overheard.words.recording import Recording
    from overheard_capture.sidecar.settings import Settings

PATH = "/recording"
_NAME = "second"


class _OneRecording:
    """The recording that is made, or was made last. Who asks for the next one has this one, or will never fetch it."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._lock = threading.Lock()
        self._active: ActiveRecording | None = None
        self._path = settings.recordings / f"{_NAME}.pcapng"

    def begin(self) -> None:
        with self._lock:
            if self._active:
                self._active.abandon()
                self._active = None
            self._active = ActiveRecording.begin(
                _NAME, self._path, self._settings.tap, patience=self._settings.patience
            )

    def end(self) -> Recording:
        with self._lock:
            if self._active is None:
                raise RecordingError("nothing is being recorded", hint="begin a recording first")
            active, self._active = self._active, None
            return active.end()

    def file(self) -> Path:
        with self._lock:
            if self._active or not self._path.is_file():
                raise UnknownNameError("no recording has ended", hint="end it first")
            return self._path


def create_second(settings: Settings, token: str) -> Flask:
    """Create the application.

    POST /recording       begin: 201 once the start mark was seen in the recording; the last one is gone
    POST /recording/end   end: 200 with the recorder's notes
    GET  /recording       the pcapng file
    """
    app, recording = guarded_app(settings.interface, token), _OneRecording(settings)

    @app.post(PATH)
    def begin() -> ResponseReturnValue:
        recording.begin()
        return jsonify(name=_NAME), 201

    @app.post(f"{PATH}/end")
    def end() -> ResponseReturnValue:
        return jsonify(recording.end().to_json())

    @app.get(PATH)
    def file() -> Response:
        return send_file(recording.file(), mimetype="application/x-pcapng", download_name=f"{_NAME}.pcapng")

    return app
