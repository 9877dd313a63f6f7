"""The hosts of a packet, as reports name them."""

from __future__ import annotations

import ipaddress
from typing import TYPE_CHECKING

from overheard.words.named_tuple import NamedTuple
from overheard_capture.packets import Datagram, Endpoint, HeaderOption, IcmpData, Other, SctpMessage, Segment
from overheard_capture.packets.assigned import LINKTYPE_ETHERNET

if TYPE_CHECKING:
    from collections.abc import Iterable

    from overheard_capture.captures.frame import Frame
    from overheard_capture.content.findings import Findings
    from overheard_capture.packets import Packet


# What a direction is called in which no protocol is known.
_NO_PROTOCOL = ("unknown", "plain text")


def ends_of(packet: Packet) -> tuple[Endpoint, Endpoint] | None:
    """The endpoints of a packet, with port 0 if it has no ports; None if it has no addresses."""
    if isinstance(packet, Segment | Datagram | SctpMessage):
        return packet.source, packet.target
    if isinstance(packet, Other | IcmpData | HeaderOption) and len(packet.addresses) == 2:
        source, target = (Endpoint(each, 0) for each in packet.addresses)
        return source, target
    return None


def without_content(packet: Packet) -> Other:
    """A packet of the same hosts, whose content is told by itself."""
    ends = ends_of(packet)
    return Other(packet.frame, (ends[0].address, ends[1].address) if ends else ())


class HostPair(NamedTuple):
    """Two hosts as reports name them, and the term that leaves out what is between them (`--without`).

    `protocol` is what they speak, if that is known.
    """

    names: str
    term: str
    protocol: str = ""


def pair_of(source: Endpoint, target: Endpoint, server: Endpoint, findings: Iterable[Findings] = ()) -> HostPair:
    """Both hosts of a flow. What leaves it out is the endpoint of its server. `findings` are those of the flow."""
    # The last one is within the others.
    *_, protocol = "", *(name for each in findings for name in each.kinds if name not in _NO_PROTOCOL)
    return HostPair(f"{source.address} → {target.address}", str(server) if server.port else server.address, protocol)


def macs_of(frame: Frame) -> tuple[str, ...]:
    """The MAC addresses of the source and the target; none if the frame is not Ethernet."""
    if frame.link_type != LINKTYPE_ETHERNET:
        return ()
    return frame.data[6:12].hex(":"), frame.data[:6].hex(":")


def hosts_of(frame: Frame, packet: Packet) -> HostPair:
    """Both hosts of a packet, by their MAC addresses if it has no others. A group address tells best what it is."""
    if ends := ends_of(packet):
        source, target = ends
        return pair_of(source, target, target if target.port or _is_group(target.address) else source)
    macs = macs_of(frame)
    if not macs:
        return HostPair("hosts without addresses", "")
    return HostPair(" → ".join(macs), macs[1] if int(macs[1][:2], 16) & 1 else macs[0])


def _is_group(address: str) -> bool:
    return ipaddress.ip_address(address).is_multicast or address == "255.255.255.255"
