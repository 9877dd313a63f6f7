"""Many clients at a time, beyond what `test_main.py` sees."""

from __future__ import annotations

import signal
import socket
import threading
import time
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from overheard.words.errors import SettingsError
from overheard_services.gallery import listen
from ports import free_port
from processes import LONG, eventually

if TYPE_CHECKING:
    from collections.abc import Iterator

MOST = 2


@pytest.fixture
def port(monkeypatch: pytest.MonkeyPatch) -> Iterator[int]:
    """Of a server that has room for two clients, greets each, and keeps it until it goes away."""
    monkeypatch.setattr(listen, "_MOST_CLIENTS", MOST)

    def treat(connection: socket.socket) -> None:
        with connection:
            connection.sendall(b"hello")
            connection.recv(1)

    number = free_port()
    with listen.listening("127.0.0.1", [number]) as listeners:
        # It ends with the process.
        threading.Thread(target=listen.serve, args=(listeners, [treat]), daemon=True).start()
        yield number


def greeted(client: socket.socket) -> bool:
    try:
        return client.recv(5) == b"hello"
    except ConnectionResetError:
        return False


def client(port: int) -> socket.socket:
    return socket.create_connection(("127.0.0.1", port), timeout=LONG)


def test_clients_beyond_the_limit_are_turned_away_until_others_have_gone(port: int) -> None:
    with closing(client(port)) as one, closing(client(port)) as two:
        assert greeted(one)
        assert greeted(two)
        with closing(client(port)) as three:
            assert not greeted(three)

    def has_room() -> bool:
        with closing(client(port)) as another:
            return greeted(another)

    assert eventually(has_room)


def test_a_port_in_use_is_an_error() -> None:
    number = free_port()
    with (
        socket.create_server(("127.0.0.1", number)),
        pytest.raises(SettingsError, match=f"cannot listen on 127.0.0.1:{number}"),
        listen.listening("127.0.0.1", [number]),
    ):
        pass


def test_signals_end_its_wait_and_are_handled_once() -> None:
    """Even one that comes just before that, when Python has looked for signals already."""
    handled: list[float] = []

    def handle(*_: object) -> None:
        handled.append(time.process_time())
        if len(handled) >= 3:
            raise KeyboardInterrupt

    before = signal.signal(signal.SIGALRM, handle)
    signal.setitimer(signal.ITIMER_REAL, 0.05, 0.1)
    try:
        with listen.listening("127.0.0.1", [free_port()]) as listeners, pytest.raises(KeyboardInterrupt):
            listen.serve(listeners, [lambda _: pytest.fail("nobody has connected")])
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
    assert signal.set_wakeup_fd(-1) == -1
    # What wakes it is read, or it would go round and round.
    assert handled[-1] - handled[0] < 0.1
