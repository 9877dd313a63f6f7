"""What bridges and switches say to each other: control messages if every byte is accounted for, and otherwise not."""

from __future__ import annotations

from typing import TYPE_CHECKING

from overheard_capture.packets.control import is_printable
from overheard_capture.packets.types import Control

if TYPE_CHECKING:
    from overheard_capture.packets.pdu import Packets, Pdu
    from overheard_capture.provenance.origin import Origin

# The LLC header of the spanning tree protocol, with its protocol identifier (IEEE 802.1D, 9.3).
SPANNING_TREE = b"\x42\x42\x03\0\0"
# The length of each type of message, from the protocol identifier on: configuration, topology change, and rapid. From
# version 3 on more follows, with a length of its own (IEEE 802.1Q, 14.4).
_LENGTHS = {0: 35, 0x80: 4, 2: 36}
_MULTIPLE, _MULTIPLE_AT = 3, 36
# LLDP (IEEE 802.1AB, 8.4): the mandatory elements, the last standard one, and that of an organisation.
_MANDATORY, _LAST_STANDARD, _ORGANISATION = [1, 2, 3], 8, 127
_MAX_ELEMENT = 64
# What precedes the value of some elements: how to read it, and who says so.
_BEFORE = {1: 1, 2: 1, _ORGANISATION: 4}
_MAX_TEXT = 255


def spanning_tree(pdu: Pdu, at: int) -> Packets:
    """A bridge protocol data unit, whose protocol identifier is at `at`."""
    message = pdu.buffer.data[at : pdu.end]
    length = _LENGTHS.get(message[3]) if len(message) > 3 else None
    if length and message[2] >= _MULTIPLE and len(message) >= _MULTIPLE_AT + 2:
        length = _MULTIPLE_AT + 2 + int.from_bytes(message[_MULTIPLE_AT : _MULTIPLE_AT + 2])
    if length is None or any(message[length:]):
        return pdu.other()
    return pdu.control()


def lldp(pdu: Pdu) -> Packets:
    """An LLDP data unit."""
    data = pdu.buffer.data[pdu.at : pdu.end]
    kinds: list[int] = []
    pieces: list[tuple[str, bytes, Origin]] = []
    at = 0
    while at + 2 <= len(data):
        header = int.from_bytes(data[at : at + 2])
        kind, value = header >> 9, data[at + 2 : at + 2 + (header & 0x1FF)]
        at += 2 + (header & 0x1FF)
        if kind == 0:
            break
        is_text = len(value) <= _MAX_TEXT and is_printable(value)
        if not (kind <= _LAST_STANDARD or kind == _ORGANISATION) or not (is_text or len(value) <= _MAX_ELEMENT):
            return pdu.other()
        kinds.append(kind)
        name = value[_BEFORE.get(kind, 0) :]
        pieces.append((f"LLDP {kind}", name, pdu.buffer.origin_of(pdu.at + at - len(name), pdu.at + at)))
    if kinds[:3] != _MANDATORY or any(data[at:]):
        return pdu.other()
    return (Control(pdu.buffer.frame, tuple(pieces)),)
