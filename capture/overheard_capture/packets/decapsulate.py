"""How a frame is unwrapped: step by step, each step from one wrapping to what is inside."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple, Protocol

from overheard_capture.packets.addresses import addresses_of, ends_of
from overheard_capture.packets.types import Control, Fragment, Other, Packet
from overheard_capture.provenance.origin import Origin

if TYPE_CHECKING:
    from collections.abc import Callable

    from overheard_capture.packets.bounded import ReassemblyTable
    from overheard_capture.packets.types import Endpoint
    from overheard_capture.provenance.origin import Span

    Packets = tuple[Packet, ...]
    Whole = tuple["PacketBuffer", int]
    Unwrap = Callable[["Encapsulated"], "Packets | Encapsulated"]


class Family:
    """Whose numbers name a protocol. No Enum, for it takes too long to look one up."""

    LINK: Final = "link type"
    ETHERTYPE: Final = "ethertype"
    PPP: Final = "PPP"
    IP: Final = "IP protocol"


class Reassembler(Protocol):
    """Keeps parts that wait for others. `disputed` counts those that disagree on the same bytes."""

    disputed: int

    @property
    def waiting(self) -> ReassemblyTable[Any, Any]:
        """What is not complete."""


class Defragmenter(Reassembler, Protocol):
    """Puts IP packets together that were sent in fragments."""

    def add(self, key: tuple[bytes, int, int], pdu: Encapsulated, start: int, *, last: bool) -> Whole | None:
        """Take in a fragment: the whole packet and its protocol, if it is complete now."""


class MessageReassembler(Reassembler, Protocol):
    """Puts user messages together that were sent in chunks."""

    def packets(self, pdu: Encapsulated) -> Packets:
        """What is in a packet of chunks."""


class Reassemblers(NamedTuple):
    """What is kept from frame to frame: the parts that wait for others."""

    fragments: Defragmenter
    messages: MessageReassembler


class PacketBuffer(NamedTuple):
    """Bytes that are being unwrapped: those of a frame, or with an `origin` those of a packet put together."""

    frame: int
    time: float
    data: bytes
    reassemblers: Reassemblers
    origin: Origin | None = None

    def spans(self, start: int, end: int) -> tuple[Span, ...]:
        """Where the bytes from `start` to `end` are from, where the frame alone does not say it."""
        return tuple(self.origin.sliced(start, min(end, len(self.data)))) if self.origin else ()

    def origin_of(self, start: int, end: int) -> Origin:
        """Where the bytes from `start` to `end` are from."""
        if self.origin:
            return Origin(list(self.spans(start, end)))
        return Origin.of_frame(self.frame, start, min(end, len(self.data)) - start)


class Encapsulated(NamedTuple):
    """Something of a protocol, to be unwrapped: what stands from `at` to `end` of what is held.

    `end` is what the wrapping says, which may be more than was captured. `ends` are the packed addresses of IP that
    were met last. Where `otherwise` is given, it is not sure that the protocol is this one: where nothing comes of it,
    try that, or take it.
    """

    family: str
    protocol: int
    buffer: PacketBuffer
    at: int
    end: int
    ends: bytes = b""
    otherwise: Encapsulated | Packets | None = None

    def inside(
        self, family: str, protocol: int, at: int, otherwise: Encapsulated | Packets | None = None
    ) -> Encapsulated:
        """What is inside, up to the same end."""
        return Encapsulated(family, protocol, self.buffer, at, self.end, self.ends, otherwise)

    def ports(self) -> tuple[Endpoint, Endpoint]:
        """Who talks with whom, where the ports stand first as in all transports."""
        ports = self.buffer.data[self.at : self.at + 4]
        if len(ports) < 4 or not self.ends:
            raise ValueError
        return ends_of(self.ends + ports)

    def offset(self, at: int) -> int:
        """Where in the frame the byte at `at` stands; nowhere, where what is held is not the frame."""
        return 0 if self.buffer.origin else at

    def control(self) -> Packets:
        """It is of the network."""
        return (Control(self.buffer.frame),)

    def fragment(self) -> Packets:
        """It is a part, and does not complete anything."""
        return (Fragment(self.buffer.frame),)

    def other(self) -> Packets:
        """It is nothing that is known."""
        return (Other(self.buffer.frame, addresses_of(self.ends)),)
