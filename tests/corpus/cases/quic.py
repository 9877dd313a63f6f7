"""QUIC, by the library aioquic. Initial packets are encrypted with keys that anybody can derive (RFC 9001, 5.2)."""

from __future__ import annotations

import socket
import ssl
import time
from functools import partial
from typing import TYPE_CHECKING

from aioquic._buffer import Buffer
from aioquic.quic.configuration import QuicConfiguration
from aioquic.quic.connection import QuicConnection
from aioquic.quic.events import HandshakeCompleted, StreamDataReceived
from aioquic.quic.packet import pull_quic_header
from cryptography import x509
from cryptography.hazmat.primitives import serialization

from corpus.case import FLUFFY, harmless, leak
from corpus.tls import certificate

if TYPE_CHECKING:
    from corpus.scene import Scene

_PORT = 443


def asked(name: str = "oak.example", protocol: str = "acorn", said: bytes = b"acorn", *, scene: Scene) -> bytes:
    """A connection with data to a server of this name. Returns the client's first datagram."""
    receiver = scene.datagrams(_PORT)
    thread = scene.background(_serve, receiver, protocol)
    configuration = QuicConfiguration(
        is_client=True, alpn_protocols=[protocol], server_name=name, verify_mode=ssl.CERT_NONE
    )
    client = QuicConnection(configuration=configuration)
    first = b""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as wire:
        wire.settimeout(10)
        client.connect((scene.host, _PORT), time.monotonic())
        first = _send(client, wire)
        while not _finished(client):
            client.receive_datagram(wire.recv(65536), (scene.host, _PORT), time.monotonic())
            _send(client, wire)
        client.send_stream_data(client.get_next_available_stream_id(), said, end_stream=True)
        _send(client, wire)
        client.close()
        _send(client, wire)
    thread.join()
    return first


def _finished(client: QuicConnection) -> bool:
    while event := client.next_event():
        if isinstance(event, HandshakeCompleted):
            return True
    return False


def _send(connection: QuicConnection, wire: socket.socket) -> bytes:
    sent = b""
    for data, address in connection.datagrams_to_send(time.monotonic()):
        wire.sendto(data, address)
        sent = sent or data
    return sent


def _serve(wire: socket.socket, protocol: str) -> None:
    vouching = certificate("oak.example")
    configuration = QuicConfiguration(
        is_client=False,
        alpn_protocols=[protocol],
        certificate=x509.load_pem_x509_certificate(vouching.public),
        private_key=serialization.load_pem_private_key(vouching.pem, None),
    )
    server: QuicConnection | None = None
    done = False
    while True:
        data, address = wire.recvfrom(65536)
        if server is None:
            header = pull_quic_header(Buffer(data=data), host_cid_length=8)
            server = QuicConnection(
                configuration=configuration, original_destination_connection_id=header.destination_cid
            )
        server.receive_datagram(data, address, time.monotonic())
        _send(server, wire)
        if done:
            return
        while event := server.next_event():
            # Only the client's CONNECTION_CLOSE follows.
            done = done or isinstance(event, StreamDataReceived)


CASES = [
    leak("quic-server-name", partial(asked, FLUFFY), "QUIC Initial"),
    leak("quic-protocol", partial(asked, protocol=FLUFFY), "QUIC Initial"),
    harmless("quic", partial(asked, said=FLUFFY.encode())),
    harmless("quic-server-name-other-word", partial(asked, "fluffy.tail")),
]
