"""What both sides of a stream said before they could keep it to themselves."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from overheard_capture.protocols.tls import hello
from overheard_capture.protocols.tls.certificate import holder
from overheard_capture.protocols.tls.hello import ClientHello, ServerHello

if TYPE_CHECKING:
    from overheard_capture.protocols.tls.direction import TlsDirection


@dataclass(frozen=True)
class Handshake:
    """What was said in clear. `group` is also that of a TLS 1.2 key exchange, where it is one of ECDHE.

    `subject` and `names` are of the server's certificate, `client_subject` of the client's; TLS 1.3 encrypts both.
    `frames` are those that the hellos are in.
    """

    asked: ClientHello
    picked: ServerHello
    group: str
    subject: str
    names: tuple[str, ...]
    client_subject: str
    frames: tuple[int, ...]


def handshake(client: TlsDirection, server: TlsDirection) -> Handshake:
    """What the two sides of a stream said of it, however far it came."""
    picked = server.picked or ServerHello()
    hellos = [*client.messages.kept.get(hello.CLIENT_HELLO, []), *server.messages.kept.get(hello.SERVER_HELLO, [])]
    subject, alternatives = _holder(server)
    return Handshake(
        asked=client.asked or ClientHello(),
        picked=picked,
        group=picked.group or _group(picked, server),
        subject=subject,
        names=alternatives,
        client_subject=_holder(client)[0],
        frames=tuple(sorted({frame for message in hellos for frame in message.frames})),
    )


def _holder(side: TlsDirection) -> tuple[str, tuple[str, ...]]:
    certificate = side.messages.first(hello.CERTIFICATE)
    return holder(hello.leaf(certificate.body)) if certificate else ("", ())


def _group(picked: ServerHello, server: TlsDirection) -> str:
    exchange = server.messages.first(hello.SERVER_KEY_EXCHANGE)
    # Of the other key exchanges this message holds something else, which would be misread.
    ecdhe = picked.cipher.startswith("TLS_ECDHE_")
    return hello.named_curve(exchange.body) if exchange and ecdhe else ""
