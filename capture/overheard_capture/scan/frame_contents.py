"""Content outside flows: SCTP messages, what ICMP carries, bytes behind a packet, and packets of unknown protocols."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol
from zlib import crc32

from overheard.words.layer import Layer, Layers
from overheard_capture.content.byte_scan import is_plain
from overheard_capture.content.content import Content
from overheard_capture.content.findings import Reason, UnreadContent
from overheard_capture.content.nesting import MAX_IDENTIFIER, Unwrapping
from overheard_capture.decoders.carving import Carver
from overheard_capture.decoders.magic import CARVABLE
from overheard_capture.decoders.message_pieces import LONGEST, Numbered, Row
from overheard_capture.decoders.untyped import untyped
from overheard_capture.decoders.values import read_values
from overheard_capture.packets import (
    ROWS,
    Control,
    HeaderOption,
    IcmpData,
    Numbers,
    Other,
    SctpMessage,
    Segment,
    payload_origin,
)
from overheard_capture.provenance.origin import Origin
from overheard_capture.scan.hosts import hosts_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from overheard_capture.captures.frame import Frame
    from overheard_capture.content.findings import Findings, MessageSink
    from overheard_capture.packets import Packet

    Collect = Callable[[Findings, int, str], None]

_SCTP = Layer("SCTP")
# The length of a frame check sequence (IEEE 802.3, 3.2.9). What is up to this long is no content by itself.
# The CRC of a frame that ends with its own is always this.
_CHECKSUM, _REMAINDER, _MAX_CHECKSUM = 4, 0x2144DF1C, 8
# The longest echo that may have a few letters: those of usual programs have a time and numbers. And padding of frames.
_LONGEST_ECHO, _MAX_PADDING = 64, 46
# The length of a header of Ethernet. A frame without anything behind is too short to be one (IEEE 802.3, 4.2.4.2.2).
_HEADER = 14
# All frames of zeros are one field, as only their headers differ.
_EMPTY = Numbers("frames without a packet", is_random=False)
# How many pairs of hosts are remembered with short trailers between them.
_MAX_HOSTS = 1024


class ContentReport(Protocol):
    """Takes the findings of a content of a frame, and the number of its bytes."""

    def __call__(self, frame: Frame, packet: Packet, findings: Findings, size: int) -> None:
        """Collect what was found, and report what could not be read."""


class FrameContents:
    """Reads content that is in a frame by itself."""

    def __init__(
        self,
        make_findings: Callable[[], Findings],
        report: ContentReport,
        collect: Collect,
        messages_of: Callable[[str], MessageSink],
    ) -> None:
        self._make_findings = make_findings
        self._report = report
        self._collect = collect
        self._messages_of = messages_of
        # Different short trailers between two hosts; none are kept once they were reported.
        self._trailers: dict[str, set[bytes] | None] = {}

    def carve(self, data: bytes, origin: Origin) -> None:
        """Read what has a signature in bytes that are mostly headers. What is unknown in them is no content."""
        findings = self._make_findings()
        carver = Carver(findings, (), untyped, CARVABLE)
        carver.feed(data, origin)
        carver.close()
        self._collect(findings, -1, "")

    def unwrap(self, data: bytes, origin: Origin) -> None:
        """Read what may be encoded in bytes that are mostly headers."""
        findings = self._make_findings()
        read_values(findings, (), data, origin)
        self._collect(findings, -1, "")

    def read(self, frame: Frame, packet: Packet) -> None:
        """Read the content of a packet that belongs to no flow."""
        findings = self._make_findings()
        if isinstance(packet, SctpMessage):
            self._read(frame, packet, (_SCTP,), packet.payload, payload_origin(packet))
        elif isinstance(packet, IcmpData) and packet.quoted and packet.quoted.sequence < 0:
            from overheard_capture.identify.datagrams import DatagramIdentifier  # noqa: PLC0415  (few captures have any)

            DatagramIdentifier(findings).datagram(packet.payload, packet.origin)
            self._add_frame(frame, packet)
            self._report(frame, packet, findings, len(packet.payload))
        elif isinstance(packet, HeaderOption):
            Unwrapping(findings, (), untyped).read_field(packet.payload, packet.origin)
            self._add_piece(frame, packet, packet.payload, packet.origin, "options")
            self._report(frame, packet, findings, len(packet.payload))
        elif isinstance(packet, IcmpData):
            self._read_icmp(frame, packet)
        elif isinstance(packet, Control):
            self._add_frame(frame, packet)
            self.read_numbers(frame, (packet,))
        elif isinstance(packet, Other) and (any(frame.data[_HEADER:]) or _is_runt(frame.data)):
            findings.unread[UnreadContent(Reason.OPAQUE, "an unknown protocol")] += 1
            self._report(frame, packet, findings, len(frame.data))
        elif isinstance(packet, Other):
            self._add_empty(frame)

    def read_numbers(self, frame: Frame, packets: Iterable[Control]) -> None:
        """Put aside the pieces of packets, such as numbers of headers, and count what of them is in clear."""
        for packet in packets:
            for part, piece, origin in packet.pieces:
                self._add_piece(frame, packet, piece, origin, Row("echoes", len(piece)) if part == ROWS else part)
            if packet.in_clear:
                findings = self._make_findings()
                for field, size in packet.in_clear:
                    findings.report_in_clear(field, size)
                self._report(frame, packet, findings, sum(size for _, size in packet.in_clear))

    def _add_empty(self, frame: Frame) -> None:
        """Put aside the header of a frame of zeros, which say nothing: but addresses and a type may."""
        header = frame.data[:_HEADER]
        where = Origin.of_frame(frame.number, 0, len(header)).place(0, len(header))
        messages = self._messages_of(_EMPTY.field)
        if messages.wants_number(_EMPTY):
            messages.add_piece(header, where, (), _EMPTY)

    def read_trailer(self, frame: Frame, packet: Packet, end: int) -> None:
        """Read the bytes behind the packet, which ends there, unless they are padding or the checksum of the frame."""
        trailer = frame.data[end:]
        if len(trailer) >= _CHECKSUM and crc32(frame.data) == _REMAINDER:
            trailer = trailer[:-_CHECKSUM]
        if not any(trailer):
            return
        bare = trailer.lstrip(b"\0")
        end += len(trailer) - len(bare)
        bare = bare.rstrip(b"\0")
        if len(bare) <= _MAX_PADDING:
            self._add_piece(frame, packet, bare, Origin.of_frame(frame.number, end, len(bare)), "trailers")
        if len(bare) > _MAX_CHECKSUM:
            self._read(frame, packet, (), bare, Origin.of_frame(frame.number, end, len(bare)))
        else:
            self._add_short_trailer(frame, packet, bare)

    def _add_short_trailer(self, frame: Frame, packet: Packet, trailer: bytes) -> None:
        """Report short trailers between two hosts: as unread once they are more than an identifier, and no text."""
        hosts = hosts_of(frame, packet).names
        if hosts not in self._trailers and len(self._trailers) >= _MAX_HOSTS:
            hosts = ""
        known = self._trailers.setdefault(hosts, set())
        if known is None or trailer in known:
            return
        known.add(trailer)
        findings = self._make_findings()
        if isinstance(packet, Control):
            findings.report_in_clear("padding", len(trailer))
        if sum(map(len, known)) > MAX_IDENTIFIER and not is_plain(b"".join(known)):
            self._trailers[hosts] = None
            findings.unread[UnreadContent(Reason.OPAQUE, "bytes behind packets")] += 1
        self._report(frame, packet, findings, len(trailer))

    def _read_icmp(self, frame: Frame, packet: IcmpData) -> None:
        self._read(frame, packet, (), packet.payload, packet.origin)
        if packet.quoted:
            self._add_frame(frame, packet)
            return
        self._add_piece(frame, packet, packet.payload, packet.origin, Row("echoes", len(packet.payload)))
        if len(packet.payload) <= _LONGEST_ECHO or is_plain(packet.payload):
            self._add_piece(frame, packet, packet.payload, packet.origin, Numbered("echoes", packet.sequence))

    def read_opening(self, frame: Frame, packet: Segment, *, is_own: bool) -> None:
        """Put aside the first segment of a connection, unless another process does: it has numbers of free choice."""
        if is_own:
            self._add_frame(frame, packet)

    def _add_frame(self, frame: Frame, packet: Packet) -> None:
        """Put aside a frame, whose fields have room for a few letters."""
        data = frame.data[:LONGEST]
        self._add_piece(frame, packet, data, Origin.of_frame(frame.number, 0, len(data)), Row("frames", len(data)))

    def _add_piece(self, frame: Frame, packet: Packet, data: bytes, origin: Origin, part: object) -> None:
        if 0 < len(data) <= LONGEST and (any(data) or isinstance(part, Numbers)):
            between = packet.addresses if isinstance(packet, Control) else ()
            hosts = " → ".join(between) or hosts_of(frame, packet).names
            messages = self._messages_of(hosts)
            if not isinstance(part, Numbers) or messages.wants_number(part):
                messages.add_piece(data, origin.place(0, len(data)), (), part)

    def _read(self, frame: Frame, packet: Packet, layers: Layers, data: bytes, origin: Origin) -> None:
        findings = self._make_findings()
        inside = Content(findings, layers, untyped)
        inside.feed(data, origin)
        inside.close()
        self._report(frame, packet, findings, len(data))


def _is_runt(data: bytes) -> bool:
    """Whether a frame has no room for any packet, but says something."""
    return len(data) <= _HEADER and any(data)
