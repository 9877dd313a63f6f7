"""What the HTTP APIs of both recorders have in common: the token, the health check, and errors."""

from __future__ import annotations

import hmac
from typing import TYPE_CHECKING

from flask import Flask, jsonify, request

from overheard.role import health
from overheard.words.errors import OverheardError

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue


class UnknownNameError(OverheardError):
    """Nothing has this name."""


class InvalidBodyError(OverheardError):
    """The body of a request is not what it must be."""


# The status of an error's response; of all others it is 409.
_STATUS: dict[type[OverheardError], int] = {UnknownNameError: 404, InvalidBodyError: 400}


def guarded_app(interface: str, token: str) -> Flask:
    """An application of which everything but the health check requires the token."""
    app = Flask("overheard_capture.sidecar")

    @app.before_request
    def authorise() -> ResponseReturnValue | None:
        sent = request.authorization
        shown = sent.token if sent and sent.type == "bearer" and sent.token else ""
        if request.path == health.PATH or hmac.compare_digest(shown.encode(), token.encode()):
            return None
        return _error("the token of the capture role is required", 401)

    @app.errorhandler(OverheardError)
    def refuse(error: OverheardError) -> ResponseReturnValue:
        return _error(str(error), _STATUS.get(type(error), 409))

    @app.get(health.PATH)
    def ready() -> ResponseReturnValue:
        return jsonify(status="ok", role="capture", interface=interface)

    return app


def _error(message: str, status: int) -> ResponseReturnValue:
    return jsonify(error=message), status
