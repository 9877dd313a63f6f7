"""Quotations: what an ICMP error quotes was read before, where the quoted packet was captured as well."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from overheard_capture.packets import Datagram, Quoted
    from overheard_capture.reassembly.connections import ConnectionTable

# The number of datagrams that an error may quote.
_MAX_RECENT = 64


class Quotations:
    """The packets that may be quoted: those of `connections`, and the last datagrams."""

    def __init__(self, connections: ConnectionTable) -> None:
        self._connections = connections
        self._recent: deque[Datagram] = deque(maxlen=_MAX_RECENT)
        self.add = self._recent.append

    def find(self, quoted: Quoted, payload: bytes) -> tuple[int | None, bool]:
        """The number of the connection that is quoted, if it is one, and whether `payload` was read before.

        An error without payload refuses a connection that is being opened.
        """
        if quoted.sequence < 0:
            sent = (each.payload for each in self._recent if (each.source, each.target) == quoted[:2])
            return None, any(each.startswith(payload) for each in sent)
        connection = self._connections.between(quoted.source, quoted.target)
        if connection is None:
            return None, not payload
        if not payload:
            connection.give_up()
        return connection.number, not payload or connection.has_read(quoted, payload)
