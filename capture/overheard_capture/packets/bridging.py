"""What bridges and switches say to each other: control messages if every byte is accounted for, and otherwise not."""

from __future__ import annotations

from typing import TYPE_CHECKING

from overheard_capture.packets.numbers import note_number
from overheard_capture.packets.types import Control
from overheard_capture.packets.usual_text import has_text, is_description, is_name, is_printable, is_token

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
_CHASSIS, _PORT, _NAME, _DESCRIPTIONS, _ADDRESS = 1, 2, 5, {4, 6}, 8
_LENGTHS_OF = {3: 2, 7: 4}
# Of a chassis and a port, the subtypes that are a MAC address, and those that are another one (8.5.2.2, 8.5.3.2).
_MAC, _NETWORK = {(_CHASSIS, 4), (_PORT, 3)}, {(_CHASSIS, 5), (_PORT, 4)}
# The length of an address, by its family (https://www.iana.org/assignments/address-family-numbers): MAC, IPv4 and IPv6.
_FAMILIES = {1: 4, 2: 16, 6: 6}
# Behind an address are the number of an interface, and an object below `iso.org.dod.internet`, or none.
_INTERFACE, _INTERNET, _LONGEST_OBJECT = 5, b"\x2b\x06\x01", 24
# By organisation, how long the elements of each subtype are: numbers and flags (IEEE 802.1Q, D; IEEE 802.3, 79.3;
# ANSI/TIA-1057, 10; IEC 61158-6-10). Those of an inventory, and names of VLANs, are text.
_BRIDGES, _VLAN_NAME, _VLAN_NAME_AT = b"\0\x80\xc2", 3, 7
_MEDIA, _INVENTORY = b"\0\x12\xbb", range(5, 12)
_ELEMENTS: dict[bytes, dict[int, set[int]]] = {
    _BRIDGES: {1: {2}, 2: {3}, 5: {2}, 6: {4}, 7: {5}, 9: {21}, 10: {21}, 11: {2}, 12: {*range(1, 50, 3)}},
    b"\0\x12\x0f": {1: {5}, 2: {3, 8, 12, 25, 29}, 3: {5}, 4: {2}, 5: {8, 10}, 7: {1, 5}},
    _MEDIA: {1: {3}, 2: {4}, 4: {3}},
    b"\0\x0e\xcf": {1: {20}, 2: {4}, 5: {6}},
}
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
        return _is_usual_identifier((kind, value[0] if value else 0), value[1:])
    if kind == _NAME or kind in _DESCRIPTIONS:
        return is_description(value) or (kind == _NAME and is_name(value))
    if kind == _ADDRESS:
        return _is_management_address(value)
    if kind == _ORGANISATION:
        return _is_usual_element(value[:3], value[3:4], value[4:])
    return len(value) == _LENGTHS_OF[kind]


def _is_usual_identifier(subtype: tuple[int, int], value: bytes) -> bool:
    """Whether a chassis or a port is identified by an address or a name."""
    if subtype in _MAC:
        return len(value) == _FAMILIES[6]
    return _is_address(value) if subtype in _NETWORK else is_description(value) or is_name(value)


def _is_usual_element(organisation: bytes, subtype: bytes, value: bytes) -> bool:
    """Whether an element of an organisation is a number of its length, or a text that is usual."""
    kind = int.from_bytes(subtype)
    if organisation == _BRIDGES and kind == _VLAN_NAME:
        name = value[_VLAN_NAME_AT - 4 :]
        return is_name(name) or is_description(name)
    if organisation == _MEDIA and kind in _INVENTORY:
        return is_description(value) or is_token(value)
    return len(value) in _ELEMENTS.get(organisation, {}).get(kind, ()) and not has_text(value)


def _is_address(value: bytes) -> bool:
    """A family, and an address of its length."""
    return len(value) > 1 and len(value) == 1 + _FAMILIES.get(value[0], 0)


def _is_management_address(value: bytes) -> bool:
    """An address behind its length, an interface, and an object behind its length (8.5.9)."""
    at = 1 + value[0] if value else 0
    object_at = at + _INTERFACE + 1
    named = value[object_at:]
    is_object = not named or (named.startswith(_INTERNET) and len(named) <= _LONGEST_OBJECT and not has_text(named))
    return len(value) >= object_at and value[object_at - 1] == len(named) and _is_address(value[1:at]) and is_object
