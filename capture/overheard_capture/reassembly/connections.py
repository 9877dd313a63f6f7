"""All TCP connections of a capture: which segment is of which, and when we let go of one."""

from __future__ import annotations

from collections import OrderedDict
from typing import TYPE_CHECKING

from overheard_capture.packets import SYN
from overheard_capture.reassembly.connection import Connection

if TYPE_CHECKING:
    from collections.abc import Callable

    from overheard_capture.packets import Endpoint, Segment

    Open = Callable[[int, Endpoint, Endpoint, float], Connection]
    Retire = Callable[[Connection], None]

# How many connections are kept at a time, those that have ended among them: a segment may come late.
_MOST = 20_000
# After so many bytes of payload everything that waits is handed on, and what is kept of each side is made less.
_SWEEP = 16 << 20
_KEPT, _KEPT_OF_EACH = 64 << 20, 64 << 10


class ConnectionTable:
    """The connections. `begin` makes one, from its number, both ends, and the time; `retire` takes one that is over."""

    def __init__(self, begin: Open, retire: Retire) -> None:
        self._begin = begin
        self._retire = retire
        self._of: dict[tuple[Endpoint, Endpoint], Connection] = {}
        # Those that are kept, the one that was silent for longest first.
        self._kept: OrderedDict[int, Connection] = OrderedDict()
        self._count = 0
        self._since_sweep = 0
        # How many bytes that were handed on are kept of all together.
        self._most_kept = _KEPT

    def share_memory(self) -> None:
        """Keep half as much: another reads the same capture."""
        self._most_kept = _KEPT // 2

    def __len__(self) -> int:
        """How many there were."""
        return self._count

    def add(self, segment: Segment, now: float) -> Connection:
        """Take in a segment, and say which connection it is of."""
        connection = self._of.get((segment.source, segment.target))
        if connection is None or connection.begins_anew(segment):
            connection = self._anew(connection, segment, now)
        else:
            self._kept.move_to_end(connection.number)
        connection.add(segment, now)
        self.passed(len(segment.payload))
        return connection

    def passed(self, payload: int) -> None:
        """Take in that so many bytes of payload went by."""
        self._since_sweep += payload
        if self._since_sweep >= _SWEEP:
            self.sweep()

    def _anew(self, before: Connection | None, segment: Segment, now: float) -> Connection:
        if before is not None:
            self._let_go(before)
        if len(self._kept) >= _MOST:
            self._make_room()
        answers = segment.flags & SYN and segment.acknowledged >= 0
        ends = (segment.target, segment.source) if answers else (segment.source, segment.target)
        connection = self._begin(self._count, *ends, now)
        self._count += 1
        self._of[ends] = self._of[ends[1], ends[0]] = connection
        self._kept[connection.number] = connection
        return connection

    def _make_room(self) -> None:
        """Let go of the connection that was silent for longest; of one that has ended, if possible."""
        oldest = list(self._kept.values())[: _MOST // 10]
        ended = [connection for connection in oldest if connection.finished]
        for connection in ended or oldest[:1]:
            connection.cut_off = not (connection.finished or connection.reset)
            self._let_go(connection)

    def _let_go(self, connection: Connection) -> None:
        connection.finish()
        del self._kept[connection.number]
        ends = connection.client.source, connection.client.target
        for both in (ends, ends[::-1]):
            self._of.pop(both, None)
        self._retire(connection)

    def sweep(self) -> None:
        """Hand on all that waits, and keep less where much is kept."""
        self._since_sweep = 0
        kept = 0
        for connection in reversed(list(self._kept.values())):
            if not connection.finished:
                connection.hand_on()
            for direction in connection.directions:
                kept += direction.waiting
                if kept > self._most_kept:
                    direction.forget(_KEPT_OF_EACH if kept < 2 * self._most_kept else 0)

    def finish(self) -> None:
        """There is no more to come."""
        for connection in list(self._kept.values()):
            self._let_go(connection)
        self._since_sweep = 0
