"""A web server with the responses of a case, and requests to it."""

from __future__ import annotations

from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import socket
    from collections.abc import Mapping, Sequence

    from corpus.scene import Scene


@dataclass(frozen=True)
class Answer:
    """A response. If there are `chunks`, it is sent in these; with `version` HTTP/1.0 it ends with the connection."""

    body: bytes = b"ok"
    headers: Mapping[str, str] = field(default_factory=dict)
    chunks: Sequence[bytes] = ()
    trailer: str = ""
    transfer: str = "chunked"
    status: int = 200
    version: str = "HTTP/1.1"


class _Handler(BaseHTTPRequestHandler):
    """Reads the request, and sends the responses of its class in sequence; the last one is repeated."""

    answers: Sequence[Answer] = ()

    def answer(self) -> None:
        self._read()
        answers: list[Answer] = self.server.answers  # type: ignore[attr-defined]  # of _Server
        answer = answers.pop(0) if len(answers) > 1 else answers[0]
        self.send_response(answer.status)
        for name, value in answer.headers.items():
            self.send_header(name, value)
        if answer.chunks:
            self._send_chunks(answer)
        elif answer.version == "HTTP/1.0":
            self.close_connection = True
            self.end_headers()
            self._send(answer.body)
        else:
            self.send_header("Content-Length", str(len(answer.body)))
            self.end_headers()
            self._send(answer.body)

    do_GET = do_POST = do_PUT = do_PATCH = do_OPTIONS = do_PROPFIND = do_HEAD = answer  # noqa: N815  (so http.server calls them)

    def _send(self, body: bytes) -> None:
        if self.command != "HEAD":
            self.wfile.write(body)

    def _send_chunks(self, answer: Answer) -> None:
        self.send_header("Transfer-Encoding", answer.transfer)
        self.end_headers()
        for chunk in answer.chunks:
            self.wfile.write(b"%x\r\n%s\r\n" % (len(chunk), chunk))
        self.wfile.write(b"0\r\n%s\r\n" % answer.trailer.encode())

    def _read(self) -> None:
        if self.headers["Transfer-Encoding"] == "chunked":
            while size := int(self.rfile.readline(), 16):
                self.rfile.read(size + 2)
            while self.rfile.readline().strip():
                pass
        self.rfile.read(int(self.headers["Content-Length"] or 0))

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  (the name is http.server's)
        pass


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    answers: list[Answer]


def serve(scene: Scene, *answers: Answer, port: int = 80, host: str = "") -> None:
    """Serve these responses in sequence; the last one is repeated."""
    listener = scene.listen(port, host)
    version = answers[0].version if answers else "HTTP/1.1"
    handler = type("Handler", (_Handler,), {"protocol_version": version})
    server = _Server((scene.host, port), handler, bind_and_activate=False)
    # Its own socket is at the wrong side.
    server.socket.close()
    server.socket, server.server_name, server.server_port = listener, scene.host, port
    server.answers = list(answers) or [Answer()]
    scene.background(server.serve_forever, 0.02)
    scene.rest.callback(server.shutdown)


def serve_as_is(scene: Scene, *answers: bytes, port: int = 80) -> None:
    """Answer the requests of a connection with these bytes in sequence, and then close it."""

    def talk(connection: socket.socket) -> None:
        for answer in answers:
            request = b""
            while b"\r\n\r\n" not in request:
                request += connection.recv(4096)
            connection.sendall(answer)

    scene.serve(talk, port)


def get(scene: Scene, answer: Answer, *arguments: str) -> bytes:
    """A request by curl."""
    serve(scene, answer)
    return scene.curl(*arguments, scene.url())
