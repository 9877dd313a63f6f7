"""A reading: one pass over a capture, from the first frame to the last, which collects all that the judge needs."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from overheard.words.options import USUAL, Options
from overheard_capture.content import content
from overheard_capture.content.findings import Findings
from overheard_capture.content.work import Work
from overheard_capture.identify.byte_streams import READERS
from overheard_capture.native import core
from overheard_capture.packets import Datagram, Dissector, Endpoint, IcmpData, Segment, frame_addresses
from overheard_capture.reassembly.connection import Connection, counted_only
from overheard_capture.reassembly.connections import ConnectionTable
from overheard_capture.reassembly.direction import Direction
from overheard_capture.reassembly.share import Share
from overheard_capture.reassembly.tally import Tally
from overheard_capture.scan.ambiguous import read_outside, resolve
from overheard_capture.scan.datagram_flows import DatagramFlow, DatagramFlowTable
from overheard_capture.scan.facts import Facts
from overheard_capture.scan.flow_rows import add_connection, add_datagrams, add_outside_flows, is_encrypted
from overheard_capture.scan.frame_contents import FrameContents
from overheard_capture.scan.hits import Hit, HitTable
from overheard_capture.scan.hosts import ends_of, hosts_of, pair_of, without_content
from overheard_capture.scan.marks import MarkFinder
from overheard_capture.scan.message_groups import MessageGroups
from overheard_capture.scan.partial_result import PartialResult
from overheard_capture.scan.parties import Parties
from overheard_capture.scan.quotations import Quotations
from overheard_capture.scan.resources import Resources
from overheard_capture.scan.selection import Selection
from overheard_capture.scan.unclaimed import UnclaimedBytes
from overheard_capture.scan.walker import Walker

if TYPE_CHECKING:
    from collections.abc import Iterable

    from overheard_capture.captures.frame import Frame
    from overheard_capture.captures.reader import Chunk
    from overheard_capture.content.findings import Opener
    from overheard_capture.packets import Packet
    from overheard_capture.provenance.spans import PackedSpans
    from overheard_capture.search import Search


class Reading:
    """Reads frame after frame; `finish` then returns the results.

    With a `share`, it reads only the flows of that share, for another reading that called `divide`.
    """

    def __init__(
        self,
        search: Search,
        options: Options = USUAL,
        *,
        opener: Opener | None = None,
        marks: Iterable[bytes] = (),
        share: Share | None = None,
    ) -> None:
        self.facts, self.hits, self.parties = Facts.of(options), HitTable.of_search(search), Parties()
        self._selection = Selection(options, self.facts)
        # Whether only the flows of some hosts are judged: what has no address may be of others.
        self._selective = bool(options.only)
        self.work = work = Work()
        self._make = partial(Findings, search, READERS, options.limits, opener=opener, empty_texts=set(), work=work)
        self._marks = MarkFinder(marks, self.facts.marks)
        self._dissector = Dissector()
        self._resources = Resources()
        self._messages = MessageGroups(search.secrets, self._make, self.hits.add, self.parties.add_between)
        self._both_findings: dict[int, tuple[Findings, Findings]] = {}
        self._connections = ConnectionTable(self._begin, self._retire)
        self._datagram_flows = DatagramFlowTable(self._findings_of_flow, self._retire_datagram_flow)
        self._frame_contents = FrameContents(self._make, self._collect_frame, self._collect, self._messages.of_hosts)
        self._unclaimed = UnclaimedBytes(
            search, self.hits.add_outside, self._frame_contents.carve, self._frame_contents.unwrap
        )
        self._quotations = Quotations(self._connections)
        # The flows to read, if two processes share the capture.
        self._share = share
        self._walker = Walker(library, self) if (library := core()) else None
        if share:
            self._connections.halve_memory()

    def read(self, chunk: Chunk) -> None:
        """Read a chunk of a file."""
        if self._walker:
            self._walker.read(chunk)
        while not chunk.exhausted:
            if frame := chunk.record():
                self.take(frame)

    def add_walked(self, frames: int, size: int, payload: int, now: float) -> None:
        """Count frames that the compiled part handled: their number, bytes, payload bytes, and the time of the last."""
        self.facts.frames += frames
        self.facts.size += size
        self.work.allow(size)
        self.facts.ended = max(self.facts.ended, now)
        self._connections.count_payload(payload)

    def search_unclaimed(self, data: memoryview, pieces: PackedSpans) -> None:
        """Search the bytes around payloads."""
        if self._reads_all_but_flows:
            self._unclaimed.search(data, pieces)

    @property
    def _reads_all_but_flows(self) -> bool:
        return self._share is None or self._share.first

    # ---- frames

    def take(self, frame: Frame) -> None:
        """Read a frame."""
        self.facts.count_frame(len(frame.data), frame.time)
        self.work.allow(len(frame.data))
        packets = self._dissector.packets(frame)
        if not self._selection.passes(frame, packets, self._dissector.carriers):
            self._skip_frame(frame, packets)
            return
        if frame.cut_short:
            self.facts.cut_short.add(frame.number)
        if self._reads_all_but_flows and not (len(packets) == 1 and self._search_around(frame, packets[0])):
            self._unclaimed.add(frame.number, 0, frame.data)
            if at := self._dissector.trailer_at:
                self._frame_contents.read_trailer(frame, without_content(packets[0]), at)
        for packet in packets:
            self._dispatch(frame, packet)
        if self._reads_all_but_flows and self._dissector.noted:
            self._frame_contents.read_numbers(frame, self._dissector.noted)

    def _search_around(self, frame: Frame, packet: Packet) -> bool:
        """Search only the bytes around the payload, if the frame has one payload, which is searched with its flow."""
        if not isinstance(packet, Segment | Datagram) or packet.spans:
            return False
        end = packet.offset + len(packet.payload)
        self._unclaimed.add(frame.number, 0, frame.data[: packet.offset])
        if end < len(frame.data):
            self._unclaimed.add(frame.number, end, frame.data[end:])
            self._frame_contents.read_trailer(frame, packet, end)
        return True

    def _skip_frame(self, frame: Frame, packets: Iterable[Packet]) -> None:
        """Skip a frame, but count its connections, so that their numbers are those of Wireshark, and find marks."""
        self.facts.left_out += 1
        for packet in packets:
            if isinstance(packet, Segment):
                self._connections.add(packet, frame.time)
            elif isinstance(packet, Datagram):
                self._marks.is_mark(frame, packet)

    def _dispatch(self, frame: Frame, packet: Packet) -> None:
        if isinstance(packet, Segment):
            before = len(self._connections)
            connection = self._connections.add(packet, frame.time)
            if len(self._connections) > before:
                self.parties.add(frame_addresses(frame, packet))
                self._frame_contents.read_opening(frame, packet, is_own=self._reads_all_but_flows)
            if self._walker:
                self._walker.offer(connection, packet.source, frame)
        elif isinstance(packet, Datagram):
            self._add_datagram(frame, packet)
        elif self._is_to_read(packet):
            self._frame_contents.read(frame, packet)

    def _is_to_read(self, packet: Packet) -> bool:
        """Whether a packet outside flows is to be read here, and has not been read where it is quoted from."""
        if not isinstance(packet, IcmpData) or packet.quoted is None:
            return self._reads_all_but_flows
        connection, is_known = self._quotations.find(packet.quoted, packet.payload)
        is_own = self._reads_all_but_flows if connection is None else connection in self._both_findings
        return is_own and not is_known

    def _add_datagram(self, frame: Frame, datagram: Datagram) -> None:
        self._quotations.add(datagram)
        is_mark = self._marks.is_mark(frame, datagram)
        if self._share and not self._share.owns_datagram_flow(datagram.source, datagram.target):
            return
        flow = self._datagram_flows.add(datagram, frame.time, is_mark=is_mark)
        if not flow.parties:
            flow.parties = frame_addresses(frame, datagram)

    def _collect_frame(self, frame: Frame, packet: Packet, findings: Findings, size: int) -> None:
        hosts = hosts_of(frame, packet)
        self.facts.icmp += isinstance(packet, IcmpData) and size > 0
        self._collect(findings, -1, hosts.names)
        add_outside_flows(self.facts, packet, size, hosts.names, findings)
        # What has no address is of a flow to judge if one of its hosts sent or received it.
        who = frame_addresses(frame, packet) if self._selective and not ends_of(packet) else ()
        for unread in findings.unread:
            self.parties.add_unread(who, unread, f"frame {frame.number}", (1, frame.number))
        if findings.unread:
            self.facts.unread_bytes[hosts] += size

    # ---- flows

    def _findings_of_flow(self, client: Endpoint, server: Endpoint, number: int = -1) -> tuple[Findings, Findings]:
        first, second = self._make(), self._make()
        second.conversation = first.conversation
        first.messages, second.messages = self._messages.of_flow(client, server, number)
        return first, second

    def _begin(self, number: int, client: Endpoint, server: Endpoint, now: float) -> Connection:
        is_foreign = self._share is not None and not self._share.owns_connection(number)
        if is_foreign or not self._selection.judges(client, server):
            return counted_only(number, client, server, now)
        flow_findings = self._both_findings[number] = self._findings_of_flow(client, server, number)
        for findings, (source, target) in zip(flow_findings, ((client, server), (server, client)), strict=True):
            findings.ranges = self._resources.of(number, f"{source} → {target}")
        directions = [
            Direction(source, target, content.Content(findings, (), READERS.stream), partial(read_outside, findings))
            for (source, target), findings in zip(((client, server), (server, client)), flow_findings, strict=True)
        ]
        return Connection(number, directions[0], directions[1], now)

    def _retire(self, connection: Connection) -> None:
        facts, flow_findings = self.facts, self._both_findings.pop(connection.number, None)
        if flow_findings is None:
            return
        facts.count_connection(connection)
        resolve(connection, flow_findings, self._make)
        for direction, findings in zip(connection.directions, flow_findings, strict=True):
            self._collect(findings, connection.number, str(direction))
            if findings.unread:
                hosts = pair_of(direction.source, direction.target, connection.client.target, flow_findings)
                facts.unread_bytes[hosts] += direction.seen
        for unread in flow_findings[0].unread | flow_findings[1].unread:  # once for both directions
            facts.unread.setdefault(unread, Tally()).add(f"stream {connection.number}", (0, connection.number))
        add_connection(facts, connection, flow_findings)

    def _retire_datagram_flow(self, flow: DatagramFlow) -> None:
        self.facts.searched += sum(flow.seen) - sum(flow.mark_bytes)
        self.facts.flows_with_payload += flow.seen != flow.mark_bytes
        if is_encrypted(flow):
            self.parties.add(flow.parties)
        for findings, (source, target), size in zip(flow.findings, flow.directions, flow.seen, strict=True):
            direction = f"{source} → {target}"
            self._collect(findings, -1, direction)
            if findings.unread:
                self.facts.unread_bytes[pair_of(source, target, flow.server, flow.findings)] += size
            for unread in findings.unread:
                self.parties.add_unread((), unread, direction, (2, flow.began))
        add_datagrams(self.facts, flow)

    def _collect(self, findings: Findings, connection: int, direction: str) -> None:
        self.facts.read_as += findings.read
        for found in findings.sightings:
            self.hits.add(Hit(found, connection, direction))

    # ---- two processes

    @property
    def may_divide(self) -> bool:
        """Whether all flows that have begun are still in the table."""
        return self._datagram_flows.complete

    def divide(self) -> Share:
        """Leave about half of the flows that begin later to another reading. Returns its share."""
        self._share = Share.from_now_on(len(self._connections), self._datagram_flows.endpoint_pairs)
        self._connections.halve_memory()
        return self._share.other

    def partial_result(self) -> PartialResult:
        """The results of the flows of this share."""
        self._close()
        self.facts.report_work(self.work)
        return PartialResult(self.facts, self.hits, self.parties, self._resources, self._messages.partial())

    # ---- the end

    def _close(self) -> None:
        if self._walker:
            self._walker.flush_unclaimed()
        self._connections.finish()
        self._datagram_flows.finish()
        self._unclaimed.flush()
        self.facts.searched += self._unclaimed.searched

    def finish(self, part: PartialResult | None = None) -> Facts:
        """The results, once all frames were read. `part` is that of the other reading, if `divide` was called."""
        self._close()
        facts = self.facts
        if part:
            facts.add_flows(part.facts)
            self.hits.add_all(part.hits)
            self.parties.merge(part.parties)
            self._resources.merge(part.resources)
        self._resources.read_all(self._make, self._collect, facts)
        self._messages.finish(part.messages if part else ())
        self._messages.report_in_clear(facts.add_in_clear)
        self.parties.report(facts)
        facts.report_work(self.work)
        facts.count_fragments(self._dissector.pending + self._dissector.discarded, self._dissector.conflicting)
        facts.report_fernet_key()
        facts.sort_flows()
        return facts
