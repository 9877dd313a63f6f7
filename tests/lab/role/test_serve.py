"""Serving, by a real gunicorn in a process of its own."""

from __future__ import annotations

import signal
import socket
import ssl
import subprocess
import sys
import warnings
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from flask import Flask

from ca.process import free_port
from overheard.engines.base import clean_environment
from overheard.role.health import probe, wait_until
from overheard.role.serve import Listener, serve
from overheard.words.errors import NotReadyError, SettingsError
from processes import alive, descendants, eventually

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lab.certificates import Files

_SCRIPT = Path(__file__).parent / "serving.py"
# Far more than the second that is granted, and far less than the 30 s that gunicorn would give.
_SOON = 10


class Served:
    """A server of serving.py."""

    def __init__(self, process: subprocess.Popen[str], port: int) -> None:
        self.process, self.port = process, port

    def connect(self, context: ssl.SSLContext | None = None, session: ssl.SSLSession | None = None) -> socket.socket:
        """A new connection."""
        plain = socket.create_connection(("127.0.0.1", self.port), timeout=_SOON)
        if context is None:
            return plain
        return context.wrap_socket(plain, server_hostname="localhost", session=session)

    def get(self, path: str, connection: socket.socket) -> bytes:
        """The whole answer, up to the end of the connection that the server makes."""
        # HTTP/1.1: the client would keep the connection if the server did.
        connection.sendall(f"GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
        answer = b""
        while piece := connection.recv(4096):
            answer += piece
        return answer


@contextmanager
def started(files: Files | None = None) -> Iterator[Served]:
    port = free_port()
    pair = [str(files.certificate), str(files.key)] if files else []
    with subprocess.Popen(
        [sys.executable, str(_SCRIPT), str(port), *pair],
        env=clean_environment(),
        stdin=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:

        def problem() -> str:
            if process.poll() is not None:
                raise NotReadyError("the server", seen=process.communicate()[1], hint="")
            scheme, root = ("https", str(files.root)) if files else ("http", None)
            return probe(f"{scheme}://127.0.0.1:{port}", root=root)

        try:
            wait_until(problem, "the server", within=20, hint="")
            yield Served(process, port)
        finally:
            process.terminate()
            process.communicate(timeout=_SOON)


@pytest.fixture(scope="module")
def plain() -> Iterator[Served]:
    with started() as served:
        yield served


@pytest.fixture(scope="module")
def secure(files: Files) -> Iterator[Served]:
    with started(files) as served:
        yield served


def trusting(files: Files, version: ssl.TLSVersion) -> ssl.SSLContext:
    context = ssl.create_default_context(cafile=str(files.root))
    with warnings.catch_warnings():
        # That the old ones are old is the point.
        warnings.simplefilter("ignore", DeprecationWarning)
        context.minimum_version = context.maximum_version = version
    context.set_ciphers("ALL:@SECLEVEL=0")
    return context


def test_the_server_closes_after_each_answer(plain: Served) -> None:
    """So that a recording holds each stream from SYN to FIN."""
    with closing(plain.connect()) as connection:
        answer = plain.get("/health", connection)
    assert answer.startswith(b"HTTP/1.1 200 OK")
    assert b"Connection: close" in answer
    assert answer.endswith(b"ready")


def test_the_application_is_made_where_its_requests_are(plain: Served) -> None:
    with closing(plain.connect()) as connection:
        made_in, runs_in, parent = plain.get("/pids", connection).rpartition(b"\n")[2].split()
    assert made_in == runs_in
    assert int(parent) == plain.process.pid


@pytest.mark.parametrize(
    ("version", "name"), [(ssl.TLSVersion.TLSv1_2, "TLSv1.2"), (ssl.TLSVersion.TLSv1_3, "TLSv1.3")]
)
def test_tls_of_today_is_spoken(secure: Served, files: Files, version: ssl.TLSVersion, name: str) -> None:
    with closing(secure.connect(trusting(files, version))) as connection:
        assert isinstance(connection, ssl.SSLSocket)
        assert connection.version() == name
        assert secure.get("/health", connection).endswith(b"ready")


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_1])
def test_tls_of_yesterday_is_refused(secure: Served, files: Files, version: ssl.TLSVersion) -> None:
    context = trusting(files, version)
    with closing(secure.connect()) as connection, pytest.raises(ssl.SSLError, match=r"PROTOCOL_VERSION|protocol"):
        context.wrap_socket(connection, server_hostname="localhost")


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
def test_a_client_that_comes_back_resumes_its_session(secure: Served, files: Files, version: ssl.TLSVersion) -> None:
    """The server has one context for all connections."""
    context = trusting(files, version)
    with closing(secure.connect(context)) as first:
        assert isinstance(first, ssl.SSLSocket)
        # With TLS 1.3 the tickets come behind the handshake.
        secure.get("/health", first)
        assert not first.session_reused
        session = first.session
    with closing(secure.connect(context, session)) as second:
        assert isinstance(second, ssl.SSLSocket)
        assert second.session_reused


def test_https_does_not_answer_plain_http(secure: Served) -> None:
    with closing(secure.connect()) as connection, suppress(ConnectionResetError):
        assert b"200" not in secure.get("/health", connection)


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT])
def test_it_stops_when_told_though_requests_are_under_way(how: signal.Signals) -> None:
    with started() as served, closing(served.connect()) as busy, closing(served.connect()) as idle:
        busy.sendall(b"GET /slow HTTP/1.1\r\nHost: localhost\r\n\r\n")
        idle.sendall(b"GET /he")
        with closing(served.connect()) as connection:
            served.get("/health", connection)
        workers = descendants(served.process.pid)
        served.process.send_signal(how)
        assert served.process.wait(_SOON) == 0
        assert workers
        assert eventually(lambda: not any(map(alive, workers)))


def test_its_log_is_quiet_unless_something_is_wrong() -> None:
    with started() as served:
        served.process.terminate()
        assert served.process.communicate(timeout=_SOON)[1] == ""


def test_a_port_that_is_taken_is_an_error_in_words_and_not_the_exit_code_of_overheard() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(SettingsError, match=f"127.0.0.1:{port} cannot be listened on: Address already in use"):
            serve(lambda: Flask("never"), Listener("127.0.0.1", port))
