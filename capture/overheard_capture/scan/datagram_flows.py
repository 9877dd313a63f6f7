"""Datagrams by who talked with whom: what is no connection, but has two ends all the same."""

from __future__ import annotations

from collections import OrderedDict
from typing import TYPE_CHECKING

from overheard_capture.content.content import Content, SearchScope
from overheard_capture.identify.datagrams import DatagramIdentifier
from overheard_capture.packets import payload_origin

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from overheard_capture.content.findings import Findings
    from overheard_capture.packets import Datagram, Endpoint

# How many pairs of ends are kept at a time.
_MOST = 20_000


class DatagramFlow:
    """All datagrams between two ends. `client` is who sent the first; times are seconds since the epoch."""

    __slots__ = ("_joined", "began", "both_findings", "client", "ended", "parties", "readers", "seen", "server")

    def __init__(
        self, client: Endpoint, server: Endpoint, both_findings: tuple[Findings, Findings], now: float
    ) -> None:
        self.client = client
        self.server = server
        self.both_findings = both_findings
        self.readers = tuple(map(DatagramIdentifier, both_findings))
        # What one says in two datagrams is read together by whoever follows the talk.
        self._joined = [Content(findings, (), None, SearchScope.BOUNDARIES) for findings in both_findings]
        self.began = self.ended = now
        # Bytes of payload that the client, and the server, sent.
        self.seen = [0, 0]
        self.parties: set[str] = set()

    def __str__(self) -> str:
        return f"{self.client} → {self.server}"

    def add(self, datagram: Datagram, now: float) -> None:
        """Read one more."""
        back = datagram.source != self.client
        origin = payload_origin(datagram)
        self.readers[back].datagram(datagram.payload, origin)
        self._joined[back].feed(datagram.payload, origin)
        self.seen[back] += len(datagram.payload)
        self.ended = now

    def finish(self) -> None:
        """There is no more to come."""
        for reader in self.readers:
            reader.close()


class DatagramFlowTable:
    """The datagrams of a capture. `make` gives the findings of both ends; `retire` takes a flow that is over."""

    def __init__(self, make: Callable[[], tuple[Findings, Findings]], retire: Callable[[DatagramFlow], None]) -> None:
        self._make = make
        self._retire = retire
        self._kept: OrderedDict[frozenset[Endpoint], DatagramFlow] = OrderedDict()
        self._all_kept = True

    @property
    def known(self) -> Iterable[frozenset[Endpoint]]:
        """The pairs of ends whose datagrams are kept at the moment."""
        return self._kept

    @property
    def all_kept(self) -> bool:
        """Whether those are all that there were."""
        return self._all_kept

    def add(self, datagram: Datagram, now: float) -> DatagramFlow:
        """Take in a datagram, and say between whom it is."""
        ends = frozenset((datagram.source, datagram.target))
        flow = self._kept.get(ends)
        if flow is None:
            if len(self._kept) >= _MOST:
                self._let_go(next(iter(self._kept)))
                self._all_kept = False
            flow = self._kept[ends] = DatagramFlow(datagram.source, datagram.target, self._make(), now)
        else:
            self._kept.move_to_end(ends)
        flow.add(datagram, now)
        return flow

    def _let_go(self, ends: frozenset[Endpoint]) -> None:
        flow = self._kept.pop(ends)
        flow.finish()
        self._retire(flow)

    def finish(self) -> None:
        """There is no more to come."""
        for ends in list(self._kept):
            self._let_go(ends)
