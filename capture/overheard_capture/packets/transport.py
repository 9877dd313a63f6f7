"""IP payloads: TCP, UDP, SCTP and IGMP. ICMP is in `icmp`, ESP in `esp`, tunnels are in `tunnels`."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

from overheard_capture.packets import assigned
from overheard_capture.packets.control import igmp
from overheard_capture.packets.esp import esp, open_null_cipher
from overheard_capture.packets.icmp import ICMP
from overheard_capture.packets.numbers import note_checksum, note_number, note_unused
from overheard_capture.packets.options import note_header, note_tcp
from overheard_capture.packets.tunnels import tunnelled
from overheard_capture.packets.types import ACK, RST, SYN, URG, Datagram, Segment

if TYPE_CHECKING:
    from overheard_capture.packets.pdu import Decapsulator, Packets, Pdu

# A tunnel of ESP without encryption has an IP packet behind the header. What else it may carry is tried on its port.
_ESP_HEADER, _IP_BEGINS, _ESP_PORT = 8, {b"\x45", b"\x60"}, 4500
_TCP = struct.Struct(">4xIIBB")
# Those bits of RFC 9293, 3.1, that nothing has given a meaning.
_RESERVED = 0x0E


def _tcp(pdu: Pdu) -> Packets:
    buffer, at, end = pdu.buffer, pdu.at, pdu.end
    source, target = pdu.ports()
    sequence, acknowledged, header, flags = _TCP.unpack_from(buffer.data, at)
    offset = at + (header >> 4) * 4
    if header < 0x50 or offset > end:
        raise ValueError
    number = acknowledged if flags & ACK else -1
    urgent = int.from_bytes(buffer.data[at + 18 : at + 20]) if flags & URG else 0
    payload, spans = buffer.data[offset:end], buffer.spans(offset, end)
    place, length, options = pdu.offset(offset), end - offset, buffer.data[at + 20 : offset]
    note_tcp(pdu, at + 20, options, flags)
    _note_numbers(pdu, header, flags)
    return (
        Segment(buffer.frame, source, target, sequence, number, flags, place, length, payload, spans, options, urgent),
    )


def _note_numbers(pdu: Pdu, header: int, flags: int) -> None:
    """Keep the numbers of free choice: those that open a connection or refuse one, and what no flag gives a meaning."""
    at, data = pdu.at, pdu.buffer.data
    if flags & SYN and not flags & ACK:
        note_number(pdu, "TCP ports", at, at + 4, is_random=False)
        note_number(pdu, "TCP windows", at + 14, at + 16, is_random=False)
        note_number(pdu, "TCP options", at + 20, at + (header >> 4) * 4, is_random=False)
    if flags & (SYN | RST):
        note_number(pdu, "TCP sequence numbers", at + 4, at + 8)
    if not flags & ACK:
        note_number(pdu, "TCP acknowledgement numbers", at + 8, at + 12)
    if not flags & URG:
        note_unused(pdu, "TCP urgent pointer", data[at + 18 : at + 20])
    note_unused(pdu, "TCP reserved bits", bytes([header & _RESERVED]))


def _udp(pdu: Pdu) -> Packets | Pdu:
    """UDP (RFC 768), and UDP-Lite (RFC 3828), which has its checksum coverage in place of the length."""
    buffer, begins, end = pdu.buffer, pdu.at + 8, pdu.end
    source, target = pdu.ports()
    if begins > min(end, len(buffer.data)):
        raise ValueError
    note_number(pdu, "UDP ports", pdu.at, pdu.at + 4, is_random=False)
    note_checksum(pdu, "UDP checksums", pdu.at + 6, pdu.protocol)
    payload, spans = buffer.data[begins:end], buffer.spans(begins, end)
    datagram = Datagram(buffer.frame, source, target, pdu.offset(begins), payload, spans)
    if inside := tunnelled(payload, end - begins):
        note_header(pdu, begins, begins + inside.at)
        return pdu.inside(inside.family, inside.protocol, begins + inside.at, (datagram,))
    is_esp = payload[_ESP_HEADER : _ESP_HEADER + 1] in _IP_BEGINS or _ESP_PORT in (source.port, target.port)
    if is_esp and any(payload[:4]) and (opened := open_null_cipher(pdu, begins)):
        return opened
    return (datagram,)


def _sctp(pdu: Pdu) -> Packets:
    pdu.ports()
    return pdu.buffer.reassemblers.messages.packets(pdu)


IP_PROTOCOLS: dict[int, Decapsulator] = {
    **ICMP,
    assigned.IPPROTO_IGMP: igmp,
    assigned.IPPROTO_TCP: _tcp,
    assigned.IPPROTO_UDP: _udp,
    assigned.IPPROTO_SCTP: _sctp,
    assigned.IPPROTO_ESP: esp,
    assigned.IPPROTO_UDPLITE: _udp,
}
