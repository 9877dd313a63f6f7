"""TCP segmentation, and options and extension headers."""

from __future__ import annotations

import socket
import struct
import time
from functools import partial
from typing import TYPE_CHECKING

from corpus.case import FLUFFY, Missing, Play, harmless, leak
from corpus.packed import gz, page
from corpus.programs import web

if TYPE_CHECKING:
    from corpus.scene import Scene

_PORT = 7000
# linux/tcp.h and linux/in.h
_REPAIR, _REPAIR_QUEUE, _QUEUE_SEQUENCE, _SEND_QUEUE, _MPTCP = 19, 20, 21, 2, 262
# linux/in6.h: destination options, and eight bytes of padding options (RFC 8200, 4.2).
_DESTINATION_OPTIONS, _EMPTY = 59, bytes((0, 0, 1, 4, 0, 0, 0, 0))


def to_the_end(connection: socket.socket) -> None:
    """Read everything, and do not answer."""
    while connection.recv(4096):
        pass


def said(*parts: bytes, six: bool = False, scene: Scene) -> None:
    """Data in these segments."""
    host = scene.host6 if six else scene.host
    scene.serve(to_the_end, _PORT, host)
    say(scene.connect(_PORT, host), *parts)


def say(client: socket.socket, *parts: bytes) -> None:
    for part in parts:
        client.sendall(part)
        time.sleep(0.002)
    client.shutdown(socket.SHUT_WR)
    client.recv(9)


def over_six(*, scene: Scene) -> bytes:
    """A page over IPv6."""
    body = gz(page())
    web.serve(scene, web.Answer(body, {"Content-Encoding": "gzip"}), host=scene.host6)
    scene.curl(f"http://[{scene.host6}]/")
    return body


def with_options(*, scene: Scene) -> None:
    """IPv6 packets with an extension header."""
    scene.serve(to_the_end, _PORT, scene.host6)
    client = scene.rest.enter_context(socket.socket(socket.AF_INET6))
    client.setsockopt(socket.IPPROTO_IPV6, _DESTINATION_OPTIONS, _EMPTY)
    client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    client.connect((scene.host6, _PORT))
    say(client, b"the word is fluf", b"fy tail")


def turns(*parts: tuple[bytes, bytes], scene: Scene) -> None:
    """For each pair, the client sends the first, and the server answers with the second."""

    def talk(connection: socket.socket) -> None:
        for asked, answer in parts:
            connection.recv(len(asked))
            connection.sendall(answer)

    scene.serve(talk, _PORT)
    client = scene.connect(_PORT)
    for asked, answer in parts:
        client.sendall(asked)
        client.recv(len(answer))


def urgent(*, scene: Scene) -> None:
    """An urgent byte in the middle."""
    scene.serve(to_the_end, _PORT)
    client = scene.connect(_PORT)
    client.sendall(b"the word is fluff")
    time.sleep(0.002)
    client.send(b"y", socket.MSG_OOB)
    time.sleep(0.002)
    say(client, b" tail")


def numbers_wrap(*, scene: Scene) -> None:
    """Sequence numbers that wrap around within the secret."""
    scene.serve(to_the_end, _PORT)
    client = scene.rest.enter_context(socket.socket())
    client.setsockopt(socket.IPPROTO_TCP, _REPAIR, 1)
    client.setsockopt(socket.IPPROTO_TCP, _REPAIR_QUEUE, _SEND_QUEUE)
    # SYN takes one, and the data before the secret twelve.
    client.setsockopt(socket.IPPROTO_TCP, _QUEUE_SEQUENCE, struct.pack("=I", 2**32 - 17))
    client.setsockopt(socket.IPPROTO_TCP, _REPAIR, 0)
    client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    client.connect((scene.host, _PORT))
    say(client, b"the word is fluf", b"fy tail")


def multipath(*, scene: Scene) -> None:
    """Multipath TCP, with data sequence numbers in options."""
    try:
        with scene.tap.server.entered():
            listener = scene.rest.enter_context(socket.socket(socket.AF_INET, socket.SOCK_STREAM, _MPTCP))
    except OSError as problem:
        raise Missing(f"this kernel has no Multipath TCP: {problem}") from None
    listener.bind((scene.host, _PORT))
    listener.listen()

    def accept() -> None:
        connection, _ = listener.accept()
        with connection:
            to_the_end(connection)

    thread = scene.background(accept)
    client = scene.rest.enter_context(socket.socket(socket.AF_INET, socket.SOCK_STREAM, _MPTCP))
    client.connect((scene.host, _PORT))
    client.sendall(b"the word is fluf")
    time.sleep(0.02)
    client.sendall(b"fy tail")
    time.sleep(0.02)
    client.shutdown(socket.SHUT_WR)
    thread.join()


_HALVES = (b"the word is fluf", b"fy tail, you know")
_KEYS = tuple(bytes([key]) for key in FLUFFY.encode())
_PLAYS: list[tuple[str, Play]] = [
    ("in-one-segment", partial(said, b"the word is fluffy tail")),
    ("in-two-segments", partial(said, *_HALVES)),
    ("a-byte-a-segment", partial(said, *_KEYS)),
    ("in-two-segments-6", partial(said, *_HALVES, six=True)),
    ("options-6", with_options),
    ("in-turns", partial(turns, (b"go", b"the word is fluf"), (b"on", b"fy tail"))),
    ("asked-in-turns", partial(turns, (b"fluf", b"what?"), (b"fy tail", b"oh"))),
    ("urgent", urgent),
    ("numbers-wrap", numbers_wrap),
    ("multipath", multipath),
]

CASES = [
    *(leak(f"tcp-{name}", play) for name, play in _PLAYS),
    leak("http-6", over_six, "gzip"),
    harmless("tcp-one-segment-other-word", partial(said, b"the word is fluffy talk")),
    harmless("tcp-two-segments-other-word", partial(said, b"the word is fluff", b"fy tail")),
    harmless("tcp-a-byte-is-missing", partial(said, *_KEYS[:4], *_KEYS[5:])),
    harmless("tcp-both-ways", partial(turns, (b"fluffy ", b"tail"))),
    harmless("tcp-halves-swapped", partial(said, b"tail", b"fluffy ")),
]
