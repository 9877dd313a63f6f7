"""The CA over HTTP: its health, its root, and one endpoint that signs. Responses are JSON, except certificates."""

from __future__ import annotations

import logging
import time
from contextlib import suppress

from flask import Flask, Response, jsonify, request
from gunicorn.http.errors import ParseException
from werkzeug.exceptions import HTTPException

from overheard.role import health
from overheard_ca import refusals
from overheard_ca.authority import pem
from overheard_ca.errors import RefusedError
from overheard_ca.issuance import Issuance

# A signing request with an 8192-bit key and a hundred names has about 6 KiB.
_MOST_BYTES = 64 * 1024

# How much of a refused body is read and discarded: the most bytes, and the most seconds.
_MOST_THROWN_AWAY = 32 * 1024 * 1024
_LONGEST_THROWN_AWAY = 5

# What gunicorn raises while a body is read: the connection is lost, or the chunked coding is invalid.
_BROKEN_OFF = (OSError, ParseException)

_PEM = "application/x-pem-file"

log = logging.getLogger("overheard_ca")


def create_app(issuance: Issuance) -> Flask:
    """The application, for one authority."""
    app = Flask("overheard_ca", static_folder=None)
    app.register_error_handler(RefusedError, _refused)
    app.register_error_handler(HTTPException, _http_error)
    app.register_error_handler(Exception, _failed)
    app.after_request(_read_to_the_end)

    @app.get(health.PATH)
    def ready() -> Response:
        return jsonify(status="ok", role="ca")

    @app.get("/root.pem")
    def root() -> Response:
        return Response(pem(issuance.authority.root), mimetype=_PEM)

    @app.post("/certificates")
    def certificates() -> Response:
        return Response(issuance.certify(_token(), _body), status=201, mimetype=_PEM)

    return app


def _token() -> str:
    """The token of the request (RFC 6750, 2.1); empty if it has none."""
    sent = request.authorization
    return sent.token or "" if sent is not None and sent.type == "bearer" else ""


def _body() -> bytes:
    """The request's body, read by hand: Flask's MAX_CONTENT_LENGTH truncates a chunked body without an error.

    gunicorn ends the stream at the end of the body, with any transfer coding.
    """
    try:
        body: bytes = request.environ["wsgi.input"].read(_MOST_BYTES + 1)
    except _BROKEN_OFF:
        raise refusals.BODY_BROKEN.error() from None
    if len(body) > _MOST_BYTES:
        raise refusals.BODY_TOO_LARGE.error(limit=_MOST_BYTES)
    return body


def _refused(error: RefusedError) -> Response:
    log.info("refused %s: %s: %s", request.remote_addr, error.code, error)
    return _error(error.status, error.code, str(error))


def _http_error(error: HTTPException) -> Response:
    """Errors of Flask itself: an unknown path, or a method that is not allowed."""
    code = error.name.lower().replace(" ", "-")
    message = f"{error.description} This CA serves GET /health, GET /root.pem and POST /certificates."
    return _error(error.code or 500, code, message)


def _failed(error: Exception) -> Response:
    """An internal error: the log has the traceback, the response only says that there was an error."""
    log.error("failed at %s", request.path, exc_info=error)
    return _error(500, "failed", "The CA failed to process this request, and nothing was issued: see its log.")


def _error(status: int, code: str, message: str) -> Response:
    answer = jsonify(error=code, message=message)
    answer.status_code = status
    if status == 401:
        # A 401 must name the authentication scheme (RFC 9110, 15.5.2).
        answer.headers["WWW-Authenticate"] = "Bearer"
    return answer


def _read_to_the_end(answer: Response) -> Response:
    """Read the rest of a refused body: closing a socket with unread bytes resets it, and the response is lost."""
    if answer.status_code >= 400:
        unread, deadline = _MOST_THROWN_AWAY, time.monotonic() + _LONGEST_THROWN_AWAY
        with suppress(*_BROKEN_OFF):
            while unread > 0 and time.monotonic() < deadline:
                piece = request.environ["wsgi.input"].read(_MOST_BYTES)
                if not piece:
                    break
                unread -= len(piece)
    return answer
