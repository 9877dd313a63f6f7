"""Packet types. They are tuples, as there is one for every frame."""

from __future__ import annotations

from typing import TYPE_CHECKING

from overheard.words.named_tuple import NamedTuple
from overheard_capture.packets.assigned import LINKTYPE_ETHERNET
from overheard_capture.provenance.origin import Origin
from overheard_capture.provenance.spans import Span

if TYPE_CHECKING:
    from overheard_capture.captures.frame import Frame

FIN, SYN, RST, ACK, URG = 0x01, 0x02, 0x04, 0x10, 0x20


class Endpoint(NamedTuple):
    """An address and a port."""

    address: str
    port: int

    def __str__(self) -> str:
        return f"[{self.address}]:{self.port}" if ":" in self.address else f"{self.address}:{self.port}"


class Segment(NamedTuple):
    """One TCP segment (RFC 9293, 3.1).

    `offset` is the offset of its payload in the frame. `length` is the payload length according to the IP header, which
    may exceed the captured bytes. `acknowledged` is -1 without ACK. `urgent` is the urgent pointer. If the packet was
    reassembled from IP fragments, `frame` is the one that completed it, `spans` locate the payload, and `offset` is 0.
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
    spans: tuple[Span, ...] = ()
    options: bytes = b""
    urgent: int = 0


class Datagram(NamedTuple):
    """One UDP datagram, or one packet of ESP, which has port 0; `frame`, `offset` and `spans` are as in a segment."""

    frame: int
    source: Endpoint
    target: Endpoint
    offset: int
    payload: bytes
    spans: tuple[Span, ...] = ()
    transport: str = "UDP"


class SctpMessage(NamedTuple):
    """One SCTP user message (RFC 9260, 6.9); `frame`, `offset` and `spans` are as in a segment.

    `protocol` is the payload protocol identifier of its first chunk.
    """

    frame: int
    source: Endpoint
    target: Endpoint
    stream: int
    protocol: int
    offset: int
    payload: bytes
    spans: tuple[Span, ...] = ()


class Fragment(NamedTuple):
    """A fragment of a packet or message that is still incomplete."""

    frame: int
    kind: str = "fragment"


class Quoted(NamedTuple):
    """Whose payload an ICMP error quotes; `sequence` is the sequence number of a TCP segment, or -1 for UDP."""

    source: Endpoint
    target: Endpoint
    sequence: int


class IcmpData(NamedTuple):
    """The data of an ICMP echo, or what an ICMP error quotes of a payload: nothing, if it quotes a bare segment.

    `sequence` is the number of the echo.
    """

    frame: int
    addresses: tuple[str, ...]
    payload: bytes
    origin: Origin
    quoted: Quoted | None = None
    sequence: int = 0


class HeaderOption(NamedTuple):
    """Content in an option of a header, whose meaning is not known. It comes with the packet of its frame."""

    frame: int
    addresses: tuple[str, ...]
    payload: bytes
    origin: Origin


class Numbers(NamedTuple):
    """A field of a header or message that has a number: what several messages have in it must be no text together.

    `is_random` if it is a value that nobody but its sender chose, such as an identifier; not if it is an address.
    """

    field: str
    is_random: bool = True


# The piece of a control message that is one row of several, of which some columns differ.
ROWS = "rows"


class Control(NamedTuple):
    """A network control message without data: ARP, IGMP, most of ICMP, and usual echoes.

    `pieces` are names and the like that may be a part of something longer: what each is, and its bytes. `in_clear` has
    the fields that are an application's, not the network's own, and their sizes. Nothing else needs the `addresses`.
    """

    frame: int
    pieces: tuple[tuple[str | Numbers, bytes, Origin], ...] = ()
    addresses: tuple[str, ...] = ()
    kind: str = "control"
    in_clear: tuple[tuple[str, int], ...] = ()


class Other(NamedTuple):
    """A packet of any other kind, or a truncated one. `addresses` are its IP addresses, if it is IP."""

    frame: int
    addresses: tuple[str, ...] = ()


Packet = Segment | Datagram | SctpMessage | Fragment | IcmpData | HeaderOption | Control | Other


def payload_origin(packet: Segment | Datagram | SctpMessage) -> Origin:
    """The origin of the payload of `packet`."""
    if packet.spans:
        return Origin(list(packet.spans))
    return Origin([Span(0, packet.frame, packet.offset, len(packet.payload))])


def frame_addresses(frame: Frame, packet: Packet) -> set[str]:
    """The source and destination of a frame: MAC addresses, and IP addresses if it has any.

    Empty if the MAC addresses are all zero, as on `lo`: source and destination are the same machine.
    """
    macs = [frame.data[:6], frame.data[6:12]] if frame.link_type == LINKTYPE_ETHERNET and len(frame.data) >= 12 else []
    if not any(any(mac) for mac in macs):
        return set()
    ends: list[str] = []
    if isinstance(packet, Segment | Datagram | SctpMessage):
        ends = [packet.source.address, packet.target.address]
    elif isinstance(packet, Other | IcmpData | HeaderOption):
        ends = list(packet.addresses)
    return {*ends, *(mac.hex(":") for mac in macs)}
