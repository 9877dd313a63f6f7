"""The kind of a flow as a whole, by its content."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from overheard_capture.content.findings import Findings


class FlowKind(StrEnum):
    """The kind of a flow, as seen without keys. ENCRYPTED is by another protocol than TLS."""

    TLS = "TLS"
    ENCRYPTED = "encrypted"
    TEXT = "plain text"
    UPGRADED = "TLS after cleartext"
    MISMATCHED = "TLS in one direction and plain text in the other"
    NOTHING = "nothing"
    UNKNOWN = "something that this judge cannot read"


def flow_kind_of(flow_findings: tuple[Findings, Findings]) -> FlowKind:
    """Classify a flow by both directions, whose readers are closed.

    MISMATCHED usually means a wrong port: the response to a hello is text, or the response to text is an alert.
    """
    nonempty = [findings for findings in flow_findings if findings.read.total()]
    if not nonempty:
        return FlowKind.NOTHING
    if any(findings.unread for findings in nonempty):
        return FlowKind.UNKNOWN
    encrypted = [findings.encryption is not None for findings in nonempty]
    if not any(encrypted):
        return FlowKind.TEXT
    from overheard_capture.protocols.tls.direction_state import tls_of  # noqa: PLC0415  (many flows are not encrypted)

    if any(findings.encryption and not tls_of(findings) for findings in nonempty):
        return FlowKind.ENCRYPTED
    if not all(encrypted):
        return FlowKind.MISMATCHED
    return (
        FlowKind.UPGRADED
        if any(findings.encryption and findings.encryption.begins for findings in nonempty)
        else FlowKind.TLS
    )
