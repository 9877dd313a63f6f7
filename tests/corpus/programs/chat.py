"""WebSocket by the library websockets, with access to the bytes on the wire."""

from __future__ import annotations

import socket
from typing import TYPE_CHECKING, Literal

from websockets.sync.client import connect
from websockets.sync.server import serve

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from websockets.sync.server import ServerConnection

    from corpus.scene import Scene

# A message, or a fragmented one.
Message = str | bytes | list[str]
Compression = Literal["deflate"] | None


class _Overheard(socket.socket):
    """A socket that keeps the bytes that it sends and receives."""

    sent = b""
    got = b""

    def sendall(self, data: bytes, flags: int = 0) -> None:  # type: ignore[override]
        self.sent += bytes(data)
        super().sendall(data, flags)

    def recv(self, size: int, flags: int = 0) -> bytes:
        data = super().recv(size, flags)
        self.got += data
        return data


def chat(
    scene: Scene, to_server: Sequence[Message], to_client: Sequence[Message], compression: Compression
) -> tuple[list[bytes], list[bytes]]:
    """Exchange messages. Returns the payloads of the frames in each direction, as on the wire."""

    def talk(connection: ServerConnection) -> None:
        for _ in to_server:
            connection.recv()
        for message in to_client:
            connection.send(message)

    server = serve(talk, sock=scene.listen(80), compression=compression)
    scene.background(server.serve_forever)
    with _Overheard() as wire:
        wire.connect((scene.host, 80))
        with connect(f"ws://{scene.host}/", sock=wire, compression=compression, proxy=None) as client:
            for message in to_server:
                client.send(message)
            for _ in to_client:
                client.recv()
        there, back = list(_payloads(wire.sent)), list(_payloads(wire.got))
    server.shutdown()
    return there, back


def _payloads(stream: bytes) -> Iterator[bytes]:
    """The payloads of the frames after the handshake, without unmasking them (RFC 6455, 5.2)."""
    at = stream.index(b"\r\n\r\n") + 4
    while at + 2 <= len(stream):
        masked, length = divmod(stream[at + 1], 128)
        at += 2
        if length >= 126:
            longer = 2 if length == 126 else 8
            length = int.from_bytes(stream[at : at + longer], "big")
            at += longer
        at += 4 * masked
        yield stream[at : at + length]
        at += length
