"""The Secret Squirrels' application."""

from __future__ import annotations

from flask import Flask, Response, jsonify

from overheard.role import health


def create_app(message: str) -> Flask:
    """Build the application that tells `message` to whoever asks."""
    app = Flask(__name__)

    @app.get("/")
    def tell() -> Response:
        return Response(message, mimetype="text/plain")

    @app.get(health.PATH)
    def ready() -> Response:
        return jsonify(status="ok", role="server")

    return app
