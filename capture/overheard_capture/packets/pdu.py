"""Protocol data units. Decapsulation takes a unit to its payload, which is the next unit or a packet."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, Protocol

from overheard.words.named_tuple import NamedTuple
from overheard_capture.packets.addresses import addresses_of, endpoints_of
from overheard_capture.packets.assigned import IPPROTO_UDP, IPPROTO_UDPLITE
from overheard_capture.packets.types import Control, Fragment, Other, Packet
from overheard_capture.provenance.origin import Origin

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from overheard_capture.packets.bounded import ReassemblyTable
    from overheard_capture.packets.types import Endpoint, HeaderOption
    from overheard_capture.provenance.spans import Span

    Packets = tuple[Packet, ...]
    Whole = tuple["PacketBuffer", int]
    Decapsulator = Callable[["Pdu"], "Packets | Pdu"]

# What has ports, and may be a tunnel.
OVER_UDP = (IPPROTO_UDP, IPPROTO_UDPLITE)
_NO_PORTS = bytes(4)


class Family:
    """The registry that a protocol number belongs to. Not an Enum, because its lookup is too slow."""

    LINK: Final = "link type"
    ETHERTYPE: Final = "ethertype"
    PPP: Final = "PPP"
    IP: Final = "IP protocol"


class Reassembler(Protocol):
    """Buffers parts until they can be reassembled. `conflicting` counts those that overlap with different bytes."""

    conflicting: int

    @property
    def pending(self) -> ReassemblyTable[Any, Any]:
        """Incomplete packets or messages."""


class Defragmenter(Reassembler, Protocol):
    """Reassembles IP fragments."""

    def add(self, key: tuple[bytes, int, int], pdu: Pdu, start: int, *, last: bool) -> Whole | None:
        """Add a fragment. Returns the packet and its protocol if it is complete now."""


class MessageReassembler(Reassembler, Protocol):
    """Reassembles user messages from their chunks."""

    def packets(self, pdu: Pdu) -> Packets:
        """Add the chunks of a packet. Returns the messages that are complete now, and packets of other kinds."""


class NumbersOfField:
    """The last number of a field between two hosts, how it followed the one before, and how many were kept so far."""

    __slots__ = ("kept", "last", "same", "step")

    def __init__(self) -> None:
        self.last, self.kept, self.same, self.step = b"", 0, 0, 0

    def goes_on(self, value: bytes, most_same: int, longest_step: int) -> bool:
        """Whether a number is that of many packets in a row, or counts on, in steps up to the longest."""
        if value == self.last:
            self.same += 1
            return self.same >= most_same
        step = int.from_bytes(value) - int.from_bytes(self.last) if longest_step else 0
        counts = 0 < step <= longest_step and step == self.step
        self.last, self.same, self.step = value, 0, step
        return counts


class Reassemblers(NamedTuple):
    """The reassemblers, which keep state from frame to frame."""

    fragments: Defragmenter
    messages: MessageReassembler
    # The contents of options of the current frame, and where IP packets end in it before the frame does.
    options: list[HeaderOption]
    ends: list[int]
    # Between which endpoints the tunnels of the current frame are, with port 0 if they have no ports.
    carriers: list[tuple[Endpoint, Endpoint]]
    # The numbers of the current frame, and the last one of each field between two hosts.
    noted: list[Control]
    numbers: dict[tuple[str, bytes], NumbersOfField]


class PacketBuffer(NamedTuple):
    """The bytes being decapsulated: those of a frame, or of a reassembled packet, which has an `origin`.

    `frame` is the number of the frame, or of the one that completed the reassembled packet; `time` is its timestamp.
    """

    frame: int
    time: float
    data: bytes
    reassemblers: Reassemblers
    origin: Origin | None = None

    def note_end(self, end: int) -> None:
        """Note that a packet ends here, if that is before the end of the frame."""
        if self.origin is None and end < len(self.data):
            self.reassemblers.ends.append(end)

    def spans(self, start: int, end: int) -> tuple[Span, ...]:
        """The spans of the bytes from `start` to `end`, if the packet was reassembled; otherwise none."""
        return tuple(self.origin.sliced(start, min(end, len(self.data)))) if self.origin else ()

    def origin_of(self, start: int, end: int) -> Origin:
        """The origin of the bytes from `start` to `end`."""
        if self.origin:
            return Origin(list(self.spans(start, end)))
        return Origin.of_frame(self.frame, start, min(end, len(self.data)) - start)


class Pdu(NamedTuple):
    """A protocol data unit: the bytes from `at` to `end` of `buffer`, to be parsed as `protocol` of `family`.

    `end` is taken from the enclosing header, and may exceed the captured bytes. `addresses` are the packed addresses of
    the innermost IP header so far. If the protocol is uncertain, `alternative` is the result to fall back to, or
    another unit to try.
    """

    family: str
    protocol: int
    buffer: PacketBuffer
    at: int
    end: int
    addresses: bytes = b""
    alternative: Pdu | Packets | None = None

    def inside(self, family: str, protocol: int, at: int, alternative: Pdu | Packets | None = None) -> Pdu:
        """The payload at `at`, with the same end."""
        return Pdu(family, protocol, self.buffer, at, self.end, self.addresses, alternative)

    def ports(self) -> tuple[Endpoint, Endpoint]:
        """The endpoints, from the ports at the start of a transport header. Raises ValueError if there are none."""
        ports = self.buffer.data[self.at : self.at + 4]
        if len(ports) < 4 or not self.addresses:
            raise ValueError
        return endpoints_of(self.addresses + ports)

    def note_carrier(self) -> None:
        """Note that this is a tunnel, which carries other packets."""
        if self.addresses:
            ends = self.ports() if self.protocol in OVER_UDP else endpoints_of(self.addresses + _NO_PORTS)
            self.buffer.reassemblers.carriers.append(ends)

    def offset(self, at: int) -> int:
        """The offset in the frame of the byte at `at`; 0 if the buffer is a reassembled packet."""
        return 0 if self.buffer.origin else at

    def control(self, in_clear: Iterable[tuple[str, int]] = ()) -> Packets:
        """A network control message; fields of it are `in_clear` that are not the network's own."""
        return (Control(self.buffer.frame, in_clear=tuple(in_clear)),)

    def fragment(self) -> Packets:
        """A fragment after which its packet is still incomplete."""
        return (Fragment(self.buffer.frame),)

    def other(self) -> Packets:
        """A packet of an unknown protocol."""
        return (Other(self.buffer.frame, addresses_of(self.addresses)),)
