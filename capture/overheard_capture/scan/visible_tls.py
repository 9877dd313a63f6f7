"""The data of a TLS flow that is visible to every observer: the handshake in clear, and sizes."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from overheard.words.visible import Alert
from overheard_capture.protocols.tls.direction_state import TlsDirection, tls_of
from overheard_capture.protocols.tls.handshake import handshake_of
from overheard_capture.protocols.tls.sizes import Sizes, sizes

if TYPE_CHECKING:
    from collections.abc import Iterator

    from overheard.words.visible import Visible
    from overheard_capture.content.findings import Findings


def with_tls(shown: Visible, flow_findings: tuple[Findings, Findings]) -> Visible:
    """Add the visible data of TLS to `shown`. `flow_findings` are as in `visible_of`."""
    client_side, server_side = (tls_of(findings) or TlsDirection() for findings in flow_findings)
    if client_side.is_server or server_side.is_client:
        # The TCP client may be the TLS server, as in active FTP.
        handshake = handshake_of(server_side, client_side)
        data = sizes(server_side, client_side, handshake)
        data = Sizes(data.answered, data.sent, data.sent)
    else:
        handshake = handshake_of(client_side, server_side)
        data = sizes(client_side, server_side, handshake)
    return replace(
        shown,
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
