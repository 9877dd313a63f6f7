"""What every observer sees of each flow: endpoints, times, sizes, and the parts of TLS in clear."""

from __future__ import annotations

from typing import TYPE_CHECKING

from overheard.words.visible import Visible

if TYPE_CHECKING:
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
    shown = Visible(
        stream=number,
        client=client,
        server=server,
        began=round(began, 6),
        lasted=round(max(lasted, 0), 6),
        sent=sent,
        answered=answered,
        content=content.value,
    )
    if not any(findings.encryption is not None for findings in both_findings):
        return shown
    from overheard_capture.scan.visible_tls import with_tls  # noqa: PLC0415  (many flows are no TLS)

    return with_tls(shown, both_findings)
