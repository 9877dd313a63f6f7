"""The CA over HTTP: its health, its root, and one endpoint that signs. Responses are JSON, except certificates."""

from __future__ import annotations

import logging

from flask import Flask, Response, jsonify, request
from werkzeug.exceptions import HTTPException

from overheard.role import health
from overheard_ca import body
from overheard_ca.acme.problems import Kind, ProblemError
from overheard_ca.acme.service import Service
from overheard_ca.acme.urls import PREFIX
from overheard_ca.acme.views import blueprint, http_problem, problem_response
from overheard_ca.authority import pem
from overheard_ca.errors import RefusedError
from overheard_ca.issuance import Issuance
from overheard_ca.transparency import views as transparency

_PEM = "application/x-pem-file"

log = logging.getLogger("overheard_ca")


def create_app(issuance: Issuance, acme: Service | None = None) -> Flask:
    """The application, for one authority; with ACME if there is a service of it, and with a log if it has one."""
    app = Flask("overheard_ca", static_folder=None)
    app.register_error_handler(RefusedError, _refused)
    app.register_error_handler(HTTPException, _http_error)
    app.register_error_handler(Exception, _failed)
    app.after_request(body.read_to_the_end)

    @app.get(health.PATH)
    def ready() -> Response:
        return jsonify(status="ok", role="ca")

    @app.get("/root.pem")
    def root() -> Response:
        return Response(pem(issuance.authority.root), mimetype=_PEM)

    @app.post("/certificates")
    def certificates() -> Response:
        return Response(issuance.certify(_token(), body.read), status=201, mimetype=_PEM)

    if issuance.log:
        app.register_blueprint(transparency.blueprint(issuance.log))
    if acme:
        app.register_blueprint(blueprint(acme))
    return app


def _token() -> str:
    """The token of the request (RFC 6750, 2.1); empty if it has none."""
    sent = request.authorization
    return sent.token or "" if sent is not None and sent.type == "bearer" else ""


def _refused(error: RefusedError) -> Response:
    log.info("refused %s: %s: %s", request.remote_addr, error.code, error)
    return _error(error.status, error.code, str(error))


def _http_error(error: HTTPException) -> Response:
    """Errors of Flask itself: an unknown path, or a method that is not allowed."""
    if request.path.startswith(PREFIX + "/"):
        return http_problem(error)
    code = error.name.lower().replace(" ", "-")
    message = f"{error.description} This CA serves GET /health, GET /root.pem and POST /certificates."
    return _error(error.code or 500, code, message)


def _failed(error: Exception) -> Response:
    """An internal error: the log has the traceback, the response only says that there was an error."""
    log.error("failed at %s", request.path, exc_info=error)
    if request.path.startswith(PREFIX + "/"):
        return problem_response(
            ProblemError(Kind.SERVER_INTERNAL, "The CA failed to process this request: see its log.")
        )
    return _error(500, "failed", "The CA failed to process this request, and nothing was issued: see its log.")


def _error(status: int, code: str, message: str) -> Response:
    answer = jsonify(error=code, message=message)
    answer.status_code = status
    if status == 401:
        # A 401 must name the authentication scheme (RFC 9110, 15.5.2).
        answer.headers["WWW-Authenticate"] = "Bearer"
    return answer
