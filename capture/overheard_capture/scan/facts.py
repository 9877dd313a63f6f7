"""The results of a reading."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from overheard_capture.content.findings import FERNET_KEY, Reason, UnreadContent
from overheard_capture.content.opaque_values import OpaqueValues
from overheard_capture.content.work import TOO_MUCH
from overheard_capture.reassembly.tally import Tally

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from overheard.words.options import Options
    from overheard.words.report import Flow
    from overheard.words.visible import Visible
    from overheard_capture.content.findings import UnreadContent
    from overheard_capture.content.work import Work
    from overheard_capture.packets import Endpoint
    from overheard_capture.reassembly.connection import Connection
    from overheard_capture.reassembly.tally import Order
    from overheard_capture.scan.endpoints import EndpointFacts
    from overheard_capture.scan.hosts import HostPair

# The maximum number of flows in the report; further ones are only counted.
MAX_FLOWS = 10_000


@dataclass(eq=False, repr=False)
class Facts:
    """The results of a reading. A Tally keeps the first few items and counts the others.

    `marks` has the frame in which each mark was first seen. `read_as` counts payload bytes by protocol. `unread` is
    the content that could not be read, with its places, and `unread_bytes` the number of its bytes by hosts.
    `in_clear` counts bytes of application data that nothing encrypted, by protocol or field, and `clear_flows` has
    the flows; `values` are opaque values in these, and media. `protected` counts the streams of TLS, and
    `encrypted_flows` the flows of other protocols, that are encrypted throughout; `unsettled` has flows with
    encrypted data of which that is unknown. `endpoints` are those that the caller asks about; then
    `ends` are all of the last frame, and `carriers` those of the tunnels around a flow between two others. `icmp`
    counts messages of ICMP that carried data. `began` and `ended` are in seconds since the epoch, `size` is in bytes.
    """

    frames: int = 0
    size: int = 0
    began: float = 0.0
    ended: float = 0.0
    left_out: int = 0
    searched: int = 0
    streams: int = 0
    flows_with_payload: int = 0
    icmp: int = 0
    marks: dict[bytes, int] = field(default_factory=dict)
    cut_short: Tally[int] = field(default_factory=Tally)
    fragments: Tally[str] = field(default_factory=Tally)
    gaps: Tally[str] = field(default_factory=Tally)
    incomplete: Tally[int] = field(default_factory=Tally)
    conflicts: Tally[str] = field(default_factory=Tally)
    late: Tally[str] = field(default_factory=Tally)
    evicted: Tally[int] = field(default_factory=Tally)
    unread: dict[UnreadContent, Tally[str]] = field(default_factory=dict)
    unread_bytes: Counter[HostPair] = field(default_factory=Counter)
    read_as: Counter[str] = field(default_factory=Counter)
    kinds: Counter[str] = field(default_factory=Counter)
    protected: int = 0
    encrypted_flows: int = 0
    unsettled: Tally[str] = field(default_factory=Tally)
    endpoints: dict[str, EndpointFacts] = field(default_factory=dict)
    ends: Collection[Endpoint] = ()
    carriers: dict[frozenset[Endpoint], set[Endpoint]] = field(default_factory=dict)
    values: OpaqueValues = field(default_factory=OpaqueValues)
    in_clear: Counter[str] = field(default_factory=Counter)
    clear_flows: Tally[str] = field(default_factory=Tally)
    flows: list[Flow] = field(default_factory=list)
    more_flows: int = 0
    visible: list[Visible] = field(default_factory=list)
    tls: list[int] = field(default_factory=list)

    @classmethod
    def of(cls, options: Options) -> Facts:
        """None yet, but of which endpoints to collect some."""
        if not options.sealed_endpoints:
            return cls()
        from overheard_capture.scan.endpoints import endpoint_facts  # noqa: PLC0415  (few name any)

        return cls(endpoints=endpoint_facts(options.sealed_endpoints))

    def count_frame(self, size: int, time: float) -> None:
        """Add a frame of `size` bytes, at `time` in seconds since the epoch."""
        self.frames += 1
        self.size += size
        self.began = self.began or time
        self.ended = max(self.ended, time)

    def count_connection(self, connection: Connection) -> None:
        """Add a TCP connection that has ended: its faults, and the number of searched bytes."""
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
        self.flows_with_payload += any(direction.seen for direction in connection.directions)
        if connection.evicted:
            self.evicted.add(connection.number, order)
        elif not (connection.complete or connection.failed(self.ended)):
            self.incomplete.add(connection.number, order)

    def count_fragments(self, missing: int, conflicting: int) -> None:
        """Add packets and messages that are not whole, or whose fragments have different bytes in the same place."""
        if missing:
            self.fragments.add(f"{missing} IP packets or SCTP messages with missing fragments")
        if conflicting:
            self.fragments.add(f"{conflicting} IP packets or SCTP messages with conflicting fragments")

    def add_in_clear(self, protocol: str, size: int, where: str, order: Order) -> None:
        """Count application data of a flow that nothing encrypted."""
        self.in_clear[protocol] += size
        # Outside flows each packet counts by itself.
        if where not in self.clear_flows.first:
            self.clear_flows.add(where, order)

    def add_to_endpoints(
        self, ends: Collection[Endpoint], where: str, order: Order, *, encrypted: bool, in_clear: Mapping[str, int]
    ) -> None:
        """Add a flow to the endpoints that the caller asks about; see `EndpointFacts.add`."""
        ends = (*ends, *self.carriers.get(frozenset(ends), ()))
        for endpoint in self.endpoints.values():
            endpoint.add(ends, where, order, encrypted=encrypted, in_clear=in_clear)

    def add_flows(self, other: Facts) -> None:
        """Add the flows from another reading of the same capture."""
        for name in ("searched", "streams", "flows_with_payload", "icmp", "protected", "encrypted_flows", "more_flows"):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        for name in ("gaps", "incomplete", "conflicts", "late", "evicted", "clear_flows", "unsettled"):
            getattr(self, name).add_all(getattr(other, name))
        for what, tally in other.unread.items():
            self.unread.setdefault(what, Tally()).add_all(tally)
        self.unread_bytes += other.unread_bytes
        self.read_as += other.read_as
        self.kinds += other.kinds
        self.in_clear += other.in_clear
        self.values.count_all(other.values)
        for text, facts in other.endpoints.items():
            self.endpoints[text].add_all(facts)
        self.flows += other.flows
        self.visible += other.visible
        self.tls += other.tls

    def report_work(self, work: Work) -> None:
        """Report that not everything was read, unless it was: what was joined from several flows reports nothing."""
        what = UnreadContent(Reason.LIMIT, TOO_MUCH)
        if work.was_too_much and what not in self.unread:
            self.unread.setdefault(what, Tally()).add("the capture")

    def report_fernet_key(self) -> None:
        """Report as unread that a key of Fernet is in clear, and a token that it opens, in any two flows."""
        if self.values.fernet.fit():
            self.unread.setdefault(UnreadContent(Reason.KEY, FERNET_KEY), Tally()).add("text")

    def sort_flows(self) -> None:
        """Sort the flows, and drop those beyond the maximum."""
        self.flows.sort(key=lambda flow: (flow.stream < 0, flow.stream, flow.began, flow.client, flow.server))
        self.visible.sort(key=lambda stream: stream.stream)
        self.tls.sort()
        self.more_flows += len(self.flows[MAX_FLOWS:])
        del self.flows[MAX_FLOWS:]
