"""A server whose clients are slow, or too many, by a real gunicorn in a separate process."""

from __future__ import annotations

import signal
import socket
import ssl
import time
from contextlib import ExitStack, closing
from typing import TYPE_CHECKING

import pytest

from lab.role.served import Served, started, to_the_end
from lab.role.serving import LENGTH
from overheard.role import worker
from overheard.role.worker import CONNECTIONS_PER_PEER, KEPT_PER_PEER, REQUEST_DEADLINE, _Unreader
from processes import SOON
from slow_clients import connect, health, longest_wait

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from lab.pki import Files

# What 100 clients may have to wait for, in seconds.
AT_MOST = 2


@pytest.fixture(scope="module")
def plain() -> Iterator[Served]:
    with started() as served:
        yield served


@pytest.mark.slow
@pytest.mark.parametrize("secure", [False, True], ids=["http", "https"])
def test_eighty_slow_clients_delay_nobody(files: Files, secure: bool) -> None:
    context = ssl.create_default_context(cafile=str(files.root)) if secure else None
    with started(files if secure else None) as served:
        assert longest_wait(served.port, context) < AT_MOST
        # Nor does it log them: they would fill the disk.
        assert served.stop() == ""


@pytest.mark.slow
def test_clients_that_do_not_close_after_the_response_delay_nobody(plain: Served) -> None:
    with ExitStack() as stack:
        for _ in range(10):
            client = stack.enter_context(closing(plain.connect()))
            plain.get("/health", client)
        begun = time.monotonic()
        health(plain.port)
        assert time.monotonic() - begun < AT_MOST


@pytest.mark.slow
@pytest.mark.parametrize("sent", [b"", b"GET /heal", b"POST /health HTTP/1.1\r\nContent-Length: 9\r\n\r\nacorn"])
def test_a_request_that_does_not_arrive_is_closed_at_the_deadline(plain: Served, sent: bytes) -> None:
    with closing(plain.connect()) as client:
        begun = time.monotonic()
        client.sendall(sent)
        to_the_end(client)
        # The application refuses the method without waiting for the body; then the worker waits for the end.
        assert time.monotonic() - begun < REQUEST_DEADLINE + AT_MOST


@pytest.mark.slow
def test_a_response_that_is_not_read_is_given_up(plain: Served) -> None:
    with closing(plain.connect()) as client:
        client.sendall(b"GET /long HTTP/1.1\r\nHost: localhost\r\n\r\n")
        time.sleep(worker.RESPONSE_DEADLINE + AT_MOST)
        assert len(to_the_end(client)) < LENGTH


@pytest.mark.slow
def test_a_peer_with_too_many_connections_leaves_the_rest_to_the_others(plain: Served) -> None:
    with ExitStack() as stack:
        for _ in range(CONNECTIONS_PER_PEER):
            stack.enter_context(closing(connect(plain.port)))
        with closing(connect(plain.port)) as one_more:
            assert to_the_end(one_more) == b""
        assert health(plain.port, source="127.0.0.2").endswith(b"ready")
    # They are closed now, and it may have new ones.
    deadline = time.monotonic() + SOON
    while not health(plain.port).endswith(b"ready"):
        assert time.monotonic() < deadline


@pytest.mark.slow
@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT])
@pytest.mark.parametrize("busy", [False, True])
def test_the_application_is_told_to_stop(tmp_path: Path, how: signal.Signals, busy: bool) -> None:
    note = tmp_path / "stopped"
    with started(stopped=note) as served, closing(served.connect()) as client:
        if busy:
            client.sendall(b"GET /slow HTTP/1.1\r\nHost: localhost\r\n\r\n")
            health(served.port)
        served.process.send_signal(how)
        assert served.process.wait(SOON) == 0
        assert note.exists()


_REQUEST = b"GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n"
_RESPONSE_ENDS = b"ready"


def _responses(client: socket.socket, number: int) -> bytes:
    """What comes up to the end of so many responses, or of the connection."""
    received = b""
    while received.count(_RESPONSE_ENDS) < number and (piece := client.recv(4096)):
        received += piece
    return received


@pytest.mark.slow
@pytest.mark.parametrize("secure", [False, True], ids=["http", "https"])
def test_a_connection_that_is_kept_takes_further_requests(files: Files, secure: bool) -> None:
    context = ssl.create_default_context(cafile=str(files.root)) if secure else None
    with started(files if secure else None, keep_alive=1) as served, closing(served.connect(context)) as client:
        for _ in range(2):
            client.sendall(_REQUEST)
            assert b"connection: keep-alive" in _responses(client, 1).lower()
        # Several at once, and a request in two pieces.
        client.sendall(3 * _REQUEST + _REQUEST[:9])
        assert _responses(client, 3).count(_RESPONSE_ENDS) == 3
        client.sendall(_REQUEST[9:])
        assert _responses(client, 1).count(_RESPONSE_ENDS) == 1
        # Then nothing comes for longer than it is kept.
        begun = time.monotonic()
        assert to_the_end(client) == b""
        assert 0.9 < time.monotonic() - begun < 1 + AT_MOST


@pytest.mark.slow
def test_a_connection_is_closed_after_the_response_if_none_is_kept(plain: Served) -> None:
    with closing(plain.connect()) as client:
        client.sendall(2 * _REQUEST)
        assert to_the_end(client).count(_RESPONSE_ENDS) == 1


@pytest.mark.slow
def test_a_peer_with_many_connections_keeps_none_of_them() -> None:
    with started(keep_alive=60) as served, ExitStack() as stack:
        clients = [stack.enter_context(closing(served.connect())) for _ in range(KEPT_PER_PEER + 1)]
        # The server has accepted all of them once it has answered the last.
        clients[-1].sendall(_REQUEST)
        assert b"connection: close" in to_the_end(clients[-1]).lower()
        with closing(socket.create_connection(("127.0.0.1", served.port), SOON, ("127.0.0.2", 0))) as other:
            other.sendall(_REQUEST)
            assert b"connection: keep-alive" in _responses(other, 1).lower()


@pytest.mark.slow
def test_a_client_that_is_told_so_closes_the_connection() -> None:
    with started(keep_alive=60) as served, closing(served.connect()) as client:
        client.sendall(_REQUEST.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n"))
        assert b"connection: close" in to_the_end(client).lower()


@pytest.mark.slow
def test_a_further_request_has_a_deadline_of_its_own() -> None:
    with started(keep_alive=60) as served, closing(served.connect()) as client:
        client.sendall(_REQUEST)
        _responses(client, 1)
        client.sendall(_REQUEST[:9])
        begun = time.monotonic()
        to_the_end(client)
        assert time.monotonic() - begun < REQUEST_DEADLINE + AT_MOST


@pytest.mark.slow
def test_connections_that_are_kept_delay_no_end() -> None:
    with started(keep_alive=60) as served, ExitStack() as stack:
        clients = [stack.enter_context(closing(served.connect())) for _ in range(10)]
        for client in clients:
            client.sendall(_REQUEST)
            _responses(client, 1)
        served.process.terminate()
        begun = time.monotonic()
        assert [to_the_end(client) for client in clients] == 10 * [b""]
        assert served.process.wait(SOON) == 0
        assert time.monotonic() - begun < AT_MOST


def test_a_request_is_read_up_to_its_deadline(monkeypatch: pytest.MonkeyPatch) -> None:
    """A byte now and then does not move it."""
    monkeypatch.setattr(worker, "REQUEST_DEADLINE", 0.1)
    near, far = socket.socketpair()
    with near, far:
        unreader = _Unreader(near)
        far.sendall(b"GET")
        assert unreader.chunk() == b"GET"
        begun = time.monotonic()
        while True:
            far.sendall(b"A")
            if not unreader.chunk():
                break
            time.sleep(0.01)
        assert time.monotonic() - begun < AT_MOST
        assert near.gettimeout() == worker.RESPONSE_DEADLINE


def test_a_silent_client_is_as_good_as_gone_at_the_deadline(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(worker, "REQUEST_DEADLINE", 0.05)
    near, far = socket.socketpair()
    with near, far:
        assert _Unreader(near).chunk() == b""
