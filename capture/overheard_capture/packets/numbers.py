"""Numbers of headers that senders choose: what several packets have in one field must be no text together."""

from __future__ import annotations

from typing import TYPE_CHECKING

from overheard_capture.packets.addresses import addresses_of
from overheard_capture.packets.pdu import NumbersOfField
from overheard_capture.packets.types import Control, Numbers

if TYPE_CHECKING:
    from collections.abc import Mapping

    from overheard_capture.packets.pdu import Pdu

# Of how many fields between two hosts the last number is known, and how many numbers are kept of each.
_MOST_FIELDS, _MOST_NUMBERS = 4096, 256
# A counter is up to so much more than before, again and again: some packets are of other hosts.
_STEP = 1024
# So often in a row the same number says something: a header of gzip has four zeros, and words have letters twice.
_MOST_SAME = 4
_ONES = 0xFFFF
# Addresses are numbers of the other end.
_HARDWARE_SOURCES, _HARDWARE_TARGETS = ("hardware sources", False), ("hardware targets", False)
_SOURCES, _TARGETS = ("IP sources", False), ("IP targets", False)
_SERVICE, _ANY = ("IPv6 traffic class", False), "any host"


def note_number(pdu: Pdu, field: str, start: int, end: int, *, is_random: bool = True) -> None:
    """Keep the number between these offsets beside the packets of the frame, unless it says nothing.

    That is what counts, and what is the same in all packets.
    """
    # Without addresses of IP, hosts are known by those of Ethernet.
    _note(pdu, (field, is_random), (start, end), pdu.addresses or pdu.buffer.data[:12])


def note_traffic_class(pdu: Pdu, at: int) -> None:
    """Keep the traffic class of IPv6 (RFC 8200, 7), which is in the second half of a byte and the first of the next."""
    _note(pdu, _SERVICE, (at, at + 2), pdu.addresses)


def _note(pdu: Pdu, field: tuple[str, bool], place: tuple[int, int], key: bytes, hosts: tuple[str, ...] = ()) -> None:
    """Keep a number of a field, which is random or not, of the hosts of the packet or of others: a key is of both."""
    buffer, table = pdu.buffer, pdu.buffer.reassemblers.numbers
    known = table.get((field[0], key))
    if known is None:
        if len(table) >= _MOST_FIELDS:
            del table[next(iter(table))]
        known = table[field[0], key] = NumbersOfField()
    value = buffer.data[slice(*place)]
    if field == _SERVICE:
        value = (int.from_bytes(value) >> 4 & 0xFF).to_bytes()
    if known.kept < _MOST_NUMBERS and not known.goes_on(value, _MOST_SAME, _STEP if field[1] else 0):
        known.kept += 1
        piece = Numbers(*field), value, buffer.origin_of(*place)
        buffer.reassemblers.noted.append(Control(buffer.frame, (piece,), hosts or _addresses(pdu)))


def note_link(pdu: Pdu) -> None:
    """Keep from and to which hardware address a frame is, beside those of others to the same one, or from it."""
    data, at, after = pdu.buffer.data, pdu.at + 6, pdu.at + 12
    target, source = data[pdu.at : at], data[at:after]
    _note(pdu, _HARDWARE_SOURCES, (at, after), target, (_ANY, target.hex(":")))
    _note(pdu, _HARDWARE_TARGETS, (pdu.at, at), source, (source.hex(":"), _ANY))


def is_known_link(numbers: Mapping[tuple[str, bytes], NumbersOfField], frame: bytes) -> bool:
    """Whether a frame of Ethernet is between the same hardware addresses as the last one from or to each of them."""
    target, source = frame[:6], frame[6:12]
    from_known, to_known = numbers.get((_HARDWARE_SOURCES[0], target)), numbers.get((_HARDWARE_TARGETS[0], source))
    return bool(from_known and to_known and from_known.last == source and to_known.last == target)


def note_addresses(pdu: Pdu, at: int, length: int) -> None:
    """Keep the source and the target of a packet of IP, beside those of other packets to the same, or from it."""
    (source, target), packed, after = _addresses(pdu), pdu.addresses, at + length
    _note(pdu, _SOURCES, (at, after), packed[length:], (_ANY, target))
    _note(pdu, _TARGETS, (after, after + length), packed[:length], (source, _ANY))


def note_checksum(pdu: Pdu, field: str, at: int, protocol: int | None = None) -> None:
    """Keep a checksum of the Internet (RFC 1071) that is wrong: a right one says nothing, nor does half of one.

    With a `protocol`, it is also of a pseudo-header (RFC 9293, 3.1). Of that alone it is if a network device is to
    finish it.
    """
    data, start, end = pdu.buffer.data, pdu.at, pdu.end
    known = pdu.buffer.reassemblers.numbers.get((field, pdu.addresses))
    if end > len(data) or (known and known.kept >= _MOST_NUMBERS):
        return
    odd = (end - start) % 2
    pseudo = 0 if protocol is None else int.from_bytes(pdu.addresses) + protocol + end - start
    # 65536 leaves 1 if it is divided by 65535: so the rest of the whole is that of the sum.
    whole = (int.from_bytes(data[start:end]) << 8 * odd) + pseudo
    if whole % _ONES and int.from_bytes(data[at : at + 2]) % _ONES != pseudo % _ONES:
        note_number(pdu, field, at, at + 2)


def _addresses(pdu: Pdu) -> tuple[str, ...]:
    return addresses_of(pdu.addresses) if pdu.addresses else ()


def note_unused(pdu: Pdu, field: str, value: bytes) -> None:
    """Count bytes or bits of a header that must be zero as in clear, if they are not."""
    if any(value):
        pdu.buffer.reassemblers.noted.append(
            Control(pdu.buffer.frame, (), _addresses(pdu), in_clear=((field, len(value)),))
        )
