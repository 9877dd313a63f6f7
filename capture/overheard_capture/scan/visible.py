"""What everybody sees of each flow: who, when, how much, and what TLS says in clear."""

from __future__ import annotations

from typing import TYPE_CHECKING

from overheard.words.visible import Alert, Visible
from overheard_capture.protocols.tls.conversation import TlsDirection, tls_of
from overheard_capture.protocols.tls.handshake import handshake
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
    """What is visible of a flow that is over, both readers of which were closed.

    `number`, `client` and `server` are as in `Visible`. `began` is in seconds since the first frame of the recording,
    and `lasted` in seconds. `sent` and `answered` are the bytes of payload that were seen, and `content` what they are.
    `both_findings` are those of the client's direction and of the server's.
    """
    asks, answers = (tls_of(findings) or TlsDirection() for findings in both_findings)
    if asks.is_server or answers.is_client:
        # Who called may be the one that answers, as the server of FTP in active mode.
        said = handshake(answers, asks)
        data = sizes(answers, asks, said)
        data = Sizes(data.answered, data.sent, data.sent)
    else:
        said = handshake(asks, answers)
        data = sizes(asks, answers, said)
    return Visible(
        stream=number,
        client=client,
        server=server,
        began=round(began, 6),
        lasted=round(max(lasted, 0), 6),
        sent=sent,
        answered=answered,
        content=content.value,
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
