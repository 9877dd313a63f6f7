"""What every observer sees of each flow: endpoints, times, sizes, and the parts of TLS in clear."""

from __future__ import annotations

from typing import TYPE_CHECKING

from overheard.words.visible import Alert, Visible
from overheard_capture.protocols.tls.conversation import TlsDirection, tls_of
from overheard_capture.protocols.tls.handshake import handshake_of
from overheard_capture.protocols.tls.sizes import Sizes, sizes

if TYPE_CHECKING:
    from collections.abc import Iterator

    from overheard_capture.content.findings import Findings
    from overheard_capture.scan.flow_kind import FlowKind


def visible_of(  # noqa: PLR0913  (these are the facts)
    *,
    number: int,
    client: str,
    server: str,
    began: float,
    lasted: float,
    sent: int,
    answered: int,
    content: FlowKind,
    both_findings: tuple[Findings, Findings],
) -> Visible:
    """Collect what is visible of a flow that has ended, whose readers are closed.

    `number`, `client` and `server` are as in `Visible`. `began` is in seconds since the first frame of the recording,
    and `lasted` in seconds. `sent` and `answered` are the numbers of payload bytes, and `content` is the kind of the
    flow. `both_findings` are those of the client's direction and of the server's.
    """
    client_side, server_side = (tls_of(findings) or TlsDirection() for findings in both_findings)
    if client_side.is_server or server_side.is_client:
        # The TCP client may be the TLS server, as in active FTP.
        handshake = handshake_of(server_side, client_side)
        data = sizes(server_side, client_side, handshake)
        data = Sizes(data.answered, data.sent, data.sent)
    else:
        handshake = handshake_of(client_side, server_side)
        data = sizes(client_side, server_side, handshake)
    return Visible(
        stream=number,
        client=client,
        server=server,
        began=round(began, 6),
        lasted=round(max(lasted, 0), 6),
        sent=sent,
        answered=answered,
        content=content.value,
        version=handshake.server_hello.version,
        cipher=handshake.server_hello.cipher,
        group=handshake.group,
        sni=handshake.client_hello.sni,
        alpn=handshake.server_hello.alpn or ", ".join(handshake.client_hello.alpn),
        subject=handshake.subject,
        names=handshake.names,
        client_subject=handshake.client_subject,
        data_sent=data.sent,
        data_answered=data.answered,
        data_guessed=data.estimate,
        alerts=tuple(
            sorted((*_alerts(client_side, "client"), *_alerts(server_side, "server")), key=lambda alert: alert.frame)
        ),
        hello_frames=handshake.frames,
    )


def _alerts(direction: TlsDirection, sender: str) -> Iterator[Alert]:
    for alert in direction.alerts:
        yield Alert(alert.frame, sender, alert.level, alert.name)
