"""Numbers of DNS messages that senders choose: together they must be no text; and bits that must be zero."""

from __future__ import annotations

from typing import TYPE_CHECKING

from overheard_capture.decoders.message_pieces import add_number
from overheard_capture.packets import Numbers
from overheard_capture.protocols.dns.structures import random_at

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from overheard.words.layer import Layers
    from overheard_capture.content.findings import Findings
    from overheard_capture.protocols.dns.message import DnsContents
    from overheard_capture.provenance.origin import Origin

# Where numbers are in the data of a record: before a name, and behind the two of SOA.
_SOA, _NUMBERS_OF_SOA = 6, 20
_NUMBERS_BEFORE = {
    kind: (Numbers(f"DNS records of type {kind}", is_random=False), size)
    for kind, size in {_SOA: _NUMBERS_OF_SOA, 15: 2, 18: 2, 21: 2, 33: 6, 35: 4, 36: 2, 64: 2, 65: 2}.items()
}
_LONGEST = 64
# Flags of EDNS that nothing has given a meaning: all but DO (RFC 3225) and CO (RFC 9824, 5).
_OPT, _NO_FLAGS = 41, 0x3FFF
# In mDNS, Apple has a time to live of 75 minutes in their place.
_TTL_OF_MDNS = 4500
# How far before its data a record has its class and its time to live. In seconds, half a year or more says something.
_CLASS_AT, _TTL_AT, _LENGTH_AT = 8, 6, 2
# All records of one name and type have one time to live, but for signatures of others and what several hosts announced.
# A few different ones say nothing.
_SIGNATURE, _FEW_TIMES = 46, 3
# Internet, Chaos and Hesiod, none and any (RFC 6895, 3.2); with a bit of mDNS (RFC 6762, 5.4 and 10.2).
_CLASSES, _MDNS = {1, 3, 4, 254, 255}, 0x7FFF
# The bit of the flags that tells responses from queries.
_RESPONSE = 0x80
_IDENTIFIERS, _KEYS = Numbers("DNS identifiers"), Numbers("DNS keys and hashes")
_ADDRESSES = Numbers("DNS addresses", is_random=False)
_REVERSED, _WRITTEN = (Numbers(f"DNS {how} addresses", is_random=False) for how in ("reversed", "written"))
_SIZES, _TIMES = Numbers("DNS sizes", is_random=False), Numbers("DNS times to live", is_random=False)
_REVERSE, _REVERSE_6 = (b"in-addr", b"arpa"), (b"ip6", b"arpa")
# So many labels name an address, and as many digits are one of IPv6.
_LABELS_OF_REVERSE, _DIGITS = {6, 34}, 32


def add_numbers(findings: Findings, layers: Layers, message: DnsContents, data: bytes, origin: Origin) -> None:
    """Put the numbers of a message aside: what several messages have in one field must be no text together."""
    if data[2] < _RESPONSE:
        # A response has that of its query.
        add_number(findings, layers, _IDENTIFIERS, data[:2], origin)
    for start, end in message.addresses:
        add_number(findings, layers, _ADDRESSES, data[start:end], origin.after(start))
    places = [start - _TTL_AT for kind, start, _ in message.records if kind != _OPT]
    differ = len({data[at : at + 4] for at in places}) > _FEW_TIMES
    for at in places:
        if differ or data[at]:
            add_number(findings, layers, _TIMES, data[at : at + 4], origin.after(at))
    for record in message.records:
        _add_numbers_of(record, findings, layers, data, origin)
    for labels in message.names:
        if len(labels) in _LABELS_OF_REVERSE:
            number = _reversed_address([data[start:end] for start, end in labels])
            where = origin.derived([(0, labels[0][0], labels[-1][1])])
            add_number(findings, layers, _REVERSED, number, where)
            add_number(findings, layers, _WRITTEN, number[::-1], where)


def times_in_clear(message: DnsContents, data: bytes) -> Iterator[tuple[str, int]]:
    """Times to live that differ where they are the same."""
    if len(message.records) <= _FEW_TIMES or data[2] < _RESPONSE:
        return
    times: dict[tuple[int, bytes], set[bytes]] = {}
    for (kind, start, _), owner in zip(message.records, message.owners, strict=True):
        if kind not in (_OPT, _SIGNATURE):
            name = b".".join([data[begins:ends] for begins, ends in owner]).lower()
            times.setdefault((kind, name), set()).add(data[start - _TTL_AT : start - _LENGTH_AT])
    for different in times.values():
        if len(different) > _FEW_TIMES:
            yield "times to live", 4 * len(different)


def _add_numbers_of(
    record: tuple[int, int, int], findings: Findings, layers: Layers, data: bytes, origin: Origin
) -> None:
    kind, start, end = record
    if kind in _NUMBERS_BEFORE:
        at = end - _NUMBERS_OF_SOA if kind == _SOA else start
        if at >= start:
            field, size = _NUMBERS_BEFORE[kind]
            add_number(findings, layers, field, data[at : min(at + size, end)], origin.after(at))
    if (found := random_at(kind, data[start:end])) >= 0:
        at = start + found
        add_number(findings, layers, _KEYS, data[at : min(end, at + _LONGEST)], origin.after(at))
    if kind == _OPT:
        add_number(findings, layers, _SIZES, data[start - _CLASS_AT : start - _TTL_AT], origin.after(start - _CLASS_AT))


def _reversed_address(labels: Sequence[bytes]) -> bytes:
    """The address that a name asks for (RFC 1035, 3.5, and RFC 3596, 2.5); nothing if it is no such name."""
    below = tuple(map(bytes.lower, labels[-2:]))
    if below == _REVERSE_6:
        digits = b"".join(labels[-3::-1])
        is_address = len(digits) == _DIGITS and not digits.translate(None, b"0123456789abcdefABCDEF")
        return bytes.fromhex(digits.decode()) if is_address else b""
    if below != _REVERSE:
        return b""
    numbers = [int(label) for label in labels[-3::-1] if label.isdigit() and len(label) < 4]
    return bytes(numbers) if len(numbers) == 4 and max(numbers) < 256 else b""


def unused_in_clear(message: DnsContents, data: bytes) -> Iterator[tuple[str, int]]:
    """Classes that are not assigned, and bits of the pseudo-record of EDNS that must be zero (RFC 6891, 6.1.3)."""
    for at in message.classes:
        if int.from_bytes(data[at : at + 2]) & _MDNS not in _CLASSES:
            yield "class", 2
    for kind, start, _ in message.records:
        if kind == _OPT:
            flags = int.from_bytes(data[start - 4 : start - 2])
            if data[start - _TTL_AT + 1] or (flags & _NO_FLAGS and flags != _TTL_OF_MDNS):
                yield "flags of EDNS", 4
        elif int.from_bytes(data[start - _CLASS_AT : start - _TTL_AT]) & _MDNS not in _CLASSES:
            yield "class", 2
