"""QUIC by aioquic, without a network: the datagrams of both sides, in order."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from aioquic.quic.configuration import QuicConfiguration
from aioquic.quic.connection import QuicConnection

from capture import talk
from overheard_capture.protocols.quic.reader import QuicReader

if TYPE_CHECKING:
    from lab.pki import Files

CLIENT, SERVER = ("127.0.0.1", 1), ("127.0.0.1", 2)


def spoken(
    files: Files,
    *,
    name: str = "localhost",
    version: int = 1,
    transcript: bytes = b"fluffy tail",
    blocks: int = 3,
    token: bytes = b"",
) -> list[tuple[str, bytes]]:
    """A connection on which the client sends `transcript`, and the server a few blocks; then it is closed."""
    asking = QuicConfiguration(is_client=True, alpn_protocols=["h3"], server_name=name, token=token)
    asking.load_verify_locations(str(files.root))
    asking.original_version, asking.supported_versions = version, [version]
    answering = QuicConfiguration(is_client=False, alpn_protocols=["h3"])
    answering.load_cert_chain(str(files.certificate), str(files.key))
    answering.supported_versions = [version]
    client = QuicConnection(configuration=asking)
    server: QuicConnection | None = None
    client.connect(SERVER, now=0)
    datagrams: list[tuple[str, bytes]] = []
    for turn in range(6):
        for data, _ in client.datagrams_to_send(now=turn):
            datagrams.append((">", data))
            server = server or QuicConnection(
                configuration=answering, original_destination_connection_id=data[6 : 6 + data[5]]
            )
            server.receive_datagram(data, CLIENT, now=turn)
        assert server
        if turn == 2:
            client.send_stream_data(0, transcript * 50)
            server.send_stream_data(1, transcript * 100 * blocks)
        if turn == 4:
            client.close()
        for data, _ in server.datagrams_to_send(now=turn):
            datagrams.append(("<", data))
            client.receive_datagram(data, SERVER, now=turn)
    return datagrams


# The findings of both sides, and which datagrams were QUIC.
read_datagrams = partial(talk.read_datagrams, QuicReader)
