"""How much of a control message is accounted for by its type: what is beyond that is content."""

from __future__ import annotations

from typing import TYPE_CHECKING

from overheard_capture.packets.numbers import note_number, note_unused
from overheard_capture.packets.usual_text import (
    are_usual_labels,
    has_text,
    is_description,
    is_identifier,
    is_name,
    is_printable,
    is_token,
    is_url,
    printable_runs,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Container, Iterable, Iterator, Mapping

    from overheard_capture.packets.pdu import Packets, Pdu

# Ethernet and IPv4, the lengths of their addresses, and the last operation that is assigned
# (https://www.iana.org/assignments/arp-parameters).
_ETHERNET_IP, _ETHERNET_LENGTHS, _LAST_OPERATION = b"\0\1\x08\0", (6, 4), 25
_ADDRESSES = ("sender hardware", "sender protocol", "target hardware", "target protocol")
# An identifier is as long as this, and what follows a message is read by itself if it is longer.
_MAX_REST = 16
_LONGEST_ADDRESS = 20
# A nonce and an address are shorter than what may be text by itself.
_LONG_ENOUGH = 14
# Tags with the name of a service or a server, and with errors. Options with domains, and with a URL (RFC 8910, 2.3).
_NAMES, _ERRORS, _SEARCH_LIST, _PORTAL = {0x0101, 0x0102}, {0x0201, 0x0202, 0x0203}, 31, 37
# Tags of PPPoE discovery with what the other side sends back, such as a cookie.
_TAGS, _LONGEST_TAG = {0x0103, 0x0104, 0x0105, 0x0110}, 64
# The header of packets that configure PPP; of echoes and what is discarded, a number follows.
_LINK_HEADER, _LINK_ECHOES, _MAGIC, _FEW_OF_LINK = 4, {b"\x09", b"\x0a", b"\x0b"}, 4, 16
# The lengths of ICMP messages after the header of 8 bytes (RFC 792, RFC 950): timestamps, information, address masks,
# and solicitation of routers. An advertisement of routers (RFC 1256) has a number of entries.
_ICMP = {10: 0, 13: 12, 14: 12, 15: 0, 16: 0, 17: 4, 18: 4}
_ROUTERS, _TIMESTAMPS, _DAY, _OTHER_TIME = 9, (13, 14), 86_400_000, 1 << 31
# Besides these: echoes, errors, and redirects.
ICMP_TYPES = {*_ICMP, _ROUTERS, 0, 3, 4, 5, 8, 11, 12}
# Neighbour discovery (RFC 4861, 4): how much precedes the options. And the lengths of options in units of 8 bytes:
# link-layer addresses, prefix, MTU, mobility, nonce, route, name servers, flags, a few domains, the address of a
# portal, and a prefix of NAT64.
NEIGHBOURS = {133: 0, 134: 8, 135: 16, 136: 16, 137: 32}
_OPTIONS: Mapping[int, Container[int]] = {
    1: {1, 2},
    2: {1, 2},
    3: {4},
    5: {1},
    7: {1},
    8: {1},
    14: {1},
    24: {1, 2, 3},
    25: range(3, 18, 2),
    26: {1},
    31: range(2, 9),
    37: range(1, 9),
    38: {2},
}
# A link-layer address of Ethernet, and one of 8 bytes, which zeros follow.
_HARDWARE, _LONG_HARDWARE = 6, 8
# Listener discovery (RFC 2710, RFC 3810): queries, reports, done, and reports of version 2.
_LISTENERS, _LISTENER_QUERY, _LISTENER_REPORT_2 = {130, 131, 132}, 130, 143
# Besides these: echoes, errors, and the discovery of multicast routers (RFC 4286).
ICMP_6_TYPES = {*NEIGHBOURS, *_LISTENERS, _LISTENER_REPORT_2, 1, 2, 3, 4, 128, 129, 151, 152, 153}
# IGMP (RFC 1112, 2236, 3376): a query, reports and leave, and a report of version 3.
_GROUP_QUERY, _GROUP_MESSAGES, _GROUP_REPORT_3 = 0x11, {0x11, 0x12, 0x16, 0x17}, 0x22


def arp(pdu: Pdu) -> Packets:
    """ARP and RARP (RFC 826, RFC 903)."""
    data = pdu.buffer.data[pdu.at : pdu.end]
    hardware, protocol = data[4], data[5]
    is_ethernet = data[:4] == _ETHERNET_IP
    if max(hardware, protocol) > _LONGEST_ADDRESS or (is_ethernet and (hardware, protocol) != _ETHERNET_LENGTHS):
        return pdu.other()
    if int.from_bytes(data[6:8]) > _LAST_OPERATION:
        return pdu.other()
    at = pdu.at + 8
    for field, length in zip(_ADDRESSES, (hardware, protocol) * 2, strict=True):
        note_number(pdu, f"ARP {field} addresses", at, at + length, is_random=False)
        at += length
    return _before(data[8 + 2 * (hardware + protocol) :], pdu)


def igmp(pdu: Pdu) -> Packets:
    """IGMP."""
    data = pdu.buffer.data[pdu.at : pdu.end]
    length = 0
    if data[0] == _GROUP_QUERY and len(data) >= 12:
        length = 12 + 4 * int.from_bytes(data[10:12])
        note_number(pdu, "IGMP groups", pdu.at + 4, pdu.at + length, is_random=False)
    elif data[0] in _GROUP_MESSAGES:
        length = 8
        note_number(pdu, "IGMP groups", pdu.at + 4, pdu.at + 8, is_random=False)
        if data[0] != _GROUP_QUERY:
            note_unused(pdu, "unused byte of IGMP", data[1:2])
    elif data[0] == _GROUP_REPORT_3:
        length = _after_records(data, 4)
        note_unused(pdu, "unused bytes of IGMP", data[1:2] + data[4:6])
        note_number(pdu, "IGMP groups", pdu.at + 8, pdu.at + length, is_random=False)
    note_number(pdu, "IGMP types", pdu.at, pdu.at + 1, is_random=False)
    return _before(data[_if_there(length, data) :], pdu)


def pppoe_discovery(pdu: Pdu) -> Packets:
    """PPPoE discovery (RFC 2516, 5): tags with text or identifiers."""
    data = pdu.buffer.data[pdu.at : pdu.end]
    note_number(pdu, "PPPoE sessions", pdu.at + 2, pdu.at + 4, is_random=False)
    at, end, in_clear = 6, 6 + int.from_bytes(data[4:6]), list[tuple[str, int]]()
    while at + 4 <= min(end, len(data)):
        tag, value = int.from_bytes(data[at : at + 2]), data[at + 4 : at + 4 + int.from_bytes(data[at + 2 : at + 4])]
        at += 4 + len(value)
        if tag in _TAGS:
            note_number(pdu, f"PPPoE tag {tag:#06x}", pdu.at + at - len(value), pdu.at + at, is_random=False)
        is_text = is_printable(value)
        if not is_text and len(value) > (_LONGEST_TAG if tag in _TAGS else _MAX_REST):
            return pdu.other()
        if not _is_usual_tag(tag, value):
            in_clear.append((f"PPPoE tag {tag:#06x}", len(value)))
    return _before(data[at:], pdu, in_clear)


def ppp_control(pdu: Pdu) -> Packets:
    """A packet that configures a link of PPP (RFC 1661, 5), which may have a text (RFC 1570, 2.1)."""
    data = pdu.buffer.data[pdu.at : pdu.end]
    end = max(int.from_bytes(data[2:4]), _LINK_HEADER)
    said, rest = data[_LINK_HEADER:end], data[end:]
    runs = list(printable_runs(said))
    if not runs:
        # Usual words are a text by themselves.
        note_number(pdu, "PPP", pdu.at + _LINK_HEADER, pdu.at + end, is_random=False)
    if data[:1] in _LINK_ECHOES:
        usual = not has_text(said[_MAGIC:])
    else:
        usual = all(is_description(run, _FEW_OF_LINK) or is_name(run) for run in runs)
    return pdu.control(() if usual and not any(rest) else [("PPP", len(data))])


def _is_usual_tag(tag: int, value: bytes) -> bool:
    """Whether a tag of PPPoE has a name of a service or a server, an error in usual words, or an identifier."""
    if tag in _NAMES:
        return is_name(value) or is_description(value)
    if tag in _ERRORS:
        return is_description(value)
    return is_identifier(value, _LONGEST_TAG) or is_token(value)


def neighbour_fields(kind: int, message: bytes) -> Iterator[tuple[str, int]]:
    """The options of neighbour discovery that have something else than is ordinary, and their sizes."""
    at = 8 + NEIGHBOURS[kind]
    while at + 2 <= len(message) and message[at + 1] in _OPTIONS.get(message[at], ()):
        option, value = message[at], message[at + 2 : at + message[at + 1] * 8]
        is_whole = len(value) == message[at + 1] * 8 - 2
        if not is_whole or not _FORMS.get(option, _is_short)(value):
            yield f"NDP option {option}", len(value)
        at += message[at + 1] * 8


def _is_short(value: bytes) -> bool:
    return len(value) < _LONG_ENOUGH or not has_text(value)


def _is_prefix(value: bytes) -> bool:
    """A prefix (RFC 4861, 4.6.2), behind which there are zeros, as in what is reserved."""
    return not value[1] & 0x1F and not any(value[10:14]) and _is_zero_behind(value[0], value[14:])


def _is_route(value: bytes) -> bool:
    """A route (RFC 4191, 2.3)."""
    return not value[1] & ~0x18 and _is_zero_behind(value[0], value[6:])


def _is_zero_behind(bits: int, address: bytes) -> bool:
    return bits <= 128 and not int.from_bytes(address) & (1 << max(8 * len(address) - bits, 0)) - 1


_FORMS: Mapping[int, Callable[[bytes], bool]] = {
    **dict.fromkeys((1, 2), lambda value: len(value) == _HARDWARE or not any(value[_LONG_HARDWARE:])),
    3: _is_prefix,
    5: lambda value: not any(value[:3]),
    24: _is_route,
    25: lambda value: not any(value[:2]) and not any(has_text(value[at : at + 16]) for at in range(6, len(value), 16)),
    26: lambda value: not value[0] & 0x3F and not any(value[1:]),
    _SEARCH_LIST: lambda value: not any(value[:2]) and are_usual_labels(value[6:].rstrip(b"\0") + b"\0"),
    _PORTAL: lambda value: is_url(value.rstrip(b"\0")),
}


def unusual_times(kind: int, message: bytes) -> Iterator[tuple[str, int]]:
    """The timestamps of an ICMP message (RFC 792), if one is neither milliseconds of a day nor marked as another."""
    times = [int.from_bytes(message[at : at + 4]) for at in range(8, min(len(message), 20), 4)]
    if kind in _TIMESTAMPS and any(_DAY <= each < _OTHER_TIME for each in times):
        yield "ICMP timestamps", 4 * len(times)


def icmp_length(kind: int, message: bytes) -> int:
    """How many bytes of an ICMP message, its header included, are accounted for."""
    if kind == _ROUTERS:
        return _if_there(8 + message[4] * message[5] * 4, message)
    return 8 + _ICMP.get(kind, 0)


def icmp_6_length(kind: int, message: bytes) -> int:
    """How many bytes of an ICMPv6 message, its header included, are accounted for."""
    if kind == _LISTENER_REPORT_2:
        return _after_records(message, 16)
    if kind == _LISTENER_QUERY and len(message) >= 28:
        return _if_there(28 + 16 * int.from_bytes(message[26:28]), message)
    if kind in _LISTENERS:
        return 24
    at = 8 + NEIGHBOURS.get(kind, 0)
    while kind in NEIGHBOURS and at + 2 <= len(message) and message[at + 1] in _OPTIONS.get(message[at], ()):
        at += message[at + 1] * 8
    return at


def _before(rest: bytes, pdu: Pdu, in_clear: Iterable[tuple[str, int]] = ()) -> Packets:
    """A message before these bytes, which are zeros; a few others count as in clear, and more is read by itself."""
    if not any(rest):
        return pdu.control(in_clear)
    return pdu.other() if len(rest.strip(b"\0")) > _MAX_REST else pdu.control([*in_clear, ("padding", len(rest))])


def _if_there(length: int, message: bytes) -> int:
    """A length that the message has; otherwise that of its header."""
    return length if length <= len(message) else 8


def _after_records(message: bytes, address: int) -> int:
    """The end of the group records of a report, if none has auxiliary data; each has addresses of this length."""
    at = 8
    for _ in range(int.from_bytes(message[6:8])):
        if at + 4 + address > len(message) or message[at + 1]:
            break
        at += 4 + address * (1 + int.from_bytes(message[at + 2 : at + 4]))
    return at
