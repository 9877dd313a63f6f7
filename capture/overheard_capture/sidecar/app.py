"""The HTTP API of the capture role."""

from __future__ import annotations

import hmac
from typing import TYPE_CHECKING

from flask import Flask, Response, jsonify, request, send_file

from overheard.role import health
from overheard.words.errors import OverheardError
from overheard_capture.sidecar.runs import Runs, UnknownNameError

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

    from overheard_capture.sidecar.settings import Settings


def create_app(settings: Settings, token: str) -> Flask:
    """Create the application. All endpoints but the health check require `Authorization: Bearer` with the token.

    POST /runs/RUN/recordings/NAME       begin: 201 once the start mark was seen in the recording
    POST /runs/RUN/recordings/NAME/end   end: 200 with the recorder's account
    GET  /runs/RUN/recordings/NAME       the pcapng file
    GET  /runs/RUN/verdicts              by recording, once all are judged
    """
    app = Flask(__name__)
    runs = Runs(settings)

    @app.before_request
    def authorise() -> ResponseReturnValue | None:
        sent = request.authorization
        shown = sent.token if sent and sent.type == "bearer" and sent.token else ""
        if request.path == health.PATH or hmac.compare_digest(shown.encode(), token.encode()):
            return None
        return _error("the token of the capture role is required", 401)

    @app.errorhandler(OverheardError)
    def refuse(error: OverheardError) -> ResponseReturnValue:
        return _error(str(error), 404 if isinstance(error, UnknownNameError) else 409)

    @app.get(health.PATH)
    def ready() -> ResponseReturnValue:
        return jsonify(status="ok", role="capture", interface=settings.interface)

    @app.post("/runs/<run>/recordings/<name>")
    def begin(run: str, name: str) -> ResponseReturnValue:
        runs.begin(run, name)
        return jsonify(run=run, name=name), 201

    @app.post("/runs/<run>/recordings/<name>/end")
    def end(run: str, name: str) -> ResponseReturnValue:
        return jsonify(runs.end(run, name).to_json())

    @app.get("/runs/<run>/recordings/<name>")
    def file(run: str, name: str) -> Response:
        return send_file(runs.file(run, name), mimetype="application/x-pcapng", download_name=f"{name}.pcapng")

    @app.get("/runs/<run>/verdicts")
    def verdicts(run: str) -> ResponseReturnValue:
        return jsonify({name: verdict.to_json() for name, verdict in runs.verdicts(run).items()})

    return app


def _error(message: str, status: int) -> ResponseReturnValue:
    return jsonify(error=message), status
