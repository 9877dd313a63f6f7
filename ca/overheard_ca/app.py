"""The CA over HTTP: its health, its root, and one endpoint that signs. Every answer but a certificate is JSON."""

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
from overheard_ca.desk import Desk
from overheard_ca.errors import RefusedError

# A signing request with an 8192-bit key and a hundred names has about 6 KiB.
_MOST_BYTES = 64 * 1024

# How much of a refused body is read and thrown away: at most so many bytes, for so many seconds.
_MOST_THROWN_AWAY = 32 * 1024 * 1024
_LONGEST_THROWN_AWAY = 5

# What gunicorn raises while a body is read: the connection is lost, or its chunks make no sense.
_BROKEN_OFF = (OSError, ParseException)

_PEM = "application/x-pem-file"

log = logging.getLogger("overheard_ca")


def create_app(desk: Desk) -> Flask:
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
        return Response(pem(desk.authority.root), mimetype=_PEM)

    @app.post("/certificates")
    def certificates() -> Response:
        return Response(desk.certify(_token(), _body), status=201, mimetype=_PEM)

    return app


def _token() -> str:
    """The token of the request (RFC 6750, 2.1)."""
    sent = request.authorization
    if sent is None or sent.type != "bearer" or not sent.token:
        raise refusals.TOKEN_MISSING.error()
    return sent.token


def _body() -> bytes:
    """The request's body, read by hand: Flask's MAX_CONTENT_LENGTH cuts a chunked one short and says nothing.

    gunicorn ends the stream where the body ends, however it was sent.
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
    """What Flask itself refuses: an unknown path, a method that is not served."""
    code = error.name.lower().replace(" ", "-")
    message = f"{error.description} This CA serves GET /health, GET /root.pem and POST /certificates."
    return _error(error.code or 500, code, message)


def _failed(error: Exception) -> Response:
    """A fault of the CA's own: the log has the traceback, the answer says only that it is there."""
    log.error("failed at %s", request.path, exc_info=error)
    return _error(500, "failed", "The CA failed at this request, and nothing was issued: see its log.")


def _error(status: int, code: str, message: str) -> Response:
    answer = jsonify(error=code, message=message)
    answer.status_code = status
    if status == 401:
        # A 401 says by which scheme one may come back (RFC 9110, 15.5.2).
        answer.headers["WWW-Authenticate"] = "Bearer"
    return answer


def _read_to_the_end(answer: Response) -> Response:
    """Read what is left of a refused body: closing a socket with unread bytes resets it, and the refusal is lost."""
    if answer.status_code >= 400:
        unread, deadline = _MOST_THROWN_AWAY, time.monotonic() + _LONGEST_THROWN_AWAY
        with suppress(*_BROKEN_OFF):
            while unread > 0 and time.monotonic() < deadline:
                piece = request.environ["wsgi.input"].read(_MOST_BYTES)
                if not piece:
                    break
                unread -= len(piece)
    return answer
