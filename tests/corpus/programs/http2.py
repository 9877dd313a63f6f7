"""An HTTP/2 server over cleartext TCP, by the library h2: with prior knowledge, or after an Upgrade."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING

from h2.config import H2Configuration
from h2.connection import H2Connection
from h2.events import RequestReceived, StreamEnded

if TYPE_CHECKING:
    import socket
    from collections.abc import Callable, Sequence

    from corpus.scene import Scene

_PREFACE = b"PRI * HTTP/2.0"


@dataclass(frozen=True)
class Answer:
    """The response: each of `frames` is sent as one DATA frame, with that many bytes of padding."""

    frames: Sequence[bytes] = (b"ok",)
    headers: Sequence[tuple[str, str]] = ()
    padding: int = 0

    def send(self, connection: H2Connection, stream: int) -> None:
        """Send it as the response on this stream."""
        connection.send_headers(stream, [(":status", "200"), *self.headers])
        for frame in self.frames:
            connection.send_data(stream, frame, pad_length=self.padding or None)
        connection.end_stream(stream)


@dataclass
class Server:
    """Speaks HTTP/2 on one connection; `answer` gets the streams whose requests are complete."""

    connection: socket.socket
    answer: Callable[[H2Connection, list[int]], None]
    streams: list[int] = field(default_factory=list)

    def speak(self) -> None:
        """Serve until the client disconnects."""
        h2 = H2Connection(H2Configuration(client_side=False))
        first = self.connection.recv(65536)
        if first.startswith(_PREFACE):
            h2.initiate_connection()
        else:
            settings = re.search(rb"HTTP2-Settings: (\S+)", first)
            assert settings
            self.connection.sendall(b"HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n")
            h2.initiate_upgrade_connection(settings[1])
            self.answer(h2, [1])
            first = b""
        self._talk(h2, first)

    def _talk(self, h2: H2Connection, data: bytes) -> None:
        while True:
            complete = []
            for event in h2.receive_data(data) if data else ():
                if isinstance(event, RequestReceived) and event.stream_id:
                    self.streams.append(event.stream_id)
                elif isinstance(event, StreamEnded) and event.stream_id:
                    complete.append(event.stream_id)
            if complete:
                self.answer(h2, complete)
            self.connection.sendall(h2.data_to_send())
            data = self.connection.recv(65536)
            if not data:
                return


def serve(scene: Scene, answer: Callable[[H2Connection, list[int]], None], port: int = 80) -> None:
    """Serve HTTP/2 on every connection."""
    scene.serve(lambda connection: Server(connection, answer).speak(), port)


def _answer_all(answer: Answer, h2: H2Connection, streams: list[int]) -> None:
    for stream in streams:
        answer.send(h2, stream)


def get(scene: Scene, answer: Answer, *arguments: str, path: str = "/", said: bytes = b"") -> None:
    """A request by curl, over HTTP/2 from the first byte."""
    serve(scene, partial(_answer_all, answer))
    scene.curl("--http2-prior-knowledge", *arguments, scene.url(path), said=said)


def upgraded(scene: Scene, answer: Answer) -> None:
    """A request by curl over HTTP/1.1, with an Upgrade to HTTP/2."""
    serve(scene, partial(_answer_all, answer))
    scene.curl("--http2", scene.url())


def ask_twice(scene: Scene) -> None:
    """Two concurrent requests over one connection."""
    client, h2 = scene.connect(80), H2Connection()
    h2.initiate_connection()
    for path in ("/1", "/2"):
        names = {":method": "GET", ":scheme": "http", ":authority": scene.host, ":path": path}
        h2.send_headers(h2.get_next_available_stream_id(), list(names.items()), end_stream=True)
    waiting = 2
    while waiting:
        client.sendall(h2.data_to_send())
        waiting -= sum(isinstance(event, StreamEnded) for event in h2.receive_data(client.recv(65536)))
