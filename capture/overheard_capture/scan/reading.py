"""One reading of a capture, from its first frame to its last: everything that the judge looks at comes from here."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from overheard.words.layer import Layer
from overheard.words.options import USUAL, Options
from overheard_capture.content import content
from overheard_capture.content.findings import Conversation, Findings, Occurrence, Reason, Unread
from overheard_capture.decoders.untyped import untyped
from overheard_capture.identify.direction import READERS
from overheard_capture.native import core
from overheard_capture.packets import (
    Datagram,
    Dissector,
    Endpoint,
    Other,
    SctpMessage,
    Segment,
    frame_addresses,
    payload_origin,
)
from overheard_capture.packets.host_filter import host_filter
from overheard_capture.provenance.origin import Origin
from overheard_capture.reassembly.connection import Connection, counted_only
from overheard_capture.reassembly.connections import ConnectionTable
from overheard_capture.reassembly.direction import Direction
from overheard_capture.reassembly.share import Share
from overheard_capture.reassembly.tally import Tally
from overheard_capture.scan.datagram_flows import DatagramFlow, DatagramFlowTable
from overheard_capture.scan.facts import Facts
from overheard_capture.scan.finds import Find, Finds
from overheard_capture.scan.flow_rows import add_connection, add_datagrams, is_encrypted
from overheard_capture.scan.parties import Parties
from overheard_capture.scan.unclaimed import UnclaimedBytes
from overheard_capture.scan.walker import Walker

if TYPE_CHECKING:
    from collections.abc import Iterable

    from overheard_capture.captures.frame import Frame
    from overheard_capture.captures.reader import Chunk
    from overheard_capture.content.findings import Opener
    from overheard_capture.packets import Packet
    from overheard_capture.provenance.origin import PackedSpans, Place
    from overheard_capture.search import Match, Search

_SCTP = Layer("SCTP")


@dataclass
class Part:
    """What one of two readers of the same capture has of the flows that are its own, for the other to take in."""

    facts: Facts
    finds: Finds
    parties: Parties


class Reading:
    """Takes frame after frame; `finish` then says what was read.

    With a `share` it reads only some of the flows, and nothing else: for another, who was asked to `divide`.
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
        self.facts = Facts()
        self.finds = Finds()
        self.parties = Parties()
        self._search = search
        self._limits = options.limits
        self._wanted = host_filter(options.only, options.without)
        self._opener = opener
        self._marks = frozenset(marks)
        self._dissector = Dissector()
        self._both_findings: dict[int, tuple[Findings, Findings]] = {}
        self._connections = ConnectionTable(self._begin, self._retire)
        self._datagram_flows = DatagramFlowTable(self._pair, self._retire_datagram_flow)
        self._unclaimed = UnclaimedBytes(search, self._tell)
        # Which flows are ours, where others read some of them.
        self._share = share
        library = core()
        self._walker = Walker(library, self) if library else None
        if share:
            self._connections.halve_memory()

    def read(self, chunk: Chunk) -> None:
        """Read a piece of a file."""
        if self._walker:
            self._walker.read(chunk)
            return
        while not chunk.exhausted:
            if frame := chunk.record():
                self.take(frame)

    # ---- what the compiled part did in our place

    def walked(self, frames: int, size: int, payload: int, now: float) -> None:
        """Take in that so many frames, bytes, and bytes of payload went by, the last of them at that time."""
        self.facts.frames += frames
        self.facts.size += size
        self.facts.ended = max(self.facts.ended, now)
        self._connections.count_payload(payload)

    def search_rest(self, data: memoryview, pieces: PackedSpans) -> None:
        """Search what is around payloads."""
        if self._reads_all_but_flows:
            self._unclaimed.search_bytes(data, pieces)

    @property
    def _reads_all_but_flows(self) -> bool:
        return self._share is None or self._share.first

    # ---- frames

    def take(self, frame: Frame) -> None:
        """Read one more frame."""
        facts = self.facts
        facts.frames += 1
        facts.size += len(frame.data)
        facts.began = facts.began or frame.time
        facts.ended = max(facts.ended, frame.time)
        packets = self._dissector.packets(frame)
        if self._wanted and not self._is_wanted(packets):
            self._leave_out(frame, packets)
            return
        if frame.cut_short:
            facts.cut_short.add(frame.number)
        if self._reads_all_but_flows and not (len(packets) == 1 and self._around(frame, packets[0])):
            self._unclaimed.add(frame.number, 0, frame.data)
        for packet in packets:
            self._packet(frame, packet)

    def _around(self, frame: Frame, packet: Packet) -> bool:
        """Have what is around the payload searched, where that is all of a frame that nobody else looks at."""
        if not isinstance(packet, Segment | Datagram) or packet.spans:
            return False
        end = packet.offset + len(packet.payload)
        self._unclaimed.add(frame.number, 0, frame.data[: packet.offset])
        self._unclaimed.add(frame.number, end, frame.data[end:])
        return True

    def _leave_out(self, frame: Frame, packets: Iterable[Packet]) -> None:
        """Look at nothing in it, but count its connections on: their numbers are those of Wireshark."""
        self.facts.left_out += 1
        for packet in packets:
            if isinstance(packet, Segment):
                self._connections.add(packet, frame.time)

    def _is_wanted(self, packets: Iterable[Packet]) -> bool:
        ends = [(packet.source, packet.target) for packet in packets if isinstance(packet, Segment | Datagram)]
        # What names nobody is left in: better to look at too much.
        return not ends or any(self._wanted(*both) for both in ends if self._wanted)

    def _packet(self, frame: Frame, packet: Packet) -> None:
        if isinstance(packet, Segment):
            before = len(self._connections)
            connection = self._connections.add(packet, frame.time)
            if len(self._connections) > before:
                self.parties.add(frame_addresses(frame, packet))
            if self._walker:
                self._walker.offer(connection)
        elif isinstance(packet, Datagram):
            self._datagram(frame, packet)
        elif not self._reads_all_but_flows:
            return
        elif isinstance(packet, SctpMessage):
            self._message(frame, packet)
        elif isinstance(packet, Other):
            self._unread(
                frame_addresses(frame, packet),
                Unread(Reason.OPAQUE, "a protocol that this reader does not know"),
                frame,
            )

    def _datagram(self, frame: Frame, datagram: Datagram) -> None:
        if datagram.payload in self._marks:
            self.facts.marks.setdefault(bytes(datagram.payload), frame.number)
        if self._share and not self._share.owns_datagram_flow(datagram.source, datagram.target):
            return
        flow = self._datagram_flows.add(datagram, frame.time)
        if not flow.parties:
            flow.parties = frame_addresses(frame, datagram)

    def _message(self, frame: Frame, message: SctpMessage) -> None:
        findings, _ = self._pair()
        inside = content.Content(findings, (_SCTP,), untyped)
        inside.feed(message.payload, payload_origin(message))
        inside.close()
        self._collect(findings, -1, f"{message.source} → {message.target}")
        for trouble in findings.troubles:
            self._unread(frame_addresses(frame, message), trouble, frame)

    def _unread(self, who: Iterable[str], what: Unread, frame: Frame) -> None:
        self.parties.unread(who, what, f"frame {frame.number}", (1, frame.number))

    # ---- flows

    def _pair(self) -> tuple[Findings, Findings]:
        conversation = Conversation()
        first, second = (Findings(self._search, READERS, self._limits, conversation, self._opener) for _ in range(2))
        return first, second

    def _begin(self, number: int, client: Endpoint, server: Endpoint, now: float) -> Connection:
        others = self._share is not None and not self._share.owns_connection(number)
        if others or (self._wanted and not self._wanted(client, server)):
            return counted_only(number, client, server, now)
        both_findings = self._both_findings[number] = self._pair()
        directions = [
            Direction(source, target, content.Content(findings, (), READERS.stream), partial(_variant, findings))
            for (source, target), findings in zip(((client, server), (server, client)), both_findings, strict=True)
        ]
        return Connection(number, directions[0], directions[1], now)

    def _retire(self, connection: Connection) -> None:
        facts, both_findings = self.facts, self._both_findings.pop(connection.number, None)
        if both_findings is None:
            return
        facts.count_connection(connection)
        for direction, findings in zip(connection.directions, both_findings, strict=True):
            self._collect(findings, connection.number, str(direction))
            for trouble in findings.troubles:
                facts.unread.setdefault(trouble, Tally()).add(f"stream {connection.number}", (0, connection.number))
        add_connection(facts, connection, both_findings)

    def _retire_datagram_flow(self, flow: DatagramFlow) -> None:
        self.facts.searched += sum(flow.seen)
        if is_encrypted(flow):
            self.facts.busy += 1
            self.parties.add(flow.parties)
        for findings, direction in zip(flow.both_findings, (str(flow), f"{flow.server} → {flow.client}"), strict=True):
            self._collect(findings, -1, direction)
            for trouble in findings.troubles:
                self.parties.unread(flow.parties, trouble, direction, (2, flow.began))
        add_datagrams(self.facts, flow)

    def _collect(self, findings: Findings, connection: int, direction: str) -> None:
        self.facts.read_as += findings.read
        for found in findings.sightings:
            self.finds.add(Find(found, connection, direction))

    def _tell(self, match: Match, place: Place, shown: bytes, before: bytes, after: bytes) -> None:
        self.finds.add(Find(Occurrence(match, place, (), place.offset, shown, before, after), -1, ""))

    # ---- two readers

    @property
    def may_divide(self) -> bool:
        """Whether it is known which flows have begun."""
        return self._datagram_flows.all_kept

    def divide(self) -> Share:
        """Leave about half of the flows that begin from now on to another reader: the share that is returned."""
        self._share = Share.from_now_on(len(self._connections), self._datagram_flows.known)
        self._connections.halve_memory()
        return self._share.other

    def part(self) -> Part:
        """What was read of the flows that are ours, for another to take in."""
        self._close()
        return Part(self.facts, self.finds, self.parties)

    def _join(self, part: Part) -> None:
        """Take in what another reader has."""
        self.facts.add_flows(part.facts)
        self.finds.add_all(part.finds)
        self.parties.join(part.parties)

    # ---- the end

    def _close(self) -> None:
        if self._walker:
            self._walker.deliver_rest()
        self._connections.finish()
        self._datagram_flows.finish()
        self._unclaimed.flush()
        self.facts.searched += self._unclaimed.searched

    def finish(self, part: Part | None = None) -> Facts:
        """What was read, once there is no more: with `part`, which another read where this was asked to `divide`."""
        facts = self.facts
        self._close()
        if part:
            self._join(part)
        self.parties.report(facts)
        if pending := self._dissector.pending + self._dissector.discarded:
            facts.fragments.add(f"{pending} IP packets of which a part is missing")
        if self._dissector.conflicting:
            facts.fragments.add(f"{self._dissector.conflicting} IP packets whose parts disagree")
        facts.arrange()
        return facts


def _variant(findings: Findings, data: bytes, origin: Origin) -> None:
    """Search what was sent again, and differs."""
    content.Content(findings, ()).feed(data, origin)
