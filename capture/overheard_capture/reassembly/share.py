"""Which flows are whose, where two read the same capture: both see every frame, and each reads flows of its own."""

from __future__ import annotations

import zlib
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from overheard_capture.packets import Endpoint


@dataclass(frozen=True)
class Share:
    """One of two shares. The `first` reader keeps all that had begun when they became two, and half of what follows.

    That were so many `connections`, and these `datagram_flows`. What is in no flow is the first reader's, too.
    """

    first: bool
    connections: int
    datagram_flows: frozenset[frozenset[Endpoint]]

    @classmethod
    def from_now_on(cls, connections: int, datagram_flows: Iterable[frozenset[Endpoint]]) -> Share:
        """That of the first reader, where so much has begun."""
        return cls(True, connections, frozenset(datagram_flows))

    @property
    def other(self) -> Share:
        """That of the other reader."""
        return replace(self, first=not self.first)

    def has_connection(self, number: int) -> bool:
        """Whether it has the TCP connection with this number."""
        return self.first == (number < self.connections or number % 2 == 0)

    def has_datagram_flow(self, one: Endpoint, other: Endpoint) -> bool:
        """Whether it has the datagrams between these ends."""
        ends = frozenset((one, other))
        # Python's own hash is another in each process.
        return self.first == (ends in self.datagram_flows or zlib.crc32(repr(sorted(ends)).encode()) % 2 == 0)
