"""Rows of the flow table: protocol, bytes in each direction, and whether all of them were encrypted."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from overheard.words.report import Flow
from overheard_capture.content.byte_scan import is_plain
from overheard_capture.identify.protocols import CLEAR_DATAGRAMS, INFRASTRUCTURE
from overheard_capture.packets import Control, IcmpData, SctpMessage
from overheard_capture.scan.facts import MAX_FLOWS
from overheard_capture.scan.flow_kind import FlowKind, flow_kind_of
from overheard_capture.scan.visible import FlowExtent, visible_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from overheard_capture.content.findings import Findings
    from overheard_capture.packets import Packet
    from overheard_capture.reassembly.connection import Connection
    from overheard_capture.reassembly.direction import Direction
    from overheard_capture.reassembly.tally import Order
    from overheard_capture.scan.datagram_flows import DatagramFlow
    from overheard_capture.scan.facts import Facts

# The length of an alert, and that of an encrypted one in TLS 1.3: with its type, and a tag (RFC 8446, 5.2 and 6).
ALERT = 2
_LONGEST_ALERT = ALERT + 1 + 16
# What a flow of nothing else is.
MARKS = "marks of the recorder"


def add_connection(facts: Facts, connection: Connection, flow_findings: tuple[Findings, Findings]) -> None:
    """Add a TCP connection that has ended, with the findings of both directions, whose readers are closed."""
    protected = _is_protected(connection.directions, flow_findings)
    what = _kinds(flow_findings) or "nothing"
    facts.kinds[what] += 1
    seen = [direction.seen for direction in connection.directions]
    where, order = f"stream {connection.number}", (0, connection.number)
    _count_in_clear(facts, where, order, seen, flow_findings)
    if not protected and _has_ciphertext(flow_findings):
        facts.unsettled.add(where, order)
    kind = flow_kind_of(flow_findings)
    if kind in (FlowKind.TLS, FlowKind.UPGRADED):
        facts.tls.append(connection.number)
    if kind is FlowKind.ENCRYPTED:
        facts.encrypted_flows += protected
    else:
        facts.protected += protected
    extent = FlowExtent(
        stream=connection.number,
        client=str(connection.client.source),
        server=str(connection.server.source),
        began=round(connection.began - facts.began, 6),
        lasted=round(max(connection.ended - connection.began, 0), 6),
        sent=connection.client.seen,
        answered=connection.server.seen,
    )
    is_full = _is_full(facts)
    if is_full and not facts.endpoints:
        return
    shown = visible_of(extent, kind, flow_findings)
    # An alert looks like data in TLS 1.3.
    carried = protected and (kind is FlowKind.ENCRYPTED or max(shown.data_sent, shown.data_guessed) > ALERT)
    ends = connection.client.source, connection.server.source
    if facts.endpoints:
        in_clear = _in_clear(seen, flow_findings)
        facts.add_to_endpoints(ends, where, order, encrypted=carried, in_clear=in_clear)
    if is_full:
        return
    facts.visible.append(shown)
    facts.flows.append(_row(extent, "TCP", what, protected, flow_findings))


def add_datagrams(facts: Facts, flow: DatagramFlow) -> None:
    """Add a datagram flow that has ended, whose readers are closed."""
    # Marks of the recorder are no data of the hosts.
    seen = [size - marks for size, marks in zip(flow.seen, flow.mark_bytes, strict=True)]
    what = _kinds(flow.findings) or ("datagrams" if any(seen) or not any(flow.seen) else MARKS)
    facts.kinds[what] += 1
    encrypted = is_encrypted(flow) and _all_encrypted(flow)
    facts.encrypted_flows += encrypted
    where, order = str(flow), (2, flow.began)
    _count_in_clear(facts, where, order, seen, flow.findings)
    if not encrypted and _has_ciphertext(flow.findings):
        facts.unsettled.add(where, order)
    if facts.endpoints:
        in_clear = _in_clear(seen, flow.findings)
        facts.add_to_endpoints((flow.client, flow.server), where, order, encrypted=encrypted, in_clear=in_clear)
    if _is_full(facts):
        return
    began, lasted = (round(max(each, 0), 6) for each in (flow.began - facts.began, flow.ended - flow.began))
    extent = FlowExtent(-1, str(flow.client), str(flow.server), began, lasted, *flow.seen)
    facts.flows.append(_row(extent, flow.transport, what, encrypted, flow.findings))


def add_outside_flows(facts: Facts, packet: Packet, size: int, hosts: str, findings: Findings) -> None:
    """Count content of a packet in no flow."""
    order = 1, packet.frame
    for field, count in findings.in_clear.items():
        facts.add_in_clear(field, count, hosts, order)
    name, in_clear = "data outside flows", size
    if isinstance(packet, IcmpData):
        name, in_clear = "data in ICMP", _icmp_in_clear(packet, size, findings)
    if not in_clear or isinstance(packet, Control):
        return
    if isinstance(packet, SctpMessage):
        name = "SCTP"
    if facts.ends:
        facts.add_to_endpoints(facts.ends, hosts, order, encrypted=False, in_clear={name: size})
    facts.add_in_clear(name, in_clear, hosts, order)
    facts.values.count_all(findings.values)


def _icmp_in_clear(packet: IcmpData, size: int, findings: Findings) -> int:
    """How many bytes that ICMP carries are in clear. Those of a quoted segment are, if they are text."""
    if packet.quoted is None:
        return size
    if packet.quoted.sequence >= 0:
        return size if is_plain(packet.payload) else 0
    return _bytes_in_clear(size, findings, INFRASTRUCTURE)


def is_encrypted(flow: DatagramFlow) -> bool:
    """Whether a datagram flow is of a protocol that encrypts, from its first datagram but for infrastructure."""
    return next(
        (encrypts for each in flow.findings for kind, encrypts in each.kinds.items() if kind not in INFRASTRUCTURE),
        False,
    )


def _has_ciphertext(flow_findings: Iterable[Findings]) -> bool:
    """Whether there is encrypted data in a flow: more than a handshake, as far as that is known."""
    states = [findings.encryption for findings in flow_findings if findings.encryption is not None]
    if not states:
        return False
    from overheard_capture.protocols.tls.direction_state import TlsDirection  # noqa: PLC0415  (many flows are not encrypted)

    return any(not isinstance(each, TlsDirection) or each.data.payload_bytes(_LONGEST_ALERT) > 0 for each in states)


def _count_in_clear(
    facts: Facts, where: str, order: Order, seen: Sequence[int], flow_findings: tuple[Findings, Findings]
) -> None:
    """Count the bytes of a flow that nothing encrypted, without infrastructure."""
    for protocol, size in _in_clear(seen, flow_findings, INFRASTRUCTURE).items():
        facts.add_in_clear(protocol, size, where, order)
        for findings in flow_findings:
            facts.values.count_all(findings.values)


def _in_clear(
    seen: Sequence[int], flow_findings: tuple[Findings, Findings], besides: frozenset[str] = frozenset()
) -> dict[str, int]:
    """The bytes of a flow that nothing encrypted, by protocol, `besides` these protocols.

    At an endpoint that must be sealed, no infrastructure is expected: all of them count.
    """
    fields = Counter[str]()
    for findings in flow_findings:
        if besides or findings.encryption:
            fields += findings.in_clear
    sides = zip(seen, flow_findings, strict=True)
    if not (size := sum(_bytes_in_clear(*side, besides) for side in sides)):
        return fields
    kinds = dict.fromkeys(
        kind
        for findings in flow_findings
        for kind, encrypts in findings.kinds.items()
        if not encrypts and kind not in besides
    )
    return {", ".join(kinds) or "data": size, **fields}


def _bytes_in_clear(seen: int, findings: Findings, besides: frozenset[str]) -> int:
    """How many of `seen` bytes of a direction are neither encrypted nor part of a handshake nor of these protocols."""
    encryption = findings.encryption
    if encryption is not None and not encryption.problems:
        before = max(min(encryption.begins, seen) - findings.negotiation, 0)
        return max(before, sum(findings.read[name] for name in CLEAR_DATAGRAMS))
    return max(seen - sum(findings.read[name] for name in besides), 0)


def _is_full(facts: Facts) -> bool:
    full = len(facts.flows) >= MAX_FLOWS
    facts.more_flows += full
    return full


def _row(
    extent: FlowExtent, transport: str, what: str, protected: bool, flow_findings: tuple[Findings, Findings]
) -> Flow:
    return Flow(
        **extent._asdict(),
        transport=transport,
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
    """Whether every datagram is of a protocol that encrypts, and both sides agreed on keys."""
    nonempty = [findings for seen, findings in zip(flow.seen, flow.findings, strict=True) if seen]
    return all(each.encryption is not None and each.encryption.protected and not each.unread for each in nonempty)


def _is_protected(directions: Iterable[Direction], flow_findings: Iterable[Findings]) -> bool:
    """Whether every byte is inside TLS or SSH, and none is missing."""
    nonempty = [
        (direction, findings) for direction, findings in zip(directions, flow_findings, strict=True) if direction.seen
    ]
    return bool(nonempty) and all(
        findings.encryption is not None and findings.encryption.protected and not direction.missing
        for direction, findings in nonempty
    )
