"""What a frame carries: TCP segments, UDP datagrams, and whatever else."""

from __future__ import annotations

import ipaddress
import struct
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from overheard_capture.pcapng import Frame

# https://www.tcpdump.org/linktypes.html
_ETHERNET, _RAW, _LINUX_SLL, _LINUX_SLL2 = 1, 101, 113, 276
_IPV4, _IPV6, _ARP, _VLAN_TAGS = 0x0800, 0x86DD, 0x0806, {0x8100, 0x88A8}
_TCP, _UDP, _FRAGMENT = 6, 17, 44
# Of these protocols the types that carry whatever one likes: the echo of ICMP (RFC 792) and of ICMPv6 (RFC 4443, 4).
_CONTROL = {1: {0, 8}, 2: set[int](), 58: {128, 129}}
_SKIPPED_IPV6_HEADERS = {0, 43, 60}

FIN, SYN, RST, ACK = 0x01, 0x02, 0x04, 0x10


@dataclass(frozen=True)
class Endpoint:
    """An address and a port."""

    address: str
    port: int

    def __str__(self) -> str:
        return f"[{self.address}]:{self.port}" if ":" in self.address else f"{self.address}:{self.port}"


@dataclass(frozen=True)
class Segment:
    """One TCP segment (RFC 9293, 3.1).

    `offset` is where its payload begins in the frame; `length` is what the IP header says that the payload has, which
    may be more than was captured. `acknowledged` is -1 where it acknowledges nothing.
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


@dataclass(frozen=True)
class Datagram:
    """One UDP datagram. `offset` is where its payload begins in the frame."""

    frame: int
    source: Endpoint
    target: Endpoint
    offset: int
    payload: bytes


@dataclass(frozen=True)
class Fragment:
    """A part of an IP packet that was sent in parts."""

    frame: int


@dataclass(frozen=True)
class Control:
    """A message of the network to itself: ARP, IGMP, ICMP but for its echo, which carries whatever one likes."""

    frame: int


@dataclass(frozen=True)
class Other:
    """A frame that is nothing of the above, or too short to tell. `addresses` are those of IP, where it is IP."""

    frame: int
    addresses: tuple[str, ...] = ()


Packet = Segment | Datagram | Fragment | Control | Other


def unwrap(frame: Frame) -> Packet:
    """Say what `frame` carries; never raises, whatever the bytes."""
    try:
        protocol, offset = _link(frame.link_type, frame.data)
        if protocol == _IPV4:
            return _ipv4(frame, offset)
        if protocol == _IPV6:
            return _ipv6(frame, offset)
        if protocol == _ARP:
            return Control(frame.number)
    except (struct.error, IndexError, ValueError):
        pass
    return Other(frame.number)


def names(frame: Frame, packet: Packet) -> set[str]:
    """Who sent a frame and who was to get it: their addresses of Ethernet, and of IP where it has any.

    Empty where the link layer names nobody: on `lo`, one machine talks to itself, whatever addresses it uses.
    """
    macs = [frame.data[:6], frame.data[6:12]] if frame.link_type == _ETHERNET and len(frame.data) >= 12 else []
    if not any(any(mac) for mac in macs):
        return set()
    ends = [packet.source.address, packet.target.address] if isinstance(packet, Segment | Datagram) else []
    if isinstance(packet, Other):
        ends += packet.addresses
    return {*ends, *(mac.hex(":") for mac in macs)}


def _link(link_type: int, data: bytes) -> tuple[int, int]:
    """The protocol inside the link layer, and where it begins."""
    if link_type == _ETHERNET:
        protocol, offset = int.from_bytes(data[12:14], "big"), 14
    elif link_type == _LINUX_SLL:
        protocol, offset = int.from_bytes(data[14:16], "big"), 16
    elif link_type == _LINUX_SLL2:
        protocol, offset = int.from_bytes(data[0:2], "big"), 20
    elif link_type == _RAW:
        protocol, offset = (_IPV6 if data[0] >> 4 == 6 else _IPV4), 0
    else:
        return 0, 0
    while protocol in _VLAN_TAGS:
        protocol, offset = int.from_bytes(data[offset + 2 : offset + 4], "big"), offset + 4
    return protocol, offset


def _ipv4(frame: Frame, start: int) -> Packet:
    data = frame.data
    header = (data[start] & 0x0F) * 4
    total, _, fragment = struct.unpack_from(">HHH", data, start + 2)
    if fragment & 0x3FFF:
        return Fragment(frame.number)
    # A length of 0 is what segmentation offload leaves in a packet that was captured before it was cut up.
    end = start + total if total else frame.original_length
    addresses = _addresses(data[start + 12 : start + 20])
    return _transport(frame, data[start + 9], addresses, start + header, end)


def _ipv6(frame: Frame, start: int) -> Packet:
    data = frame.data
    (length,) = struct.unpack_from(">H", data, start + 4)
    addresses = _addresses(data[start + 8 : start + 40])
    protocol, offset = data[start + 6], start + 40
    end = offset + length if length else frame.original_length
    while protocol in _SKIPPED_IPV6_HEADERS:
        protocol, offset = data[offset], offset + (data[offset + 1] + 1) * 8
    if protocol == _FRAGMENT:
        return Fragment(frame.number)
    return _transport(frame, protocol, addresses, offset, end)


def _addresses(both: bytes) -> tuple[str, str]:
    half = len(both) // 2
    return str(ipaddress.ip_address(both[:half])), str(ipaddress.ip_address(both[half:]))


def _transport(frame: Frame, protocol: int, addresses: tuple[str, str], start: int, end: int) -> Packet:
    data, (source, target) = frame.data, addresses
    if protocol == _TCP:
        ports = struct.unpack_from(">HH", data, start)
        sequence, acknowledged, header, flags = struct.unpack_from(">IIBB", data, start + 4)
        offset = start + (header >> 4) * 4
        return Segment(
            frame=frame.number,
            source=Endpoint(source, ports[0]),
            target=Endpoint(target, ports[1]),
            sequence=sequence,
            acknowledged=acknowledged if flags & ACK else -1,
            flags=flags,
            offset=offset,
            length=max(end - offset, 0),
            payload=data[offset:end],
        )
    if protocol == _UDP:
        ports = struct.unpack_from(">HH", data, start)
        return Datagram(
            frame.number, Endpoint(source, ports[0]), Endpoint(target, ports[1]), start + 8, data[start + 8 : end]
        )
    if protocol in _CONTROL and data[start] not in _CONTROL[protocol]:
        return Control(frame.number)
    return Other(frame.number, addresses)
