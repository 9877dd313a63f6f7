"""What a reading of a capture comes to."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from overheard_capture.reassembly.tally import Tally

if TYPE_CHECKING:
    from overheard.words.report import Flow
    from overheard.words.visible import Visible
    from overheard_capture.content.findings import Unread
    from overheard_capture.reassembly.connection import Connection

# How many flows are told one by one; the others are counted.
MOST_FLOWS = 10_000


@dataclass
class Facts:
    """What was read. Where things are counted, the first few are told; see `Tally`.

    `marks` are the frames that each mark was seen in first. `read_as` is in bytes of payload. `unread` are what could
    not be read, each with where it is.
    """

    frames: int = 0
    size: int = 0
    began: float = 0.0
    ended: float = 0.0
    left_out: int = 0
    searched: int = 0
    streams: int = 0
    busy: int = 0
    marks: dict[bytes, int] = field(default_factory=dict)
    cut_short: Tally[int] = field(default_factory=Tally)
    fragments: Tally[str] = field(default_factory=Tally)
    gaps: Tally[str] = field(default_factory=Tally)
    open_ended: Tally[int] = field(default_factory=Tally)
    conflicts: Tally[str] = field(default_factory=Tally)
    late: Tally[str] = field(default_factory=Tally)
    evicted: Tally[int] = field(default_factory=Tally)
    unread: dict[Unread, Tally[str]] = field(default_factory=dict)
    read_as: Counter[str] = field(default_factory=Counter)
    kinds: Counter[str] = field(default_factory=Counter)
    protected: int = 0
    flows: list[Flow] = field(default_factory=list)
    more_flows: int = 0
    visible: list[Visible] = field(default_factory=list)
    tls: list[int] = field(default_factory=list)

    def count_connection(self, connection: Connection) -> None:
        """Take in what may be wrong with a TCP connection that is over, and how many bytes of it were searched."""
        self.streams += 1
        order = (0, connection.number)
        for direction in connection.directions:
            self.searched += direction.seen
            if direction.missing:
                self.gaps.add(f"{direction.missing} of {direction}", order)
            if direction.conflicts:
                self.conflicts.add(str(direction), order)
            if direction.late:
                self.late.add(str(direction), order)
        self.busy += any(direction.seen for direction in connection.directions)
        if connection.evicted:
            self.evicted.add(connection.number, order)
        elif not connection.complete:
            self.open_ended.add(connection.number, order)

    def add_flows(self, other: Facts) -> None:
        """Take in what another reading of the same capture says of the flows that it read."""
        for name in ("searched", "streams", "busy", "protected", "more_flows"):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        for name in ("gaps", "open_ended", "conflicts", "late", "evicted"):
            getattr(self, name).add_all(getattr(other, name))
        for what, tally in other.unread.items():
            self.unread.setdefault(what, Tally()).add_all(tally)
        self.read_as += other.read_as
        self.kinds += other.kinds
        self.flows += other.flows
        self.visible += other.visible
        self.tls += other.tls

    def arrange(self) -> None:
        """Bring the flows into their order, and keep no more of them than are told."""
        self.flows.sort(key=lambda flow: (flow.stream < 0, flow.stream, flow.began, flow.client, flow.server))
        self.visible.sort(key=lambda stream: stream.stream)
        self.tls.sort()
        self.more_flows += len(self.flows[MOST_FLOWS:])
        del self.flows[MOST_FLOWS:]
