"""Datagram flows: datagrams grouped by their two endpoints."""

from __future__ import annotations

from collections import OrderedDict
from typing import TYPE_CHECKING

from overheard_capture.content.content import Content, SearchScope
from overheard_capture.packets import payload_origin

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from overheard_capture.content.findings import Findings
    from overheard_capture.packets import Datagram, Endpoint

# The maximum number of flows that are kept at a time.
_MAX_FLOWS = 20_000


class DatagramFlow:
    """The datagrams between two endpoints. `client` sent the first one; times are in seconds since the epoch.

    `findings` are those of the client's direction and of the server's.
    """

    __slots__ = (
        "_joined_payloads",
        "began",
        "client",
        "ended",
        "findings",
        "mark_bytes",
        "parties",
        "readers",
        "seen",
        "server",
        "transport",
    )

    def __init__(self, first: Datagram, findings: tuple[Findings, Findings], now: float) -> None:
        self.client, self.server, self.transport = first.source, first.target, first.transport
        self.findings = findings
        # Imported late, as many captures have no datagrams.
        from overheard_capture.identify.datagrams import DatagramIdentifier  # noqa: PLC0415
        from overheard_capture.protocols.ipsec.reader import IpsecConversation  # noqa: PLC0415

        is_esp = self.transport == "ESP"
        findings[0].conversation.of(IpsecConversation).is_esp = is_esp
        self.readers = tuple(DatagramIdentifier(each, "IPsec" if is_esp else "") for each in findings)
        # Searched for secrets that are split over two datagrams.
        self._joined_payloads = [Content(each, (), None, SearchScope.BOUNDARIES) for each in findings]
        self.began = self.ended = now
        # The number of payload bytes from the client, and from the server.
        self.seen = [0, 0]
        # How many of these are marks of the recorder.
        self.mark_bytes = [0, 0]
        self.parties: set[str] = set()

    def __str__(self) -> str:
        return f"{self.client} → {self.server}"

    @property
    def directions(self) -> tuple[tuple[Endpoint, Endpoint], tuple[Endpoint, Endpoint]]:
        """Source and target of both directions, the client's first."""
        return (self.client, self.server), (self.server, self.client)

    def add(self, datagram: Datagram, now: float, *, is_mark: bool = False) -> None:
        """Read a datagram, unless it is a mark: that has what the recorder wrote, and nothing else."""
        is_reply = datagram.source != self.client
        if not is_mark:
            origin = payload_origin(datagram)
            self.readers[is_reply].datagram(datagram.payload, origin)
            self._joined_payloads[is_reply].feed(datagram.payload, origin)
        self.seen[is_reply] += len(datagram.payload)
        self.mark_bytes[is_reply] += len(datagram.payload) * is_mark
        self.ended = now

    def finish(self) -> None:
        """The flow has ended."""
        for reader in self.readers:
            reader.close()


class DatagramFlowTable:
    """The datagram flows of a capture. `make_findings` is called for each new one, and `retire` with an ended one."""

    def __init__(
        self,
        make_findings: Callable[[Endpoint, Endpoint], tuple[Findings, Findings]],
        retire: Callable[[DatagramFlow], None],
    ) -> None:
        self._make_findings = make_findings
        self._retire = retire
        self._flows: OrderedDict[frozenset[Endpoint], DatagramFlow] = OrderedDict()
        self._complete = True

    @property
    def endpoint_pairs(self) -> Iterable[frozenset[Endpoint]]:
        """The endpoint pairs of the flows that are kept."""
        return self._flows

    @property
    def complete(self) -> bool:
        """Whether no flow had to be dropped to make room."""
        return self._complete

    def add(self, datagram: Datagram, now: float, *, is_mark: bool = False) -> DatagramFlow:
        """Assign a datagram to its flow, and return the flow."""
        endpoints = frozenset((datagram.source, datagram.target))
        flow = self._flows.get(endpoints)
        if flow is None:
            if len(self._flows) >= _MAX_FLOWS:
                self._retire_flow(next(iter(self._flows)))
                self._complete = False
            findings = self._make_findings(datagram.source, datagram.target)
            flow = self._flows[endpoints] = DatagramFlow(datagram, findings, now)
        else:
            self._flows.move_to_end(endpoints)
        flow.add(datagram, now, is_mark=is_mark)
        return flow

    def _retire_flow(self, endpoints: frozenset[Endpoint]) -> None:
        flow = self._flows.pop(endpoints)
        flow.finish()
        self._retire(flow)

    def finish(self) -> None:
        """The capture has ended."""
        for endpoints in list(self._flows):
            self._retire_flow(endpoints)
