"""Content outside flows: SCTP messages, what ICMP carries, bytes behind a packet, and packets of unknown protocols."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from overheard.words.layer import Layer, Layers
from overheard_capture.content.content import Content
from overheard_capture.content.findings import Reason, UnreadContent
from overheard_capture.content.nesting import Unwrapping
from overheard_capture.decoders.carving import Carver
from overheard_capture.decoders.magic import CARVABLE
from overheard_capture.decoders.untyped import untyped
from overheard_capture.decoders.values import read_values
from overheard_capture.identify.datagrams import DatagramIdentifier
from overheard_capture.packets import Datagram, HeaderOption, IcmpData, Other, SctpMessage, Segment, payload_origin
from overheard_capture.provenance.origin import Origin

if TYPE_CHECKING:
    from collections.abc import Callable

    from overheard_capture.captures.frame import Frame
    from overheard_capture.content.findings import Findings
    from overheard_capture.packets import Packet

    Collect = Callable[[Findings, int, str], None]

_SCTP = Layer("SCTP")
# A frame check sequence and the like is no content.
_MAX_CHECKSUM = 8


class ContentReport(Protocol):
    """Takes the findings of a content of a frame, and the number of its bytes."""

    def __call__(self, frame: Frame, packet: Packet, findings: Findings, size: int) -> None:
        """Collect what was found, and report what could not be read."""


class FrameContents:
    """Reads content that is in a frame by itself."""

    def __init__(self, make_findings: Callable[[], Findings], report: ContentReport, collect: Collect) -> None:
        self._make_findings = make_findings
        self._report = report
        self._collect = collect

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
            DatagramIdentifier(findings).datagram(packet.payload, packet.origin)
            self._report(frame, packet, findings, len(packet.payload))
        elif isinstance(packet, HeaderOption):
            Unwrapping(findings, (), untyped).read_field(packet.payload, packet.origin)
            self._report(frame, packet, findings, len(packet.payload))
        elif isinstance(packet, IcmpData):
            self._read(frame, packet, (), packet.payload, packet.origin)
        elif isinstance(packet, Other) and any(frame.data[14:]):
            findings.unread[UnreadContent(Reason.OPAQUE, "an unknown protocol")] += 1
            self._report(frame, packet, findings, len(frame.data))

    def read_trailer(self, frame: Frame, packet: Segment | Datagram) -> None:
        """Read the bytes behind the packet, unless they are padding or a checksum."""
        end = packet.offset + len(packet.payload)
        trailer = frame.data[end:]
        if len(trailer) > _MAX_CHECKSUM and any(trailer):
            self._read(frame, packet, (), trailer, Origin.of_frame(frame.number, end, len(trailer)))

    def _read(self, frame: Frame, packet: Packet, layers: Layers, data: bytes, origin: Origin) -> None:
        findings = self._make_findings()
        inside = Content(findings, layers, untyped)
        inside.feed(data, origin)
        inside.close()
        self._report(frame, packet, findings, len(data))
