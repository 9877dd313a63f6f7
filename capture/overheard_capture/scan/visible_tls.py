"""What everybody sees of a flow that is TLS: what it says in clear, and sizes."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from overheard.words.visible import Alert
from overheard_capture.protocols.tls.direction import TlsDirection, tls_of
from overheard_capture.protocols.tls.handshake import handshake
from overheard_capture.protocols.tls.sizes import Sizes, sizes

if TYPE_CHECKING:
    from collections.abc import Iterator

    from overheard.words.visible import Visible
    from overheard_capture.content.findings import Findings


def with_tls(shown: Visible, both_findings: tuple[Findings, Findings]) -> Visible:
    """What is visible of a flow, with what it shows of TLS. The arguments are as in `visible_of`."""
    asks, answers = (tls_of(findings) or TlsDirection() for findings in both_findings)
    if asks.is_server or answers.is_client:
        # Who called may be the one that answers, as the server of FTP in active mode.
        said = handshake(answers, asks)
        data = sizes(answers, asks, said)
        data = Sizes(data.answered, data.sent, data.sent)
    else:
        said = handshake(asks, answers)
        data = sizes(asks, answers, said)
    return replace(
        shown,
        version=said.picked.version,
        cipher=said.picked.cipher,
        group=said.group,
        sni=said.asked.sni,
        alpn=said.picked.alpn or ", ".join(said.asked.alpn),
        subject=said.subject,
        names=said.names,
        client_subject=said.client_subject,
        data_sent=data.sent,
        data_answered=data.answered,
        data_guessed=data.guess,
        alerts=tuple(sorted((*_alerts(asks, "client"), *_alerts(answers, "server")), key=lambda alert: alert.frame)),
        hello_frames=said.frames,
    )


def _alerts(side: TlsDirection, sender: str) -> Iterator[Alert]:
    for alert in side.alerts:
        yield Alert(alert.frame, sender, alert.level, alert.name)
