"""Shares: two processes read the same capture. Both process every frame, and each reads the flows of its own share."""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING

from overheard.words.named_tuple import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable

    from overheard_capture.packets import Endpoint


class Share(NamedTuple):
    """One of two shares. The `first` contains the flows that existed at the split, and half of the later ones.

    `connections` is the number of TCP connections at the split, `datagram_flows` the endpoints of the other flows.
    Frames outside flows belong to the first share.
    """

    first: bool
    connections: int
    datagram_flows: frozenset[frozenset[Endpoint]]

    @classmethod
    def from_now_on(cls, connections: int, datagram_flows: Iterable[frozenset[Endpoint]]) -> Share:
        """The first share, for a split at this state."""
        return cls(True, connections, frozenset(datagram_flows))

    @property
    def other(self) -> Share:
        """The other share."""
        return self._replace(first=not self.first)

    def owns_connection(self, number: int) -> bool:
        """Whether the TCP connection with this number belongs to it."""
        return self.first == (number < self.connections or number % 2 == 0)

    def owns_datagram_flow(self, one: Endpoint, other: Endpoint) -> bool:
        """Whether the datagrams between these endpoints belong to it."""
        ends = frozenset((one, other))
        # Python's `hash` differs between processes.
        return self.first == (ends in self.datagram_flows or zlib.crc32(repr(sorted(ends)).encode()) % 2 == 0)
