"""The Secret Squirrels' application: the message in plaintext, and in each of its disguises."""

from __future__ import annotations

import ssl
from collections.abc import Mapping
from typing import Any

from flask import Flask, Response, jsonify, request

from overheard.role import health
from overheard.words.scenario import Disguise
from overheard_services.disguise import fernet, substitution
from overheard_services.disguise.diffie_hellman import Party

# A public value has 44 characters; JSON this short cannot be nested too deeply to parse.
_MOST_BYTES = 256
_NO_KEY = "No key is shared: start the server with SECRET_KEY, SECRET_KEY_FILE or OVERHEARD_SERVER_SHARED_KEY_FILE.\n"
_NOT_ASKED_FOR = "I did not ask for this challenge.\n"
_HOW_TO_AGREE = 'POST {"public": P} as JSON, P being 32 bytes of X25519 (RFC 7748) in base64url.'


def create_app(message: str, shared_key: bytes | None = None, answers: Mapping[str, str] | None = None) -> Flask:
    """The application that tells `message` to whoever asks, and encrypted to those who have `shared_key`.

    `answers` is what a CA is answered that looks whether a name is the server's, by token; it may change.
    """
    app = Flask(__name__)
    app.config["MAX_CONTENT_LENGTH"] = _MOST_BYTES
    app.after_request(_greeted)

    @app.get(Disguise.NONE.path)
    def tell() -> Response:
        return _text(message)

    @app.get(Disguise.SUBSTITUTION.path)
    def substituted() -> Response:
        return _text(substitution.encrypt(message))

    @app.get(Disguise.FERNET.path)
    def sealed() -> Response:
        return _text(fernet.seal(shared_key, message)) if shared_key else _text(_NO_KEY, status=503)

    @app.get(Disguise.DIFFIE_HELLMAN.path)
    def how_to_agree() -> Response:
        # A 405 must list the allowed methods (RFC 9110, 15.5.6).
        return _text(f"{_HOW_TO_AGREE}\n", status=405, headers={"Allow": "POST"})

    @app.post(Disguise.DIFFIE_HELLMAN.path)
    def agree() -> Response:
        return _agreed(request.get_json(force=True, silent=True), message)

    # Where http-01 looks (RFC 8555, 8.3).
    @app.get("/.well-known/acme-challenge/<token>")
    def answer(token: str) -> Response:
        return _text(answers[token]) if answers and token in answers else _text(_NOT_ASKED_FOR, status=404)

    @app.get(health.PATH)
    def ready() -> Response:
        return jsonify(status="ok", role="server")

    return app


def _text(text: str, *, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    return Response(text, status=status, headers=headers, mimetype="text/plain")


def _agreed(asked: object, message: str) -> Response:
    """Our public value and the token, from which the other side can derive the key and decrypt the message."""
    public = asked.get("public") if isinstance(asked, dict) else None
    if not isinstance(public, str):
        return _refused(_HOW_TO_AGREE)
    # A new one each time: nothing that is stolen tomorrow can decrypt what is recorded today.
    party = Party()
    try:
        key = party.agree(public)
    except ValueError as problem:
        return _refused(str(problem))
    return jsonify(public=party.public, token=fernet.seal(key, message))


def _refused(why: str) -> Response:
    answer = jsonify(error=why)
    answer.status_code = 400
    return answer


def _greeted(answer: Response) -> Response:
    """Greet a client by the name in its certificate, which the handshake has verified."""
    if name := _name_of_the_client():
        # A certificate may contain anything; a header must not have control characters (RFC 9110, 5.5).
        harmless = name if name.isascii() and name.isprintable() else ascii(name)
        answer.headers["X-Greeting"] = f"Hello {harmless}"
    return answer


def _name_of_the_client() -> str:
    """The common name in the client's certificate; empty if the server did not request one."""
    sock = request.environ.get("gunicorn.socket")
    certificate: Any = (sock.getpeercert() if isinstance(sock, ssl.SSLSocket) else None) or {}
    # A tuple of the subject's parts, each a tuple of pairs.
    return str(dict(pair for part in certificate.get("subject", ()) for pair in part).get("commonName", ""))
