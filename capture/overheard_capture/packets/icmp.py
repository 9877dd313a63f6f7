"""ICMP (RFC 792) and ICMPv6 (RFC 4443): echoes and errors carry data; the other messages negotiate."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from overheard.words.named_tuple import NamedTuple
from overheard_capture.packets import assigned
from overheard_capture.packets.addresses import addresses_of, endpoints_of
from overheard_capture.packets.control import (
    ICMP_6_TYPES,
    ICMP_TYPES,
    NEIGHBOURS,
    icmp_6_length,
    icmp_length,
    neighbour_fields,
    unusual_times,
)
from overheard_capture.packets.echoes import SHORT_CLOCK, is_usual_echo
from overheard_capture.packets.numbers import note_checksum, note_number, note_unused
from overheard_capture.packets.types import ROWS, Control, IcmpData, Quoted
from overheard_capture.packets.usual_text import is_printable

if TYPE_CHECKING:
    from collections.abc import Callable, Container, Iterable, Mapping

    from overheard_capture.packets.pdu import Decapsulator, Packets, Pdu

_HEADER = 8
# Extensions of an error (RFC 4884, 7), such as MPLS labels and interfaces, up to this size are no content.
_MAX_EXTENSION, _EXTENSION_HEADER, _OBJECT_HEADER = 64, 4, 4
_LABELS, _INTERFACE, _INTERFACE_NAME = 1, 2, 3


class _Version(NamedTuple):
    """The types of messages with data, where an error says how long its quotation is, and in which units.

    `fields` are those of bytes 4 to 7 of errors that have a meaning, by type and code, or by type alone (-1).
    """

    echo: frozenset[int]
    errors: frozenset[int]
    fields: Mapping[tuple[int, int], bytes]
    length_at: int
    unit: int
    # The protocol that a checksum names in its pseudo-header, if it has one.
    pseudo: int | None
    # Of other messages: how many bytes from 4 on must be zero, and where numbers begin. And where a quoted packet has
    # its identification and addresses.
    numbers: Mapping[int, tuple[int, int]]
    quoted: tuple[tuple[int, int], ...]
    # How much of any other message is accounted for by its type.
    length: Callable[[int, bytes], int]
    # The types that are known.
    types: Container[int]


# Masks of those fields: the next MTU (RFC 1191, 4), a gateway, a pointer (RFC 792), and the same in ICMPv6.
_FIELDS = {(3, 4): b"\0\0\xff\xff", (5, -1): b"\xff\xff\xff\xff", (12, -1): b"\xff\0\0\0"}
_FIELDS_6 = {(2, -1): b"\xff\xff\xff\xff", (4, -1): b"\xff\xff\xff\xff"}
_ICMP = _Version(
    frozenset({0, 8}),
    frozenset({3, 4, 5, 11, 12}),
    _FIELDS,
    5,
    4,
    None,
    {10: (4, 8)},
    ((4, 6), (12, 24)),
    icmp_length,
    ICMP_TYPES,
)
_ICMP_6 = _Version(
    frozenset({128, 129}),
    frozenset(range(1, 5)),
    _FIELDS_6,
    4,
    8,
    assigned.IPPROTO_ICMPV6,
    {131: (0, 8), 132: (0, 8), 133: (4, 8), 135: (4, 8), 136: (0, 8), 137: (4, 8)},
    ((1, 4), (8, 44)),
    icmp_6_length,
    ICMP_6_TYPES,
)
# Addresses and numbers of a message are in so many bytes.
_LONGEST_NUMBER = 40


def _icmp(version: _Version, pdu: Pdu) -> Packets:
    buffer, begins = pdu.buffer, pdu.at + _HEADER
    kind, data = buffer.data[pdu.at], buffer.data[begins : pdu.end]
    note_number(pdu, "ICMP types", pdu.at, pdu.at + 2, is_random=False)
    note_checksum(pdu, "ICMP checksums", pdu.at + 2, version.pseudo)
    if kind in version.echo:
        note_number(pdu, "ICMP echo identifiers", pdu.at + 4, pdu.at + 8)
        if is_usual_echo(data, buffer.time):
            return _usual_echo(pdu, begins)
        return _content(pdu, begins, data, None, int.from_bytes(buffer.data[begins - 2 : begins]))
    _note_numbers(version, pdu, kind)
    if kind not in version.errors:
        known = version.length(kind, buffer.data[pdu.at : pdu.end]) - _HEADER
        if any(data[known:]):
            return _content(pdu, begins + known, data[known:], None)
        return pdu.control(_in_clear(version, kind, buffer.data[pdu.at : pdu.end]))
    return _unused(version, pdu) + _error(version, pdu, data)


def _in_clear(version: _Version, kind: int, message: bytes) -> Iterable[tuple[str, int]]:
    """What a message that is neither an echo nor an error has in clear: all, if nobody knows its type."""
    if kind not in version.types:
        return [(f"ICMP messages of type {kind}", len(message))] if any(message[4:]) else ()
    if version is not _ICMP_6:
        return unusual_times(kind, message)
    return neighbour_fields(kind, message) if kind in NEIGHBOURS else ()


def _note_numbers(version: _Version, pdu: Pdu, kind: int) -> None:
    """Keep numbers and addresses of a message that is no echo, and count what must be zero."""
    data, at = pdu.buffer.data, pdu.at
    if kind in version.errors:
        for start, end in version.quoted:
            note_number(pdu, "packets that ICMP quotes", at + 8 + start, at + 8 + end, is_random=False)
        if (kind, -1) in version.fields:
            note_number(pdu, "ICMP gateways and the like", at + 4, at + 8, is_random=False)
        return
    reserved, begins = version.numbers.get(kind, (0, 4))
    note_unused(pdu, "unused bytes of ICMP", data[at + 4 : at + 4 + reserved])
    note_number(
        pdu, f"ICMP messages of type {kind}", at + begins, min(at + begins + _LONGEST_NUMBER, pdu.end), is_random=False
    )


def _error(version: _Version, pdu: Pdu, data: bytes) -> Packets:
    buffer, begins = pdu.buffer, pdu.at + _HEADER
    length = buffer.data[pdu.at + version.length_at] * version.unit if len(data) >= _HEADER else 0
    if 0 < length < len(data) <= length + _MAX_EXTENSION and _is_extension(data[length:]):
        data = data[:length]
    header, quoted = _transport_header(data)
    rest = data[header:]
    if any(rest) and not (header and not quoted and is_usual_echo(rest, buffer.time)):
        return _content(pdu, begins + header, rest, quoted)
    # The error may be the answer to a SYN.
    return _content(pdu, begins + header, b"", quoted) if quoted and quoted.sequence >= 0 else pdu.control()


def _unused(version: _Version, pdu: Pdu) -> Packets:
    """Text that an error has where only zeros may be."""
    at = pdu.at + 4
    kind, code = pdu.buffer.data[pdu.at : pdu.at + 2]
    field = pdu.buffer.data[at : min(at + 4, pdu.end)]
    known = bytearray(version.fields.get((kind, code)) or version.fields.get((kind, -1)) or bytes(4))
    if known != b"\xff\xff\xff\xff":
        known[version.length_at - 4] = 0xFF
    unused = bytes(byte & ~mask for byte, mask in zip(field, known, strict=False))
    text = unused.replace(b"\0", b"")
    is_text = len(text) > 1 and is_printable(text)
    return _content(pdu, at, field, None) if is_text else ()


def _is_extension(data: bytes) -> bool:
    """Whether these are extensions of an error whose meaning is known, and nothing else."""
    at = _EXTENSION_HEADER
    if len(data) <= at or data[0] >> 4 != 2:
        return False
    while at + _OBJECT_HEADER <= len(data):
        length, kind = int.from_bytes(data[at : at + 2]), data[at + 2]
        body = data[at + _OBJECT_HEADER : at + length]
        if len(body) + _OBJECT_HEADER != length:
            return False
        # The last label of a stack, and no other, says so.
        labels = [body[label : label + 4] for label in range(0, len(body), 4)]
        is_stack = len(body) % 4 == 0 and [label[2] & 1 for label in labels] == [0] * (len(labels) - 1) + [1]
        if not (is_stack if kind == _LABELS else kind in (_INTERFACE, _INTERFACE_NAME)):
            return False
        at += length
    return not any(data[at:])


def _content(pdu: Pdu, at: int, data: bytes, quoted: Quoted | None, sequence: int = 0) -> Packets:
    origin = pdu.buffer.origin_of(at, at + len(data))
    return (IcmpData(pdu.buffer.frame, addresses_of(pdu.addresses), data, origin, quoted, sequence),)


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
    part, piece = ("echoes", data[:SHORT_CLOCK]) if not any(data[SHORT_CLOCK:]) else (ROWS, data)
    found = (part, piece, pdu.buffer.origin_of(begins, begins + len(piece)))
    return (Control(pdu.buffer.frame, (found,), addresses_of(pdu.addresses)),)


ICMP: dict[int, Decapsulator] = {
    assigned.IPPROTO_ICMP: partial(_icmp, _ICMP),
    assigned.IPPROTO_ICMPV6: partial(_icmp, _ICMP_6),
}
