"""The connection table: assigns segments to TCP connections, and evicts connections when it is full."""

from __future__ import annotations

from collections import OrderedDict
from itertools import islice
from typing import TYPE_CHECKING

from overheard_capture.packets import SYN
from overheard_capture.reassembly.connection import Connection

if TYPE_CHECKING:
    from collections.abc import Callable

    from overheard_capture.packets import Endpoint, Segment

    Open = Callable[[int, Endpoint, Endpoint, float], Connection]
    Retire = Callable[[Connection], None]

# This includes connections that have ended, as segments may arrive late.
_MAX_CONNECTIONS = 20_000
# Among how many of them one that has ended is looked for; and how many are opened before that is tried again, as it
# takes as long as to read one of them.
_OLDEST, _PAUSE = _MAX_CONNECTIONS // 10, _MAX_CONNECTIONS // 100
# After this many bytes of payload, buffered data is delivered, and history is trimmed.
_SWEEP = 16 << 20
_MAX_HISTORY, _HISTORY_PER_DIRECTION = 64 << 20, 64 << 10


class ConnectionTable:
    """The connections of a capture.

    `new_connection` creates one from its number, the client, the server and the time. `retire` is called with each
    connection that is removed from the table.
    """

    def __init__(self, new_connection: Open, retire: Retire) -> None:
        self._new_connection = new_connection
        self._retire = retire
        self._by_endpoints: dict[tuple[Endpoint, Endpoint], Connection] = {}
        # The least recently active connection first.
        self._kept: OrderedDict[int, Connection] = OrderedDict()
        self._count = 0
        # From which number of connections on those that have ended are looked for.
        self._look_from = 0
        self._since_sweep = 0
        # The number of delivered bytes that are kept, over all connections.
        self._max_history = _MAX_HISTORY

    def halve_memory(self) -> None:
        """Keep half as much history: another process reads the same capture."""
        self._max_history = _MAX_HISTORY // 2

    def __len__(self) -> int:
        """The number of connections so far."""
        return self._count

    def add(self, segment: Segment, now: float) -> Connection:
        """Add a segment. Returns its connection."""
        connection = self._by_endpoints.get((segment.source, segment.target))
        if connection is None or connection.starts_new_connection(segment):
            connection = self._open(connection, segment, now)
        else:
            self._kept.move_to_end(connection.number)
        connection.add(segment, now)
        self.count_payload(len(segment.payload))
        return connection

    def between(self, source: Endpoint, target: Endpoint) -> Connection | None:
        """The last connection between these endpoints, if it is still in the table."""
        return self._by_endpoints.get((source, target))

    def count_payload(self, payload: int) -> None:
        """Count `payload` bytes towards the next sweep."""
        self._since_sweep += payload
        if self._since_sweep >= _SWEEP:
            self.sweep()

    def _open(self, before: Connection | None, segment: Segment, now: float) -> Connection:
        if before is not None:
            before.give_up()
            self._retire_connection(before)
        if len(self._kept) >= _MAX_CONNECTIONS:
            self._evict()
        answers = segment.flags & SYN and segment.acknowledged >= 0
        ends = (segment.target, segment.source) if answers else (segment.source, segment.target)
        connection = self._new_connection(self._count, *ends, now)
        self._count += 1
        self._by_endpoints[ends] = self._by_endpoints[ends[1], ends[0]] = connection
        self._kept[connection.number] = connection
        return connection

    def _evict(self) -> None:
        """Of the least recently active connections, evict those that have ended, or else the first."""
        ended: list[Connection] = []
        if self._count >= self._look_from:
            ended = [each for each in islice(self._kept.values(), _OLDEST) if each.finished]
            self._look_from = self._count if ended else self._count + _PAUSE
        for connection in ended or [next(iter(self._kept.values()))]:
            connection.evicted = not (connection.finished or connection.reset)
            self._retire_connection(connection)

    def _retire_connection(self, connection: Connection) -> None:
        connection.finish()
        del self._kept[connection.number]
        ends = connection.client.source, connection.client.target
        for both in (ends, ends[::-1]):
            self._by_endpoints.pop(both, None)
        self._retire(connection)

    def sweep(self) -> None:
        """Deliver buffered data, and trim history that exceeds its limit."""
        self._since_sweep = 0
        kept = 0
        for connection in reversed(list(self._kept.values())):
            if not connection.finished:
                connection.deliver()
            for direction in connection.directions:
                kept += direction.buffered
                if kept > self._max_history:
                    direction.trim(_HISTORY_PER_DIRECTION if kept < 2 * self._max_history else 0)

    def finish(self) -> None:
        """Finish all connections: no more segments follow."""
        for connection in list(self._kept.values()):
            self._retire_connection(connection)
        self._since_sweep = 0
