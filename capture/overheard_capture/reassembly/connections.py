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
        stream = self._of.get((segment.source, segment.target))
        if stream is None or stream.begins_anew(segment):
            stream = self._anew(stream, segment, now)
        else:
            self._kept.move_to_end(stream.number)
        stream.add(segment, now)
        self.passed(len(segment.payload))
        return stream

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
        stream = self._begin(self._count, *ends, now)
        self._count += 1
        self._of[ends] = self._of[ends[1], ends[0]] = stream
        self._kept[stream.number] = stream
        return stream

    def _make_room(self) -> None:
        """Let go of the connection that was silent for longest; of one that has ended, if possible."""
        oldest = list(self._kept.values())[: _MOST // 10]
        ended = [stream for stream in oldest if stream.finished]
        for stream in ended or oldest[:1]:
            stream.cut_off = not (stream.finished or stream.reset)
            self._let_go(stream)

    def _let_go(self, stream: Connection) -> None:
        stream.finish()
        del self._kept[stream.number]
        ends = stream.client.source, stream.client.target
        for both in (ends, ends[::-1]):
            self._of.pop(both, None)
        self._retire(stream)

    def sweep(self) -> None:
        """Hand on all that waits, and keep less where much is kept."""
        self._since_sweep = 0
        kept = 0
        for stream in reversed(list(self._kept.values())):
            if not stream.finished:
                stream.hand_on()
            for side in stream.sides:
                kept += side.waiting
                if kept > self._most_kept:
                    side.forget(_KEPT_OF_EACH if kept < 2 * self._most_kept else 0)

    def finish(self) -> None:
        """There is no more to come."""
        for stream in list(self._kept.values()):
            self._let_go(stream)
        self._since_sweep = 0
