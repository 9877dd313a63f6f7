"""The health check of the interceptor: nothing listens there until all its proxies listen."""

from __future__ import annotations

import json
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING

from overheard.role.health import PATH
from overheard.words.errors import SettingsError

if TYPE_CHECKING:
    from collections.abc import Iterator


class _Handler(BaseHTTPRequestHandler):
    # Of a client that is silent, in seconds.
    timeout = 5

    def do_GET(self) -> None:
        if self.path != PATH:
            self.send_error(404)
            return
        body = json.dumps({"role": "interceptor", "status": "ok"}).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Log nothing: there is a health check every second."""


@contextmanager
def serve_health(host: str, port: int) -> Iterator[None]:
    """Respond at `/health` within the `with` block. Raises SettingsError if the address cannot be listened on."""
    try:
        server = ThreadingHTTPServer((host, port), _Handler)
    except OSError as problem:
        raise SettingsError(
            f"cannot listen on {host}:{port}: {problem.strerror}",
            hint="find out what is using it, or change OVERHEARD_INTERCEPTOR_PORT",
        ) from None
    with server:
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.1}, daemon=True).start()
        try:
            yield
        finally:
            server.shutdown()
