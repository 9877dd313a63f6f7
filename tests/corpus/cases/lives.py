"""Connection lifetimes: how connections begin and end, and two that could be mistaken for one."""

from __future__ import annotations

import socket
import struct
import time
from functools import partial
from typing import TYPE_CHECKING

from corpus.case import FLUFFY, Case, Leak, Play, harmless, leak
from corpus.cases.shapes import say, to_the_end

if TYPE_CHECKING:
    from corpus.scene import Scene

_PORT = 7000
# linux/tcp.h and linux/socket.h
_FAST_OPEN, _MESSAGE_FAST_OPEN = 23, 0x20000000
# The other half of the secret, but not as a message of the same shape, which would be joined.
_UNLIKE = b"tail, and nothing else"


def _reset(connection: socket.socket) -> None:
    """Make closing the connection reset it."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def reset(*, scene: Scene) -> None:
    """Data, and then RST."""
    scene.serve(to_the_end, _PORT)
    client = scene.connect(_PORT)
    client.sendall(b"the word is fluf")
    time.sleep(0.002)
    client.sendall(b"fy tail")
    time.sleep(0.05)
    _reset(client)


def half_closed(*, scene: Scene) -> None:
    """Data from the server after the client closed its direction."""

    def talk(connection: socket.socket) -> None:
        to_the_end(connection)
        time.sleep(0.02)
        connection.sendall(b"the word is fluf")
        time.sleep(0.02)
        connection.sendall(b"fy tail")

    scene.serve(talk, _PORT)
    client = scene.connect(_PORT)
    client.shutdown(socket.SHUT_WR)
    to_the_end(client)


def kept_alive(*, scene: Scene) -> None:
    """Keep-alive probes between the halves. Each has the sequence number of a byte that was sent already."""
    scene.serve(to_the_end, _PORT)
    client = scene.connect(_PORT)
    client.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    client.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPIDLE, 1)
    client.sendall(b"the word is fluf")
    time.sleep(1.2)
    say(client, b"fy tail")


def same_port_again(*both: tuple[bytes, ...], scene: Scene) -> None:
    """Two successive connections from the same port."""
    scene.serve(to_the_end, _PORT)
    for parts in both:
        client = scene.connect(_PORT, source=("", 20_000 + scene.number))
        for part in parts:
            client.sendall(part)
            time.sleep(0.01)
        _reset(client)
        client.close()
        time.sleep(0.01)


def two_connections(*, scene: Scene) -> None:
    """Two concurrent connections, each with half of the secret."""
    scene.serve(to_the_end, _PORT)
    one, other = scene.connect(_PORT), scene.connect(_PORT)
    one.sendall(b"fluffy ")
    time.sleep(0.01)
    other.sendall(_UNLIKE)


def window_shut(*, scene: Scene) -> None:
    """A slow server, whose window closes and is probed."""

    def talk(connection: socket.socket) -> None:
        time.sleep(0.7)
        to_the_end(connection)

    with scene.tap.server.entered():
        listener = scene.listen(_PORT)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)

    def accept() -> None:
        connection, _ = listener.accept()
        with connection:
            talk(connection)

    thread = scene.background(accept)
    client = scene.connect(_PORT)
    client.sendall(b"acorn " * 20_000 + FLUFFY.encode())
    client.shutdown(socket.SHUT_WR)
    thread.join()


def in_the_first_segment(*, scene: Scene) -> None:
    """Data in SYN (TCP Fast Open)."""
    listener = scene.listen(_PORT)
    listener.setsockopt(socket.IPPROTO_TCP, _FAST_OPEN, 5)

    def accept() -> None:
        connection, _ = listener.accept()
        with connection:
            to_the_end(connection)

    thread = scene.background(accept)
    client = scene.rest.enter_context(socket.socket())
    client.sendto(b"the word is fluffy tail", _MESSAGE_FAST_OPEN, (scene.host, _PORT))
    client.shutdown(socket.SHUT_WR)
    thread.join()


def open_before(said: bytes = b"acorn ", *, scene: Scene) -> None:
    """A connection with data before the recording begins."""
    scene.late.enter_context(listener := scene.listen(_PORT))
    client = scene.late.enter_context(socket.create_connection((scene.host, _PORT)))
    client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    server, _ = listener.accept()
    scene.late.enter_context(server)
    client.sendall(said)
    server.recv(99)
    scene.kept = {"client": client, "server": server}


def in_the_middle(*parts: bytes, scene: Scene) -> None:
    """The data on it within the recording, up to its end."""
    client, server = scene.kept["client"], scene.kept["server"]
    for part in parts:
        client.sendall(part)
        time.sleep(0.005)
    client.close()
    server.close()


def never_ended(*, scene: Scene) -> None:
    """A connection that is still open when the recording ends."""
    listener = scene.listen(_PORT)
    client = scene.late.enter_context(socket.create_connection((scene.host, _PORT)))
    server, _ = listener.accept()
    scene.late.enter_context(server)
    client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    client.sendall(b"the word is fluf")
    server.recv(99)
    client.sendall(b"fy tail")
    server.recv(99)


_HALVES = (b"the word is fluf", b"fy tail, you know")
_PLAYS: list[tuple[str, Play]] = [
    ("reset", reset),
    ("half-closed", half_closed),
    ("kept-alive", kept_alive),
    ("same-port-again", partial(same_port_again, (b"acorn",), (b"fluf", b"fy tail"))),
    ("window-shut", window_shut),
    ("in-the-first-segment", in_the_first_segment),
    ("never-ended", never_ended),
]

CASES = [
    *(leak(f"tcp-{name}", play) for name, play in _PLAYS),
    Case("tcp-joined-in-the-middle", partial(in_the_middle, *_HALVES), Leak(), early=open_before),
    # The part of it that was sent before the recording is in no frame.
    Case(
        "tcp-joined-after-half", partial(in_the_middle, b"tail and so on"), None, early=partial(open_before, b"fluffy ")
    ),
    harmless("tcp-same-port-again-halves", partial(same_port_again, (b"fluffy ",), (_UNLIKE,))),
    harmless("tcp-two-connections", two_connections),
]
