"""The data of each flow that is visible to every observer: endpoints, times, sizes, and TLS messages in clear."""

from __future__ import annotations

from typing import TYPE_CHECKING

from overheard.words.named_tuple import NamedTuple
from overheard.words.visible import Visible

if TYPE_CHECKING:
    from overheard_capture.content.findings import Findings
    from overheard_capture.scan.flow_kind import FlowKind


class FlowExtent(NamedTuple):
    """The identity of a flow, its start (seconds after the first frame), duration (seconds) and payload bytes."""

    stream: int
    client: str
    server: str
    began: float
    lasted: float
    sent: int
    answered: int


def visible_of(extent: FlowExtent, content: FlowKind, flow_findings: tuple[Findings, Findings]) -> Visible:
    """Collect the visible data of a flow that has ended, after its readers were closed.

    `flow_findings` are those of the client's direction and of the server's.
    """
    shown = Visible(**extent._asdict(), content=content.value)
    if not any(findings.encryption for findings in flow_findings):
        return shown
    # Imported late, as many flows are not encrypted.
    from overheard_capture.protocols.tls.direction_state import tls_of  # noqa: PLC0415
    from overheard_capture.scan.visible_tls import with_tls  # noqa: PLC0415

    return with_tls(shown, flow_findings) if any(map(tls_of, flow_findings)) else shown
