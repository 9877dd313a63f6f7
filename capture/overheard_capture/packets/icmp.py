"""ICMP (RFC 792) and ICMPv6 (RFC 4443): echoes and errors carry data; the other messages negotiate."""

from __future__ import annotations

import struct
from functools import partial
from typing import TYPE_CHECKING

from overheard.words.named_tuple import NamedTuple
from overheard_capture.packets import assigned
from overheard_capture.packets.addresses import addresses_of, endpoints_of
from overheard_capture.packets.control import icmp_6_length, icmp_length, is_padding
from overheard_capture.packets.types import ROWS, Control, IcmpData, Quoted

if TYPE_CHECKING:
    from collections.abc import Callable

    from overheard_capture.packets.pdu import Decapsulator, Packets, Pdu

_HEADER = 8
# What Windows sends, over and over.
_LETTERS = b"abcdefghijklmnopqrstuvw"
# A clock is right to within a day, in seconds. A short one has four bytes.
_DAY, _SHORT_CLOCK = 86_400, 4
# Extensions of an error, such as MPLS labels (RFC 4884, 7), up to this size are no content.
_MAX_EXTENSION = 64


class _Version(NamedTuple):
    """The types of messages with data, where an error says how long its quotation is, and in which units."""

    echo: frozenset[int]
    errors: frozenset[int]
    length_at: int
    unit: int
    # How much of any other message is accounted for by its type.
    length: Callable[[int, bytes], int]


_ICMP = _Version(frozenset({0, 8}), frozenset({3, 4, 5, 11, 12}), 5, 4, icmp_length)
_ICMP_6 = _Version(frozenset({128, 129}), frozenset(range(1, 5)), 4, 8, icmp_6_length)


def _icmp(version: _Version, pdu: Pdu) -> Packets:
    buffer, begins = pdu.buffer, pdu.at + _HEADER
    kind, data = buffer.data[pdu.at], buffer.data[begins : pdu.end]
    if kind in version.echo:
        return _usual_echo(pdu, begins) if is_usual_echo(data, buffer.time) else _content(pdu, begins, data, None)
    if kind not in version.errors:
        known = version.length(kind, buffer.data[pdu.at : pdu.end]) - _HEADER
        return pdu.control() if is_padding(data[known:]) else _content(pdu, begins + known, data[known:], None)
    length = buffer.data[pdu.at + version.length_at] * version.unit if len(data) >= _HEADER else 0
    if 0 < length < len(data) <= length + _MAX_EXTENSION:
        data = data[:length]
    header, quoted = _transport_header(data)
    rest = data[header:]
    if any(rest):
        return _content(pdu, begins + header, rest, quoted)
    # The error may be the answer to a SYN.
    return _content(pdu, begins + header, b"", quoted) if quoted and quoted.sequence >= 0 else pdu.control()


def _content(pdu: Pdu, at: int, data: bytes, quoted: Quoted | None) -> Packets:
    origin = pdu.buffer.origin_of(at, at + len(data))
    return (IcmpData(pdu.buffer.frame, addresses_of(pdu.addresses), data, origin, quoted),)


def _transport_header(packet: bytes) -> tuple[int, Quoted | None]:
    """The length of the headers of a quoted packet, and whose payload follows; 0 if it is no such packet."""
    try:
        if packet[0] >> 4 == 4:
            begins, protocol, addresses = (packet[0] & 15) * 4, packet[9], packet[12:20]
        elif packet[0] >> 4 == 6:
            begins, protocol, addresses = 40, packet[6], packet[8:40]
        else:
            return 0, None
        if protocol in (assigned.IPPROTO_ICMP, assigned.IPPROTO_ICMPV6):
            return begins + _HEADER, None
        ends = endpoints_of(addresses + packet[begins : begins + 4])
        if protocol == assigned.IPPROTO_UDP:
            return begins + 8, Quoted(*ends, -1)
        if protocol == assigned.IPPROTO_TCP:
            sequence = int.from_bytes(packet[begins + 4 : begins + 8])
            # Only the first eight bytes of the header may be quoted.
            header = (packet[begins + 12] >> 4) * 4 if len(packet) > begins + 12 else 20
            return begins + header, Quoted(*ends, sequence)
    except (IndexError, ValueError):
        pass
    return 0, None


def _usual_echo(pdu: Pdu, begins: int) -> Packets:
    """A control message, in which some bytes may be letters: four of a clock, or any that differ from other echoes."""
    data = pdu.buffer.data[begins : pdu.end]
    if not any(data):
        return pdu.control()
    part, piece = ("echoes", data[:_SHORT_CLOCK]) if not any(data[_SHORT_CLOCK:]) else (ROWS, data)
    found = (part, piece, pdu.buffer.origin_of(begins, begins + len(piece)))
    return (Control(pdu.buffer.frame, (found,), addresses_of(pdu.addresses)),)


def is_usual_echo(data: bytes, now: float) -> bool:
    """Whether the data of an echo is what ping programs send: a pattern, perhaps after the time."""
    if not any(data) or data == (_LETTERS * (len(data) // len(_LETTERS) + 1))[: len(data)]:
        return True
    for clock in (0, 8, 16):
        rest = data[clock:]
        counted = bytes((clock + at) % 256 for at in range(len(rest)))
        if rest in (counted, bytes(len(rest))) and _is_time(data[:clock], now):
            return True
    # Busybox sends four bytes of a clock, and nothing else.
    return not any(data[_SHORT_CLOCK:])


def _is_time(clock: bytes, now: float) -> bool:
    """Whether these bytes are seconds and microseconds, or nothing."""
    if not clock:
        return True
    if len(clock) not in (8, 16):
        return False
    half = "Q" if len(clock) == 16 else "I"
    return any(
        abs(seconds - now) <= _DAY and fraction < 1_000_000_000
        for seconds, fraction in (struct.unpack(f"{order}{half}{half}", clock) for order in "<>")
    )


ICMP: dict[int, Decapsulator] = {
    assigned.IPPROTO_ICMP: partial(_icmp, _ICMP),
    assigned.IPPROTO_ICMPV6: partial(_icmp, _ICMP_6),
}
