"""Real HTTP and HTTPS servers in a thread, with responses that a test chooses."""

from __future__ import annotations

import http.server
import ssl
import threading
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from email.message import Message

    from lab.pki import Files


@dataclass
class Answers:
    """The responses of a server, and the requests that it got: method, path and headers of each."""

    status: int = 200
    body: bytes = b"fluffy tail"
    content_type: str = "text/plain; charset=utf-8"
    asked: list[tuple[str, str, Message]] = field(default_factory=list)


class _Server(http.server.ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, *_: object) -> None:
        """Ignore clients that abort the handshake: some tests are about these."""


@contextmanager
def serving(answers: Answers, files: Files | None = None) -> Iterator[str]:
    """Serve `answers` at the URL that this yields; over HTTPS if there is a certificate."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            answers.asked.append((self.command, self.path, self.headers))
            # An unread body would reset the connection before the response arrives.
            self.rfile.read(int(self.headers.get("Content-Length", 0)))
            self.send_response(answers.status)
            self.send_header("Content-Type", answers.content_type)
            self.send_header("Content-Length", str(len(answers.body)))
            self.end_headers()
            self.wfile.write(answers.body)

        def do_POST(self) -> None:
            self.do_GET()

        def do_PUT(self) -> None:
            self.do_GET()

        def log_message(self, *_: object) -> None: ...

    with _Server(("127.0.0.1", 0), Handler) as server:
        scheme = "http"
        if files:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(files.certificate, files.key)
            server.socket = context.wrap_socket(server.socket, server_side=True)
            scheme = "https"
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield f"{scheme}://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()
