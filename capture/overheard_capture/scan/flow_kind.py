"""What a flow is, all in all: told by its content alone and never by its port."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from overheard_capture.content.findings import Findings


class FlowKind(StrEnum):
    """What the bytes of a flow are to someone who has no key."""

    TLS = "TLS"
    TEXT = "plain text"
    LATER = "TLS behind something in clear"
    MISTAKEN = "TLS in clear on one side and plain text on the other"
    NOTHING = "nothing"
    UNKNOWN = "something that this judge cannot read"


def flow_kind_of(both_findings: tuple[Findings, Findings]) -> FlowKind:
    """What a flow carries, both directions taken together, once both of its readers were closed.

    MISTAKEN is where one side took the port for another: a hello is answered by text, or text by an alert.
    """
    said = [findings for findings in both_findings if findings.read.total()]
    if not said:
        return FlowKind.NOTHING
    if any(findings.troubles for findings in said):
        return FlowKind.UNKNOWN
    of_tls = [findings.encryption is not None for findings in said]
    if not any(of_tls):
        return FlowKind.TEXT
    if not all(of_tls):
        return FlowKind.MISTAKEN
    return (
        FlowKind.LATER if any(findings.encryption and findings.encryption.begins for findings in said) else FlowKind.TLS
    )
