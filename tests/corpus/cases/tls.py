"""TLS: what is visible before encryption begins, and what is encrypted."""

from __future__ import annotations

import socket
import ssl
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING

from corpus.case import FLUFFY, harmless, leak
from corpus.encoded import base64_of
from corpus.packed import gz, page
from corpus.programs import web
from corpus.tls import certificate, trusting

if TYPE_CHECKING:
    from corpus.scene import Scene

_1_2, _1_3 = ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3
_ANSWER = b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\nConnection: close\r\n\r\n%s"


def secured(
    said: bytes,
    *,
    shown: str = "oak.example",
    also: tuple[str, ...] = (),
    version: ssl.TLSVersion = _1_3,
    ciphers: str = "",
    server_name: str = "",
    protocol: str = "",
    port: int = 443,
    scene: Scene,
) -> None:
    """Data within TLS, with a certificate for `shown`, and extensions in the ClientHello."""
    server = certificate(shown, *also).server(version=version, ciphers=ciphers)
    client = trusting(version=version, ciphers=ciphers)
    if protocol:
        server.set_alpn_protocols([protocol])
        client.set_alpn_protocols([protocol])

    def talk(connection: socket.socket) -> None:
        with suppress(OSError), server.wrap_socket(connection.dup(), server_side=True) as inside:
            inside.recv(4096)
            inside.sendall(_ANSWER % (len(said), said))

    scene.serve(talk, port)
    with client.wrap_socket(scene.connect(port), server_hostname=server_name or None) as inside:
        inside.sendall(b"GET / HTTP/1.1\r\nHost: oak.example\r\n\r\n")
        while inside.recv(4096):
            pass


def secured_client(subject: str, *, version: ssl.TLSVersion, scene: Scene) -> None:
    """A client that presents a certificate."""
    server, client = certificate("oak.example").server(version=version), certificate(subject).client(version=version)
    # Any client certificate is accepted, but the server must name an authority.
    server.load_verify_locations(cadata=certificate(subject).public.decode())
    server.verify_mode = ssl.CERT_OPTIONAL

    def talk(connection: socket.socket) -> None:
        with server.wrap_socket(connection.dup(), server_side=True) as inside:
            inside.sendall(b"acorn")

    scene.serve(talk, 443)
    with client.wrap_socket(scene.connect(443)) as inside:
        inside.recv(99)


def openssl(scene: Scene, server: tuple[str, ...], client: tuple[str, ...], *both: str) -> None:
    """A connection between two OpenSSL programs."""
    address = f"{scene.host}:443"
    serving = scene.start("openssl", "s_server", "-accept", address, "-naccept", "1", *server, *both)
    assert serving.stdout
    while b"ACCEPT" not in serving.stdout.readline():
        pass
    scene.run("openssl", "s_client", "-connect", address, *client, *both, said=b"Q\n")


def asked_for_authority(name: str, *, scene: Scene) -> None:
    """A server that names the authorities it accepts."""
    pem = scene.file("oak.pem", certificate("oak.example").pem)
    authority = scene.file("authority.pem", certificate(name).public)
    openssl(scene, ("-cert", pem, "-CAfile", authority, "-verify", "1"), (), "-tls1_2")


def on_port_443(*, scene: Scene) -> None:
    """HTTP in clear on the HTTPS port."""
    web.serve(scene, web.Answer(b"the word is fluffy tail"), port=443)
    scene.curl(scene.url("/", 443))


def after_goodbye(*, scene: Scene) -> None:
    """TLS that is closed properly, with cleartext after it on the same connection."""
    server, client = certificate("oak.example").server(version=_1_2), trusting(version=_1_2)

    def talk(connection: socket.socket) -> None:
        inside = server.wrap_socket(connection.dup(), server_side=True)
        inside.recv(99)
        with inside.unwrap() as clear:
            clear.sendall(b"so, the word is fluffy tail")

    scene.serve(talk, 443)
    inside = client.wrap_socket(scene.connect(443))
    inside.sendall(b"acorn")
    with inside.unwrap() as clear:
        clear.recv(99)


def through_proxy(password: str, inside: bytes, *, tls: bool, scene: Scene) -> bytes:
    """A tunnel through a proxy that requires a password, with or without TLS in it."""
    server = certificate("oak.example").server()

    def talk(connection: socket.socket) -> None:
        while b"\r\n\r\n" not in connection.recv(4096, socket.MSG_PEEK):
            pass
        connection.recv(4096)
        connection.sendall(b"HTTP/1.1 200 Go ahead\r\n\r\n")
        end = server.wrap_socket(connection.dup(), server_side=True) if tls else connection
        end.recv(4096)
        end.sendall(_ANSWER % (len(inside), inside))
        if tls:
            end.close()

    scene.serve(talk, 3128)
    scheme = "https" if tls else "http"
    scene.run(
        "curl", "-sSk", "--proxytunnel", "-x", scene.url("", 3128), "-U", f"nut:{password}", f"{scheme}://oak.example/"
    )
    return base64_of(f"nut:{password}".encode(), password.encode())[1] if tls else inside


def preshared(identity: str, *, scene: Scene) -> None:
    """TLS 1.2 with a pre-shared key, whose identity is sent in clear."""
    key = ("-psk", "00112233445566778899aabbccddeeff")
    openssl(scene, ("-nocert",), ("-psk_identity", identity), "-cipher", "PSK-AES128-GCM-SHA256", "-tls1_2", *key)


def named_by_openssl(name: str, *, scene: Scene) -> None:
    """A ClientHello with an invalid server name."""
    server = certificate("oak.example").server()

    def talk(connection: socket.socket) -> None:
        with suppress(OSError), server.wrap_socket(connection.dup(), server_side=True) as inside:
            inside.recv(99)

    scene.serve(talk, 443)
    scene.run("openssl", "s_client", "-connect", f"{scene.host}:443", "-servername", name, said=b"Q\n", fine=(0, 1))


_WORD = FLUFFY.encode()

CASES = [
    leak("tls-1.2-subject", partial(secured, b"acorn", shown=FLUFFY, version=_1_2)),
    leak("tls-1.2-other-name", partial(secured, b"acorn", also=("oak.example", FLUFFY), version=_1_2)),
    leak("tls-1.2-client", partial(secured_client, FLUFFY, version=_1_2)),
    leak("tls-1.2-authority", partial(asked_for_authority, FLUFFY)),
    leak("tls-1.3-server-name", partial(named_by_openssl, FLUFFY)),
    leak("tls-1.3-protocol", partial(secured, b"acorn", protocol=FLUFFY)),
    leak("tls-preshared-identity", partial(preshared, FLUFFY)),
    leak("tls-no-encryption", partial(secured, _WORD, version=_1_2, ciphers="eNULL:@SECLEVEL=0")),
    leak("tls-after-goodbye", after_goodbye),
    leak("clear-on-443", on_port_443),
    leak("proxy-connect-password", partial(through_proxy, FLUFFY, b"acorn", tls=True), spelling="base64, at 1"),
    leak("proxy-connect-clear", partial(through_proxy, "acorn", _WORD, tls=False)),
    harmless("tls-1.2", partial(secured, _WORD, version=_1_2)),
    harmless("tls-1.3", partial(secured, _WORD)),
    harmless("tls-1.3-large", partial(secured, page(lines=2000))),
    harmless("tls-1.2-cbc", partial(secured, _WORD, version=_1_2, ciphers="ECDHE-ECDSA-AES128-SHA")),
    harmless("tls-1.3-gzip", partial(secured, gz(page()))),
    harmless("tls-1.3-subject", partial(secured, b"acorn", shown=FLUFFY)),
    harmless("tls-1.3-client", partial(secured_client, FLUFFY, version=_1_3)),
    harmless("tls-on-5683", partial(secured, _WORD, port=5683)),
    harmless("tls-server-name-other-word", partial(named_by_openssl, "fluffy.tail")),
    harmless(
        "tls-no-encryption-other-word", partial(secured, b"fluffy tain", version=_1_2, ciphers="eNULL:@SECLEVEL=0")
    ),
    harmless("proxy-connect", partial(through_proxy, "acorn", _WORD, tls=True)),
]
