"""The hosts of a packet, as reports name them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from overheard_capture.packets import Datagram, Endpoint, IcmpData, Other, SctpMessage, Segment

if TYPE_CHECKING:
    from overheard_capture.captures.frame import Frame
    from overheard_capture.packets import Packet


def ends_of(packet: Packet) -> tuple[Endpoint, Endpoint] | None:
    """The endpoints of a packet, with port 0 if it has no ports; None if it has no addresses."""
    if isinstance(packet, Segment | Datagram | SctpMessage):
        return packet.source, packet.target
    if isinstance(packet, Other | IcmpData) and len(packet.addresses) == 2:
        source, target = (Endpoint(each, 0) for each in packet.addresses)
        return source, target
    return None


def between(source: Endpoint, target: Endpoint) -> str:
    """Both hosts."""
    return f"{source.address} → {target.address}"


def hosts_of(frame: Frame, packet: Packet) -> str:
    """Both hosts of a packet, by their MAC addresses if it has no others."""
    if ends := ends_of(packet):
        return between(*ends)
    return " → ".join(each.hex(":") for each in (frame.data[6:12], frame.data[:6]))
