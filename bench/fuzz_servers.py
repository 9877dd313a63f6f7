"""The servers, as `fuzz.py` fuzzes them: each gets bytes that begin as requests, and must answer in HTTP, without 5xx.

What it should not have raised is in its log. They are processes of their own, whose memory is looked at.
"""

from __future__ import annotations

import random
import re
import socket
import ssl
import subprocess
import sys
import zlib
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from pathlib import Path

from ca.csrs import csr
from ca.process import CaProcess
from fuzz_requests import request
from fuzz_subject import FoundError, Subject
from measure import held
from mutations import changed
from overheard.role.health import probe, wait_until
from overheard.sidecar.http import HttpServer, Page
from overheard.sidecar.settings import Address
from ports import free_port

# gunicorn answers in the version of the request, whatever its minor number is.
_STATUS = re.compile(rb"HTTP/1\.[0-9] ([1-4][0-9]{2}|501|505) ")
_WRONG = (b"Traceback", b"Error handling request", b"Exception in", b"failed at")
# The type of a TLS record (RFC 8446, 5.1).
_ALERT = b"\x15"
# A token that is valid, in an input; the real one is another in every session.
_TOKEN = b"TOKEN-TOKEN"
# A server waits ten seconds for the rest of a request.
_PATIENCE = 20
_PIECES = (
    *(
        b"\r\n",
        b"\n",
        b"\r\n\r\n",
        b"\0",
        b"\xff",
        b" ",
        b"\t",
        b":",
        b"%00",
        b"%2e%2e/",
        b"..",
        b"//",
        b"?",
        b"#",
        b"*",
    ),
    *(b"Transfer-Encoding: chunked\r\n", b"Content-Length: 5\r\n", b"Content-Length: 99999999999999999999\r\n"),
    *(b"Content-Length: -1\r\n", b"Content-Length: 5, 5\r\n", b"Expect: 100-continue\r\n", b"Connection: Upgrade\r\n"),
    *(b"Content-Encoding: gzip\r\n", b"Authorization: Basic YTpi\r\n", b"Authorization: Bearer\r\n", b"Host: a, b\r\n"),
    *(b"Authorization: Digest a=b\r\n", b"Cookie: a=b; =; \xff\r\n", b"Range: bytes=0-,5-1\r\n", b"X: \xe4\r\n"),
    *(
        b"If-Modified-Since: x\r\n",
        b"SCRIPT_NAME: /x\r\n",
        b"X-Forwarded-For: ::\r\n",
        b"5\r\nhello\r\n0\r\n\r\n",
        b"FFFFFFFFFFFF\r\n",
    ),
    *(
        b"HTTP/0.9",
        b"HTTP/2.0",
        b"HTTP/1.0",
        b"http://a/",
        b"GET ",
        b"PUT ",
        b"HEAD ",
        b"OPTIONS ",
        b"TRACE ",
        b"X" * 9000,
    ),
    *(
        b"A: b\r\n" * 150,
        b"/" * 3000,
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        b"\x16\x03\x01\x02\x00",
        b"PROXY TCP4 a b 1 2\r\n",
    ),
)


def _http(method: str, path: str, body: bytes = b"", *, chunked: bool = False) -> bytes:
    head = f"{method} {path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ".encode() + _TOKEN + b"\r\n"
    if chunked:
        return head + b"Transfer-Encoding: chunked\r\n\r\n%x\r\n" % len(body) + body + b"\r\n0\r\n\r\n"
    return head + b"Content-Length: %d\r\n\r\n" % len(body) + body


def _exchange(port: int, data: bytes, context: ssl.SSLContext | None = None) -> bytes:
    """What a server answers. A connection that it resets has no more answer."""
    answer = b""
    with (
        suppress(ConnectionError, ssl.SSLError),
        socket.create_connection(("127.0.0.1", port), _PATIENCE) as plain,
        context.wrap_socket(plain) if context else plain as sock,
    ):
        # An answer may come, and the connection end, before all is sent.
        with suppress(OSError):
            sock.sendall(data)
            socket.socket.shutdown(sock, socket.SHUT_WR)
        while piece := sock.recv(1 << 16):
            answer += piece
    return answer


def _status(answer: bytes) -> str:
    """The status of an answer. Raises FoundError if it is none, or is the fault of the server."""
    if not answer:
        return "no answer"
    if not (status := _STATUS.match(answer)):
        raise FoundError(f"the answer is {answer[:300]!r}")
    return status[1].decode()


class _Log:
    """The log of a server, read on after each input."""

    def __init__(self, file: Path) -> None:
        self._file, self._seen = file, 0

    def check(self) -> None:
        """Raise FoundError if something was raised."""
        with self._file.open("rb") as file:
            file.seek(self._seen)
            said = file.read()
        self._seen += len(said)
        if any(word in said for word in _WRONG):
            raise FoundError(f"the log says: {said[-3000:].decode(errors='replace')}")


@contextmanager
def _ca(folder: Path) -> Iterator[Subject]:
    """The CA, over HTTPS and with what is no TLS; each request for a certificate with a token that is valid."""
    ca = CaProcess(folder).start()
    trusting, good = ssl.create_default_context(cafile=ca.state / "root.pem"), csr("server", "127.0.0.1")
    trusting.check_hostname = False
    log, tokens = _Log(folder / "log"), [ca.token()]

    def draw(chance: random.Random) -> bytes:
        body = chance.choice((good, request(chance), request(chance)))
        chunked = chance.random() < 0.3
        paths = ("/certificates", "/certificates", "/root.pem", "/health", "/nowhere")
        made = _http(chance.choice(("POST", "POST", "POST", "GET")), chance.choice(paths), body, chunked=chunked)
        return changed(made, chance, _PIECES)

    def read(data: bytes) -> str:
        tls = bool(zlib.crc32(data) % 20)
        answer = _exchange(ca.port, data.replace(_TOKEN, tokens[0].encode()), trusting if tls else None)
        log.check()
        if not tls and answer[:1] in (b"", _ALERT):
            return "no TLS"
        status = _status(answer)
        if status == "201":
            tokens[0] = ca.new_token()
        return status

    try:
        assert ca.process is not None  # noqa: S101  (it is started)
        pid = ca.process.pid
        yield Subject(draw, read, memory=lambda: held(pid))
    finally:
        ca.kill()


@contextmanager
def _capture(folder: Path) -> Iterator[Subject]:
    """The API of the capture role, on an interface that does not exist: recordings are begun, and fail."""
    (folder / "recordings").mkdir()
    (folder / "token").write_bytes(_TOKEN)
    port = free_port()
    variables = {
        "OVERHEARD_CAPTURE_TOKEN_FILE": str(folder / "token"),
        "OVERHEARD_CAPTURE_RECORDINGS": str(folder / "recordings"),
        "OVERHEARD_CAPTURE_KEYS": str(folder / "recordings"),
        "OVERHEARD_CAPTURE_INTERFACE": "nowhere0",
        "OVERHEARD_CAPTURE_PORT": str(port),
        "PATH": "/usr/bin:/bin",
    }
    paths = ("/runs/one/verdicts", "/runs/one/recordings/two", "/runs/one/recordings/two/end", "/health", "/runs/a/b")

    def draw(chance: random.Random) -> bytes:
        # To begin a recording takes long, as dumpcap is started for it.
        method = "POST" if chance.random() < 0.1 else "GET"
        made = _http(method, chance.choice(paths), chance.choice((b"", b"x" * 5000)), chunked=chance.random() < 0.2)
        return changed(made, chance, _PIECES)

    with (folder / "log").open("wb") as out, _process("overheard_capture", variables, out.fileno()) as process:
        wait_until(lambda: probe(f"http://127.0.0.1:{port}"), "the capture role", within=60, hint="see its log")
        log = _Log(folder / "log")

        def read(data: bytes) -> str:
            answer = _exchange(port, data)
            log.check()
            return _status(answer)

        yield Subject(draw, read, memory=lambda: held(process.pid))


@contextmanager
def _process(module: str, variables: dict[str, str], out: int) -> Iterator[subprocess.Popen[bytes]]:
    with subprocess.Popen([sys.executable, "-m", module], env=variables, stdout=out, stderr=out) as process:
        try:
            yield process
        finally:
            process.terminate()


@contextmanager
def _sidecar(_: Path) -> Iterator[Subject]:
    """The pages of the sidecar, served in a thread of this process."""
    port = free_port()

    def draw(chance: random.Random) -> bytes:
        return changed(_http("GET", chance.choice(("/health", "/metrics", "/"))), chance, _PIECES)

    with HttpServer(Address("127.0.0.1", port), {"/health": lambda: Page(b"{}"), "/metrics": lambda: Page(b"x 1\n")}):
        yield Subject(draw, lambda data: _status(_exchange(port, data)))


SERVERS: dict[str, Callable[[Path], AbstractContextManager[Subject]]] = {
    "ca-api": _ca,
    "capture-api": _capture,
    "sidecar-api": _sidecar,
}
