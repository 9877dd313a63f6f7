"""`python serving.py PORT [CERTIFICATE KEY]`: the lab's way of serving, with an application of this file's own."""

from __future__ import annotations

import os
import sys
import threading
import time
from pathlib import Path

from flask import Flask

from overheard.role.serve import Listener, serve


def create_app() -> Flask:
    """An application that answers at once, or hardly ever; and says where it runs."""
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

    @app.get("/slow")
    def slow() -> str:
        time.sleep(60)
        return "at last"

    return app


if __name__ == "__main__":
    port, *pair = sys.argv[1:]
    serve(create_app, Listener("127.0.0.1", int(port), *map(Path, pair)))
