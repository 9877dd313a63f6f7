"""Conversations without their beginning: `python midway.py FOLDER`, in namespaces of its own.

Real programs over real sockets. In each, the secret is sent late, and only under a layer.
"""

from __future__ import annotations

import socket
import sys
import threading
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

from h2.config import H2Configuration
from h2.connection import H2Connection
from h2.events import StreamEnded
from websockets.sync.client import connect
from websockets.sync.server import serve

from overheard.engines.supervisor import stage
from overheard_capture.recorder.active import ActiveRecording
from overheard_capture.recorder.dumpcap import Tap

if TYPE_CHECKING:
    from collections.abc import Callable

    from websockets.sync.server import ServerConnection

WORD = "fluffy tail"
# A telnet command without effect.
_NOP = b"\xff\xf1"
_BEFORE = [f"acorn {number}, under the oak" for number in range(3)]


def _served(talk: Callable[[socket.socket], None]) -> int:
    """The port at which `talk` serves the first client."""
    listener = socket.create_server(("127.0.0.1", 0))
    port: int = listener.getsockname()[1]

    def speak() -> None:
        with listener:
            connection, _ = listener.accept()
        with connection:
            talk(connection)

    threading.Thread(target=speak).start()
    return port


def websocket(compression: str | None) -> None:
    """A chat with the library websockets."""

    def listen(connection: ServerConnection) -> None:
        for _ in connection:
            pass

    listener = socket.create_server(("127.0.0.1", 0))
    port = listener.getsockname()[1]
    with serve(listen, sock=listener, compression=compression) as server:
        serving = threading.Thread(target=server.serve_forever)
        serving.start()
        with connect(f"ws://127.0.0.1:{port}/", compression=compression, proxy=None) as client:
            for said in (*_BEFORE, f"the word is {WORD}, and it is a {WORD}"):
                client.send(said)
        server.shutdown()
        serving.join()


def http2() -> None:
    """Two requests over one connection with the library h2; the second has a header field that the first had not."""

    def answer(connection: socket.socket) -> None:
        h2 = H2Connection(H2Configuration(client_side=False))
        h2.initiate_connection()
        while data := connection.recv(65536):
            for event in h2.receive_data(data):
                if isinstance(event, StreamEnded):
                    h2.send_headers(event.stream_id, [(":status", "200")])
                    h2.send_data(event.stream_id, b"ok", end_stream=True)
            connection.sendall(h2.data_to_send())

    with closing(socket.create_connection(("127.0.0.1", _served(answer)))) as client:
        h2 = H2Connection()
        h2.initiate_connection()
        for more in ({}, {"x-word": WORD}):
            names = {":method": "GET", ":scheme": "http", ":authority": "oak", ":path": "/", **more}
            h2.send_headers(h2.get_next_available_stream_id(), list(names.items()), end_stream=True)
            client.sendall(h2.data_to_send())
            while not any(isinstance(event, StreamEnded) for event in h2.receive_data(client.recv(65536))):
                client.sendall(h2.data_to_send())


def telnet() -> None:
    """A terminal that echoes what is typed, with commands between the letters."""

    def echo(connection: socket.socket) -> None:
        connection.sendall(b"\xff\xfb\1login: ")
        while key := connection.recv(1):
            connection.sendall(key + _NOP)

    with closing(socket.create_connection(("127.0.0.1", _served(echo)))) as client:
        client.recv(99)
        for key in f"nut\n{WORD}\n".encode():
            client.sendall(bytes([key]))
            client.recv(99)


TALKS: dict[str, Callable[[], None]] = {
    "websocket": lambda: websocket(None),
    "websocket-deflate": lambda: websocket("deflate"),
    "http2": http2,
    "telnet": telnet,
}


def main() -> None:
    """Record each from its beginning; the tests remove frames afterwards."""
    folder = Path(sys.argv[1])
    with stage(folder):
        for name, talk in TALKS.items():
            active = ActiveRecording.begin(name, folder / f"{name}.pcapng", Tap("lo"), patience=5)
            talk()
            active.end()


if __name__ == "__main__":
    main()
