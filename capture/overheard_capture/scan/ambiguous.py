"""What is ambiguous about the bytes of a TCP connection: which of them the receiver read, and in which order."""

from __future__ import annotations

from typing import TYPE_CHECKING

from overheard.words.layer import Layer, LayerKind
from overheard_capture.content.content import Content
from overheard_capture.content.findings import Reason
from overheard_capture.decoders.untyped import untyped
from overheard_capture.identify.byte_streams import READERS

if TYPE_CHECKING:
    from collections.abc import Callable

    from overheard_capture.content.findings import Findings
    from overheard_capture.provenance.origin import Origin
    from overheard_capture.reassembly.connection import Connection
    from overheard_capture.reassembly.urgent import UrgentData

# What is seen in the stream as it is, is seen there.
_NOT_URGENT = Layer("TCP without urgent data", LayerKind.SPELLED)


def resolve(
    connection: Connection, flow_findings: tuple[Findings, Findings], make_findings: Callable[[], Findings]
) -> None:
    """Read what the receivers may have read instead, and report what remains unknown."""
    carried = any(each.seen for each in connection.directions)
    if connection.subflow and connection.subflow.scattered and carried:
        flow_findings[0].report_unread(Reason.OPAQUE, "a subflow of Multipath TCP, which is not joined with others")
    for direction, findings in zip(connection.directions, flow_findings, strict=True):
        if direction.urgent:
            _read_without(direction.urgent, findings, make_findings)
        if direction.reset_text:
            findings.report_in_clear("TCP resets", direction.reset_text)
        if direction.probed:
            findings.report_in_clear("TCP keep-alives", len(direction.probed))
            read_outside(findings, *direction.probed.take())


def _read_without(urgent: UrgentData, findings: Findings, make_findings: Callable[[], Findings]) -> None:
    for data, origin in urgent.readings():
        again = make_findings()
        inside = Content(again, (_NOT_URGENT,), READERS.stream)
        inside.feed(data, origin)
        inside.close()
        findings.sightings += again.sightings
        findings.unread |= again.unread
        findings.values.count_all(again.values)
    if urgent.ambiguous:
        findings.report_unread(Reason.OPAQUE, "urgent data at several places or after many bytes")


def read_outside(findings: Findings, data: bytes, origin: Origin) -> None:
    """Read bytes outside the stream: those of a reset, and those sent again with other values."""
    outside = Content(findings, (), untyped)
    outside.feed(data, origin)
    outside.close()
