"""Numbers of headers that senders choose: what several packets have in one field must be no text together."""

from __future__ import annotations

from typing import TYPE_CHECKING

from overheard_capture.packets.addresses import addresses_of
from overheard_capture.packets.pdu import NumbersOfField
from overheard_capture.packets.types import Control, Numbers

if TYPE_CHECKING:
    from overheard_capture.packets.pdu import Pdu

# Of how many fields between two hosts the last number is known, and how many numbers are kept of each.
_MOST_FIELDS, _MOST_NUMBERS = 4096, 256
# A counter is up to so much more than before: some packets are of other hosts.
_STEP = 1024
_ONES = 0xFFFF


def note_number(pdu: Pdu, field: str, start: int, end: int, *, is_random: bool = True) -> None:
    """Keep the number between these offsets beside the packets of the frame, if it is a new one.

    One that counts, and zero, say nothing.
    """
    buffer, table = pdu.buffer, pdu.buffer.reassemblers.numbers
    # Without addresses of IP, hosts are known by those of Ethernet.
    key = field, pdu.addresses or buffer.data[:12]
    known = table.get(key)
    if known is not None and known.kept >= _MOST_NUMBERS:
        return
    if known is None:
        if len(table) >= _MOST_FIELDS:
            del table[next(iter(table))]
        known = table[key] = NumbersOfField()
    value = buffer.data[start:end]
    before, known.last = known.last, value
    if value == before or not any(value):
        return
    if is_random and before and 0 < int.from_bytes(value) - int.from_bytes(before) <= _STEP:
        return
    known.kept += 1
    piece = Numbers(field, is_random), value, buffer.origin_of(start, end)
    buffer.reassemblers.noted.append(Control(buffer.frame, (piece,), _addresses(pdu)))


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
