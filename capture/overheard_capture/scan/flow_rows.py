"""Rows of the flow table: protocol, bytes in each direction, and whether all of them were encrypted."""

from __future__ import annotations

from typing import TYPE_CHECKING

from overheard.words.report import Flow
from overheard_capture.scan.facts import MAX_FLOWS
from overheard_capture.scan.flow_kind import FlowKind, flow_kind_of
from overheard_capture.scan.visible import FlowExtent, visible_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from overheard_capture.content.findings import Findings
    from overheard_capture.reassembly.connection import Connection
    from overheard_capture.reassembly.direction import Direction
    from overheard_capture.scan.datagram_flows import DatagramFlow
    from overheard_capture.scan.facts import Facts


def add_connection(facts: Facts, connection: Connection, flow_findings: tuple[Findings, Findings]) -> None:
    """Add a TCP connection that has ended, with the findings of both directions, whose readers are closed."""
    protected = _is_protected(connection.directions, flow_findings)
    facts.protected += protected
    what = _kinds(flow_findings) or "nothing"
    facts.kinds[what] += 1
    kind = flow_kind_of(flow_findings)
    if kind in (FlowKind.TLS, FlowKind.UPGRADED):
        facts.tls.append(connection.number)
    if _is_full(facts):
        return
    extent = FlowExtent(
        stream=connection.number,
        client=str(connection.client.source),
        server=str(connection.server.source),
        began=round(connection.began - facts.began, 6),
        lasted=round(max(connection.ended - connection.began, 0), 6),
        sent=connection.client.seen,
        answered=connection.server.seen,
    )
    facts.visible.append(visible_of(extent, kind, flow_findings))
    facts.flows.append(_row(extent, what, protected, flow_findings))


def add_datagrams(facts: Facts, flow: DatagramFlow) -> None:
    """Add a datagram flow that has ended, whose readers are closed."""
    what = _kinds(flow.findings) or "datagrams"
    facts.kinds[what] += 1
    if _is_full(facts):
        return
    began, lasted = (round(max(each, 0), 6) for each in (flow.began - facts.began, flow.ended - flow.began))
    extent = FlowExtent(-1, str(flow.client), str(flow.server), began, lasted, *flow.seen)
    facts.flows.append(_row(extent, what, is_encrypted(flow) and _all_encrypted(flow), flow.findings))


def is_encrypted(flow: DatagramFlow) -> bool:
    """Whether a datagram flow is QUIC or DTLS from its first datagram."""
    return next((encrypts for each in flow.findings for encrypts in each.kinds.values()), False)


def _is_full(facts: Facts) -> bool:
    full = len(facts.flows) >= MAX_FLOWS
    facts.more_flows += full
    return full


def _row(extent: FlowExtent, what: str, protected: bool, flow_findings: tuple[Findings, Findings]) -> Flow:
    return Flow(
        **extent._asdict(),
        transport="UDP" if extent.stream < 0 else "TCP",
        what=what,
        protected=protected,
        sightings=sum(len(findings.sightings) for findings in flow_findings),
        remarks=_remarks(flow_findings),
    )


def _kinds(flow_findings: Iterable[Findings]) -> str:
    return ", ".join(dict.fromkeys(kind for findings in flow_findings for kind in findings.kinds))


def _remarks(flow_findings: tuple[Findings, Findings]) -> tuple[str, ...]:
    unread = (f"{each.why}: {each.what}" for findings in flow_findings for each in findings.unread)
    problems = (each for findings in flow_findings if findings.encryption for each in findings.encryption.problems)
    return tuple(dict.fromkeys((*problems, *unread)))


def _all_encrypted(flow: DatagramFlow) -> bool:
    """Whether every datagram is DTLS or QUIC, and both sides agreed on keys."""
    nonempty = [findings for seen, findings in zip(flow.seen, flow.findings, strict=True) if seen]
    return all(each.encryption is not None and each.encryption.protected and not each.unread for each in nonempty)


def _is_protected(directions: Iterable[Direction], flow_findings: Iterable[Findings]) -> bool:
    """Whether every byte is inside TLS, and none is missing."""
    nonempty = [
        (direction, findings) for direction, findings in zip(directions, flow_findings, strict=True) if direction.seen
    ]
    return bool(nonempty) and all(
        findings.encryption is not None and findings.encryption.protected and not direction.missing
        for direction, findings in nonempty
    )
