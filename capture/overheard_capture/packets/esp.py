"""ESP (RFC 4303): with the NULL cipher (RFC 2410) it is opened; otherwise it is a datagram of encrypted data.

Nothing in a packet says which cipher it has. With the NULL cipher, the padding of the trailer counts from 1, and before
it there is a valid packet of exactly the length that remains: an IP packet, or a payload with the right checksum.
"""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

from overheard_capture.packets import assigned
from overheard_capture.packets.addresses import addresses_of
from overheard_capture.packets.pdu import Family, PacketBuffer, Pdu
from overheard_capture.packets.tunnels import is_ip
from overheard_capture.packets.types import Datagram, Endpoint

if TYPE_CHECKING:
    from collections.abc import Iterator

    from overheard_capture.packets.pdu import Packets

_HEADER_LENGTH, _SHORTEST = 8, 20
# The lengths of an IV with the NULL cipher (AES-GMAC has one, RFC 4543) and of an ICV.
_IVS, ICVS = (0, 8), (12, 16, 24, 32, 0, 8, 20)
# The padding of a trailer counts (RFC 4303, 2.4).
PADDING = bytes(range(1, 256))
_TUNNELLED = {assigned.IPPROTO_IPV4: assigned.ETHERTYPE_IP, assigned.IPPROTO_IPV6: assigned.ETHERTYPE_IPV6}
# Where the checksum is that covers addresses and payload, and so proves that this is the payload.
_CHECKED = {assigned.IPPROTO_TCP, assigned.IPPROTO_UDP, assigned.IPPROTO_ICMP, assigned.IPPROTO_ICMPV6}
# In UDP, without a checksum of its own.
_UNCHECKED_UDP = slice(6, 8)


def esp(pdu: Pdu) -> Packets | Pdu:
    """A packet with ESP as its IP protocol."""
    if opened := open_null_cipher(pdu, pdu.at):
        return opened
    source, target = (Endpoint(address, 0) for address in addresses_of(pdu.addresses))
    payload, spans = pdu.buffer.data[pdu.at : pdu.end], pdu.buffer.spans(pdu.at, pdu.end)
    return (Datagram(pdu.buffer.frame, source, target, pdu.offset(pdu.at), payload, spans, "ESP"),)


def open_null_cipher(pdu: Pdu, at: int) -> Pdu | None:
    """What ESP carries that begins at `at`, if it is not encrypted."""
    data, end = pdu.buffer.data, min(pdu.end, len(pdu.buffer.data))
    for start, stop, protocol in _candidates(data, at, end):
        ethertype = _TUNNELLED.get(protocol)
        if ethertype and is_ip(data, start, stop):
            return _inside(pdu, Family.ETHERTYPE, ethertype, start, stop)
        if protocol in _CHECKED and _is_intact(data[start:stop], protocol, pdu.addresses):
            return _inside(pdu, Family.IP, protocol, start, stop)
    return None


def _candidates(data: bytes, at: int, end: int) -> Iterator[tuple[int, int, int]]:
    """Where a payload may be, and its protocol, by the trailer before each possible ICV."""
    for icv in ICVS:
        trailer = end - icv - 2
        if trailer < at + _SHORTEST:
            continue
        padding, protocol = data[trailer], data[trailer + 1]
        stop = trailer - padding
        if (protocol in _TUNNELLED or protocol in _CHECKED) and data[stop:trailer] == PADDING[:padding]:
            for iv in _IVS:
                if stop - at - _HEADER_LENGTH - iv >= _HEADER_LENGTH:
                    yield at + _HEADER_LENGTH + iv, stop, protocol


def _is_intact(payload: bytes, protocol: int, addresses: bytes) -> bool:
    """Whether the checksum of a payload is right, with the addresses in front (RFC 9293, 3.1; RFC 8200, 8.1)."""
    if protocol == assigned.IPPROTO_UDP and int.from_bytes(payload[4:6]) != len(payload):
        return False
    if protocol == assigned.IPPROTO_UDP and not any(payload[_UNCHECKED_UDP]):
        return True
    pseudo = b"" if protocol == assigned.IPPROTO_ICMP else addresses + struct.pack(">II", len(payload), protocol)
    covered = pseudo + payload + bytes(len(payload) % 2)
    total: int = sum(struct.unpack(f">{len(covered) // 2}H", covered))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return total == 0xFFFF


def _inside(pdu: Pdu, family: str, protocol: int, start: int, stop: int) -> Pdu:
    """The payload as a packet of its own: what stands behind it is the trailer of ESP."""
    outer = pdu.buffer
    buffer = PacketBuffer(
        outer.frame, outer.time, outer.data[start:stop], outer.reassemblers, outer.origin_of(start, stop)
    )
    return Pdu(family, protocol, buffer, 0, stop - start, pdu.addresses)
