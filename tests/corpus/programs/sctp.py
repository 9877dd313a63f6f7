"""A subset of SCTP (RFC 9260) for messages in one direction, for kernels without SCTP.

Two small endpoints over raw sockets do the handshake, the transfer with acknowledgements, and the shutdown.
"""

from __future__ import annotations

import socket
import struct
from typing import TYPE_CHECKING, NamedTuple

from corpus.case import Missing

if TYPE_CHECKING:
    from collections.abc import Iterator

    from corpus.scene import Scene

_DATA, _INIT, _INIT_ACK, _SACK, _SHUTDOWN, _SHUTDOWN_ACK, _ECHO, _ECHO_ACK, _COMPLETE = 0, 1, 2, 3, 7, 8, 10, 11, 14
_SERVER_PORT, _CLIENT_TAG, _SERVER_TAG, _FIRST = 7000, 0xAC0A11, 0xBEEC4, 1000
_WINDOW = 65_536


class Chunk(NamedTuple):
    """A chunk: its type, flags and value."""

    kind: int
    flags: int = 0
    value: bytes = b""

    def packed(self) -> bytes:
        """The chunk as sent, padded to a multiple of four bytes."""
        length = 4 + len(self.value)
        return struct.pack(">BBH", self.kind, self.flags, length) + self.value + bytes(-length % 4)


class Fragment(NamedTuple):
    """A DATA chunk: its stream, the stream sequence number, and whether it is the first and the last of a message."""

    value: bytes
    stream: int = 0
    message: int = 0
    first: bool = True
    last: bool = True


def _checksum(data: bytes) -> int:
    """CRC32c (RFC 9260, appendix A)."""
    total = 0xFFFFFFFF
    for byte in data:
        total ^= byte
        for _ in range(8):
            total = total >> 1 ^ (0x82F63B78 if total & 1 else 0)
    return total ^ 0xFFFFFFFF


class _End:
    """One endpoint."""

    def __init__(self, wire: socket.socket, ports: tuple[int, int], tag: int) -> None:
        self._wire, self._ports, self._tag = wire, ports, tag

    def send(self, *chunks: Chunk, tag: int | None = None) -> None:
        """A packet with these chunks."""
        head = struct.pack(">HHI", *self._ports, self._tag if tag is None else tag)
        body = b"".join(chunk.packed() for chunk in chunks)
        self._wire.send(head + struct.pack("<I", _checksum(head + bytes(4) + body)) + body)

    def take(self) -> list[Chunk]:
        """The chunks of the next packet for this endpoint. IPv4 raw sockets include the IP header."""
        while True:
            packet = self._wire.recv(65_536)
            packet = packet[(packet[0] & 15) * 4 :]
            if struct.unpack_from(">HH", packet) == self._ports[::-1]:
                return list(_chunks(packet[12:]))


def _chunks(data: bytes) -> Iterator[Chunk]:
    while data:
        kind, flags, length = struct.unpack_from(">BBH", data)
        yield Chunk(kind, flags, data[4:length])
        data = data[length + -length % 4 :]


def _start(tag: int) -> bytes:
    return struct.pack(">IIHHI", tag, _WINDOW, 10, 10, _FIRST)


def _serve(end: _End) -> None:
    """Receive until the peer shuts down."""
    while True:
        for chunk in end.take():
            match chunk.kind:
                case 1:
                    # Parameter 7 is the state cookie.
                    end.send(Chunk(_INIT_ACK, 0, _start(_SERVER_TAG) + struct.pack(">HH4s", 7, 8, b"acrn")))
                case 10:
                    end.send(Chunk(_ECHO_ACK))
                case 0:
                    (number,) = struct.unpack_from(">I", chunk.value)
                    end.send(Chunk(_SACK, 0, struct.pack(">IIHH", number, _WINDOW, 0, 0)))
                case 7:
                    end.send(Chunk(_SHUTDOWN_ACK))
                case 14:
                    return


def _raw(scene: Scene, address: str) -> socket.socket:
    wire = scene.rest.enter_context(socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_SCTP))
    wire.bind((address, 0))
    wire.settimeout(10)
    return wire


def _refuse_where_the_kernel_speaks_it() -> None:
    try:
        socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_SCTP).close()
    except OSError:
        return
    raise Missing("this kernel has SCTP itself, and would break off a conversation that it knows nothing of")


def say(scene: Scene, *packets: list[Fragment], backwards: bool = False) -> None:
    """Send packets with these DATA chunks; if `backwards`, in reverse order."""
    _refuse_where_the_kernel_speaks_it()
    with scene.tap.server.entered():
        server_wire = _raw(scene, scene.host)
    # Raw sockets receive all packets, and are not connected.
    client_wire = _raw(scene, scene.tap.client)
    server_wire.connect((scene.tap.client, 0))
    client_wire.connect((scene.host, 0))
    # A unique one, as tshark distinguishes associations by ports and tags only.
    client_port = 40_000 + scene.number
    server = _End(server_wire, (_SERVER_PORT, client_port), _CLIENT_TAG)
    client = _End(client_wire, (client_port, _SERVER_PORT), _SERVER_TAG)
    thread = scene.background(_serve, server)
    client.send(Chunk(_INIT, 0, _start(_CLIENT_TAG)), tag=0)
    client.take()
    client.send(Chunk(_ECHO, 0, b"acrn"))
    client.take()
    number = _FIRST
    packed = []
    for packet in packets:
        chunks = []
        for piece in packet:
            head = struct.pack(">IHHI", number, piece.stream, piece.message, 0)
            chunks.append(Chunk(_DATA, piece.first << 1 | piece.last, head + piece.value))
            number += 1
        packed.append(chunks)
    for chunks in reversed(packed) if backwards else packed:
        client.send(*chunks)
        for _ in chunks:
            client.take()
    client.send(Chunk(_SHUTDOWN, 0, struct.pack(">I", _FIRST - 1)))
    client.take()
    client.send(Chunk(_COMPLETE))
    thread.join()
