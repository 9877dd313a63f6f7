"""`python serving.py STOPPED KEEP_ALIVE LISTENER...`: serves a test application as the lab's roles do.

A listener is given as JSON, as from `dataclasses.asdict`. The file STOPPED is created when it is told to stop. A
connection is open for KEEP_ALIVE seconds after a response.
"""

from __future__ import annotations

import json
import os
import ssl
import sys
import threading
import time
from pathlib import Path
from typing import Any

from flask import Flask, request

from overheard.role.serve import Listener, serve

_FILES = ("certificate", "key", "client_ca")
# Of the long response: more than the buffers of two sockets hold.
LENGTH = 1 << 26


def create_app() -> Flask:
    """An application that responds at once or very late, and reports where it runs."""
    app = Flask(__name__)
    made_in = os.getpid()

    @app.get("/health")
    def health() -> str:
        return "ready"

    @app.get("/pids")
    def pids() -> str:
        return f"{made_in} {os.getpid()} {os.getppid()}"

    @app.get("/threads")
    def threads() -> str:
        return threading.current_thread().name

    @app.get("/secured")
    def secured() -> str:
        sock = request.environ["gunicorn.socket"]
        if not isinstance(sock, ssl.SSLSocket):
            return "no"
        suite, _, _ = sock.cipher() or ("", "", 0)
        return f"{suite} {sock.getpeercert()}"

    @app.get("/slow")
    def slow() -> str:
        time.sleep(60)
        return "at last"

    @app.get("/long")
    def long() -> bytes:
        return bytes(LENGTH)

    return app


def listener(text: str) -> Listener:
    """The opposite of `json.dumps(asdict(listener), default=str)`."""
    fields: dict[str, Any] = json.loads(text)
    return Listener(**fields | {name: Path(fields[name]) for name in _FILES if fields[name]})


if __name__ == "__main__":
    stopped, kept, *listeners = sys.argv[1:]
    serve(create_app, [listener(text) for text in listeners], stop=Path(stopped).touch, keep_alive=int(kept))
