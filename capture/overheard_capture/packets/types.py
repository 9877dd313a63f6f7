"""What a packet can be. Tuples, for there is one for every frame."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from overheard_capture.packets.assigned import LINKTYPE_ETHERNET
from overheard_capture.provenance.origin import Origin, Span

if TYPE_CHECKING:
    from overheard_capture.captures.frame import Frame

FIN, SYN, RST, ACK = 0x01, 0x02, 0x04, 0x10


class Endpoint(NamedTuple):
    """An address and a port."""

    address: str
    port: int

    def __str__(self) -> str:
        return f"[{self.address}]:{self.port}" if ":" in self.address else f"{self.address}:{self.port}"


class Segment(NamedTuple):
    """One TCP segment (RFC 9293, 3.1).

    `offset` is where its payload begins in the frame; `length` is what the IP header says that the payload has, which
    may be more than was captured. `acknowledged` is -1 where it acknowledges nothing. Where it came in several IP
    fragments, `frame` brought the last of them, `parts` are where the payload stands, and `offset` says nothing.
    """

    frame: int
    source: Endpoint
    target: Endpoint
    sequence: int
    acknowledged: int
    flags: int
    offset: int
    length: int
    payload: bytes
    parts: tuple[Span, ...] = ()


class Datagram(NamedTuple):
    """One UDP datagram; `frame`, `offset` and `parts` are as those of a segment."""

    frame: int
    source: Endpoint
    target: Endpoint
    offset: int
    payload: bytes
    parts: tuple[Span, ...] = ()


class SctpMessage(NamedTuple):
    """One user message of SCTP (RFC 9260, 6.9); `frame`, `offset` and `parts` are as those of a segment.

    `protocol` is the payload protocol identifier that its first chunk has.
    """

    frame: int
    source: Endpoint
    target: Endpoint
    stream: int
    protocol: int
    offset: int
    payload: bytes
    parts: tuple[Span, ...] = ()


class Fragment(NamedTuple):
    """A part of a packet or message that was sent in parts, and that is not complete with it."""

    frame: int
    kind: str = "fragment"


class Control(NamedTuple):
    """A message of the network to itself: ARP, IGMP, ICMP but for its echo, which carries whatever one likes."""

    frame: int
    kind: str = "control"


class Other(NamedTuple):
    """A frame that is nothing of the above, or too short to tell. `addresses` are those of IP, where it is IP."""

    frame: int
    addresses: tuple[str, ...] = ()


Packet = Segment | Datagram | SctpMessage | Fragment | Control | Other


def payload_origin(packet: Segment | Datagram | SctpMessage) -> Origin:
    """Where the payload of `packet` comes from."""
    if packet.parts:
        return Origin(list(packet.parts))
    return Origin([Span(0, packet.frame, packet.offset, len(packet.payload))])


def names(frame: Frame, packet: Packet) -> set[str]:
    """Who sent a frame and who was to get it: their addresses of Ethernet, and of IP where it has any.

    Empty where the link layer names nobody: on `lo`, one machine talks to itself, whatever addresses it uses.
    """
    macs = [frame.data[:6], frame.data[6:12]] if frame.link_type == LINKTYPE_ETHERNET and len(frame.data) >= 12 else []
    if not any(any(mac) for mac in macs):
        return set()
    ends: list[str] = []
    if isinstance(packet, Segment | Datagram | SctpMessage):
        ends = [packet.source.address, packet.target.address]
    elif isinstance(packet, Other):
        ends = list(packet.addresses)
    return {*ends, *(mac.hex(":") for mac in macs)}
