"""What bridges and switches say to each other: control messages if every byte is accounted for, and otherwise not."""

from __future__ import annotations

from typing import TYPE_CHECKING

from overheard_capture.packets.numbers import note_number
from overheard_capture.packets.types import Control
from overheard_capture.packets.usual_text import is_description, is_identifier, is_name, is_printable, is_token

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
# A lifetime, capabilities and an address are numbers.
_NUMBERS = {3, 7, 8}
# Descriptions have line ends.
_SPACES = bytes.maketrans(b"\t\r\n", b"   ")
# A chassis, a port and its lifetime; then descriptions, a name, capabilities and addresses (8.5).
_CHASSIS, _PORT, _NAME, _DESCRIPTIONS, _CAPABILITIES, _ADDRESS = 1, 2, 5, {4, 6}, 7, 8
# Organisations whose elements are known: names of VLANs, and descriptions of an inventory (ANSI/TIA-1057, 10.2.6).
_BRIDGES, _VLAN_NAME, _VLAN_NAME_AT = b"\0\x80\xc2", 3, 7
_MEDIA, _INVENTORY = b"\0\x12\xbb", range(5, 12)
# The name of a region in a message of multiple spanning trees (IEEE 802.1Q, 13.8).
_REGION, _DIGEST = slice(39, 71), slice(73, 89)


def spanning_tree(pdu: Pdu, at: int) -> Packets:
    """A bridge protocol data unit, whose protocol identifier is at `at`."""
    message = pdu.buffer.data[at : pdu.end]
    length = _LENGTHS.get(message[3]) if len(message) > 3 else None
    if length and message[2] >= _MULTIPLE and len(message) >= _MULTIPLE_AT + 2:
        length = _MULTIPLE_AT + 2 + int.from_bytes(message[_MULTIPLE_AT : _MULTIPLE_AT + 2])
    if length is None or any(message[length:]):
        return pdu.other()
    note_number(pdu, "spanning tree", at + 4, min(at + _LENGTHS[0], pdu.end), is_random=False)
    if message[2] >= _MULTIPLE:
        note_number(pdu, "spanning tree digest", at + _DIGEST.start, at + _DIGEST.stop)
    region = message[_REGION].rstrip(b"\0") if message[2] >= _MULTIPLE else b""
    return pdu.control([] if is_name(region) or is_description(region) else [("spanning tree region", len(region))])


def lldp(pdu: Pdu) -> Packets:
    """An LLDP data unit."""
    data = pdu.buffer.data[pdu.at : pdu.end]
    kinds: list[int] = []
    pieces: list[tuple[str, bytes, Origin]] = []
    in_clear: list[tuple[str, int]] = []
    at = 0
    while at + 2 <= len(data):
        header = int.from_bytes(data[at : at + 2])
        kind, value = header >> 9, data[at + 2 : at + 2 + (header & 0x1FF)]
        at += 2 + (header & 0x1FF)
        if kind == 0:
            break
        is_text = is_printable(value.translate(_SPACES))
        if not (kind <= _LAST_STANDARD or kind == _ORGANISATION) or not (is_text or len(value) <= _MAX_ELEMENT):
            return pdu.other()
        kinds.append(kind)
        if not _is_usual(kind, value):
            in_clear.append((f"LLDP element {kind}", len(value)))
        name = value[_BEFORE.get(kind, 0) :]
        if not is_text or kind in _NUMBERS:
            # Most are addresses, or capabilities and numbers.
            note_number(pdu, f"LLDP element {kind}", pdu.at + at - len(value), pdu.at + at, is_random=False)
        pieces.append((f"LLDP {kind}", name, pdu.buffer.origin_of(pdu.at + at - len(name), pdu.at + at)))
    if kinds[:3] != _MANDATORY or any(data[at:]):
        return pdu.other()
    return (Control(pdu.buffer.frame, tuple(pieces), in_clear=tuple(in_clear)),)


def _is_usual(kind: int, value: bytes) -> bool:
    """Whether an element of LLDP has what switches and hosts say in it."""
    if kind in (_CHASSIS, _PORT):
        text = value[1:]
        return is_identifier(text, _MAX_ELEMENT) or is_description(text) or is_name(text)
    if kind == _NAME:
        return is_name(value) or is_description(value)
    if kind in _DESCRIPTIONS:
        return is_description(value)
    if kind == _ORGANISATION and value[:3] == _BRIDGES and value[3:4] == bytes([_VLAN_NAME]):
        return is_name(value[_VLAN_NAME_AT:]) or is_description(value[_VLAN_NAME_AT:])
    if kind == _ORGANISATION and value[:3] == _MEDIA and value[3:4] in map(bytes, zip(_INVENTORY)):
        return is_description(value[4:]) or is_token(value[4:])
    return is_identifier(value, _MAX_ELEMENT)
