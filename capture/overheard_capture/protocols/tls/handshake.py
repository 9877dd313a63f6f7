"""A summary of the handshake messages in clear, of both sides."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from overheard_capture.protocols.tls import hello
from overheard_capture.protocols.tls.certificate import certificate_names
from overheard_capture.protocols.tls.hello import ClientHello, ServerHello

if TYPE_CHECKING:
    from overheard_capture.protocols.tls.direction_state import TlsDirection


@dataclass(frozen=True)
class Handshake:
    """The part of the handshake that is in clear. `group` covers the ECDHE key exchange of TLS 1.2, too.

    `subject` and `names` belong to the server's certificate, `client_subject` to the client's; TLS 1.3 encrypts both.
    `frames` are those that contain the hellos.
    """

    client_hello: ClientHello
    server_hello: ServerHello
    group: str
    subject: str
    names: tuple[str, ...]
    client_subject: str
    frames: tuple[int, ...]


def handshake_of(client: TlsDirection, server: TlsDirection) -> Handshake:
    """Summarise the handshake of both directions, complete or not."""
    server_hello = server.server_hello or ServerHello()
    hellos = [*client.messages.kept.get(hello.CLIENT_HELLO, []), *server.messages.kept.get(hello.SERVER_HELLO, [])]
    subject, alternatives = _certificate_names(server)
    return Handshake(
        client_hello=client.client_hello or ClientHello(),
        server_hello=server_hello,
        group=server_hello.group or _group(server_hello, server),
        subject=subject,
        names=alternatives,
        client_subject=_certificate_names(client)[0],
        frames=tuple(sorted({frame for message in hellos for frame in message.frames})),
    )


def _certificate_names(direction: TlsDirection) -> tuple[str, tuple[str, ...]]:
    certificate = direction.messages.first(hello.CERTIFICATE)
    return certificate_names(hello.first_certificate(certificate.body)) if certificate else ("", ())


def _group(server_hello: ServerHello, server: TlsDirection) -> str:
    exchange = server.messages.first(hello.SERVER_KEY_EXCHANGE)
    # In other key exchanges the layout of this message differs.
    ecdhe = server_hello.cipher.startswith("TLS_ECDHE_")
    return hello.named_curve(exchange.body) if exchange and ecdhe else ""
