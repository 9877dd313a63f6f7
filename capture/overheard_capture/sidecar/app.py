"""The HTTP API of the capture role."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from flask import Response, jsonify, request, send_file

from overheard.words.result import Exchange, Result
from overheard_capture.sidecar.guarded import InvalidBodyError, guarded_app
from overheard_capture.sidecar.runs import Runs

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from flask import Flask
    from flask.typing import ResponseReturnValue

    from overheard_capture.sidecar.settings import Settings

_T = TypeVar("_T")


def create_app(settings: Settings, token: str) -> Flask:
    """Create the application. All endpoints but the health check require `Authorization: Bearer` with the token.

    POST /runs/RUN/recordings/NAME       begin: 201 once the start mark was seen in the recording
    POST /runs/RUN/recordings/NAME/end   end: 200 with the recorder's account; the body may have what the client saw
    GET  /runs/RUN/recordings/NAME       the pcapng file
    GET  /runs/RUN/verdicts              by recording, once all are judged
    PUT  /runs/RUN/results               keep the results of all scenarios beside the recordings: 200
    """
    app, runs = guarded_app(settings.interface, token), Runs(settings, token)

    @app.post("/runs/<run>/recordings/<name>")
    def begin(run: str, name: str) -> ResponseReturnValue:
        runs.begin(run, name)
        return jsonify(run=run, name=name), 201

    @app.post("/runs/<run>/recordings/<name>/end")
    def end(run: str, name: str) -> ResponseReturnValue:
        return jsonify(runs.end(run, name, tuple(_listed("exchanges", Exchange.from_json))).to_json())

    @app.get("/runs/<run>/recordings/<name>")
    def file(run: str, name: str) -> Response:
        return send_file(runs.file(run, name), mimetype="application/x-pcapng", download_name=f"{name}.pcapng")

    @app.get("/runs/<run>/verdicts")
    def verdicts(run: str) -> ResponseReturnValue:
        return jsonify({name: verdict.to_json() for name, verdict in runs.verdicts(run).items()})

    @app.put("/runs/<run>/results")
    def keep(run: str) -> ResponseReturnValue:
        runs.keep(run, _listed("results", Result.from_json))
        return jsonify(run=run)

    return app


def _listed(name: str, read: Callable[[Mapping[str, Any]], _T]) -> list[_T]:
    """The list of that name in the body of the request; empty if there is no body. Raises InvalidBodyError."""
    if not request.content_length:
        return []
    body: Any = request.get_json(silent=True)
    try:
        return [read(each) for each in body[name]]
    except (KeyError, TypeError, ValueError, AttributeError):
        raise InvalidBodyError(f"the body must be an object with a list {name!r}, as the client writes it") from None
