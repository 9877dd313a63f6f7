"""Options of IPv4, IPv6 and TCP. Those whose meaning and length are known are infrastructure; all others are content.

Known are those of a fixed length, which have numbers, an address or a cookie. What lists addresses or times may list
anything else as well, and so may what nobody knows, however short it is.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from overheard_capture.packets.addresses import addresses_of
from overheard_capture.packets.numbers import note_number, note_unused
from overheard_capture.packets.types import SYN, HeaderOption
from overheard_capture.packets.usual_text import has_long_text, is_prose, is_words

if TYPE_CHECKING:
    from collections.abc import Container, Iterator, Mapping

    from overheard_capture.packets.pdu import Pdu

    Lengths = Mapping[int, Container[int]]

# By kind: the lengths of an option, with its kind and length (https://www.iana.org/assignments/tcp-parameters).
_TCP: Lengths = {
    2: {4},  # maximum segment size
    3: {3},  # window scale
    4: {2},  # SACK permitted
    5: {10, 18, 26, 34},  # SACK
    6: {6},  # echo
    7: {6},  # its reply
    8: {10},  # timestamps
    11: {6},  # connection counts
    12: {6},
    13: {6},
    19: {18},  # MD5 signature
    28: {4},  # user timeout
    29: {16, 20},  # authentication (RFC 5925, 2.2), with a code of 12 or 16 bytes
    30: range(3, 29),  # Multipath TCP
}
# Of Multipath TCP (RFC 8684, 3): the lengths of each subtype. That of a mapping depends on its flags.
_MULTIPATH_TCP, _MAPPING, _SUBTYPES = (
    30,
    2,
    {
        0: {4, 12, 20, 22, 24},
        1: {12, 16, 24},
        3: {8, 10, 16, 18, 20, 22, 28},
        4: range(4, 12),
        5: {3, 4},
        6: {12},
        7: {12},
        8: {4},
    },
)
# Options of TCP whose value is random: a digest, a code, a cookie.
_RANDOM = {19, 29, 34}
_LONG = {*_RANDOM, 254, _MULTIPATH_TCP}
# https://www.iana.org/assignments/ip-parameters
_IPV4: Lengths = {
    148: {4},  # router alert
}
# Of the options of IPv6, the length is without kind and length (https://www.iana.org/assignments/ipv6-parameters).
_IPV6: Lengths = {
    4: {1},  # tunnel encapsulation limit
    5: {2},  # router alert
    0xC2: {4},  # jumbo payload
    0xC9: {16},  # home address
}
# On any segment that opens a connection: a Fast Open cookie (RFC 7413, 4.1.1), whose experiment was 254 (RFC 6994).
_FAST_OPEN, _COOKIES = 34, range(4, 17, 2)
_OPENING: Lengths = {
    **_TCP,
    _FAST_OPEN: {2, *(2 + size for size in _COOKIES)},
    254: {4, *(4 + size for size in _COOKIES)},
}
_EXPERIMENT, _EXPERIMENT_OF_FAST_OPEN = 254, b"\xf9\x89"
# Routing headers (RFC 8200, 4.4): those of type 0, of Mobile IPv6 with its length in units of 8 bytes (RFC 6275, 6.4),
# and segment routing (RFC 8754, 2), whose TLVs are padding, or a code with what precedes it and its length.
_SOURCE_ROUTE, _HOME_ADDRESS, _SEGMENTS = 0, 2, 4
_SEGMENT_PAD_1, _SEGMENT_PAD_N, _SEGMENT_CODE, _CODE_LENGTHS = 0, 4, 5, range(14, 39)
# The lengths of integrity check values: of hashes and AES, of elliptic curves, and padded to 8 bytes (RFC 4302, 2.6).
_CHECK_VALUES = {12, 16, 20, 24, 32, 36}
_USUAL_TCP = b"\x01\x01\x08\x0a"
_END, _NO_OPERATION, _PAD_1, _PAD_N = 0, 1, 0, 1


def tcp_content(options: bytes, flags: int) -> Iterator[tuple[int, int]]:
    """The start and end of each content in the options of TCP."""
    # Nearly all segments have timestamps alone.
    return (
        iter(())
        if options[:4] == _USUAL_TCP and len(options) == 12
        else _content(options, _OPENING if flags & SYN else _TCP)
    )


def note_ipv4(pdu: Pdu, start: int, end: int) -> None:
    """Keep the content in the options of IPv4 (RFC 791, 3.1), which are between these offsets."""
    _note(pdu, start, _content(pdu.buffer.data[start:end], _IPV4))


def note_tcp(pdu: Pdu, start: int, options: bytes, flags: int) -> None:
    """Keep the content in the options of TCP (RFC 9293, 3.2), which begin at this offset."""
    _note(pdu, start, tcp_content(options, flags))


def note_ipv6(pdu: Pdu, start: int, end: int) -> None:
    """Keep the content in hop-by-hop or destination options (RFC 8200, 4.2), which are between these offsets."""
    _note(pdu, start, _ipv6_content(pdu.buffer.data[start:end]))


def note_routing(pdu: Pdu, end: int) -> None:
    """Keep the content in a routing header, which ends at this offset: text, and all in those of other types."""
    header = pdu.buffer.data[pdu.at : end]
    _note(pdu, pdu.at, _routing_content(header, header[2]))


def note_header(pdu: Pdu, start: int, end: int, field: str = "headers of tunnels") -> None:
    """Keep the header of a tunnel between these offsets, if there is text in its options or keys, and its numbers."""
    header = pdu.buffer.data[start:end]
    note_number(pdu, field, start, end, is_random=False)
    _note(pdu, start, iter([(0, len(header))] if has_long_text(header) else ()))


def note_check_value(pdu: Pdu, start: int, end: int) -> None:
    """Keep the integrity check value between these offsets, if it is text or of no usual length."""
    value = pdu.buffer.data[start:end]
    note_number(pdu, "check values", start, end)
    note_number(pdu, "security parameters", start - 8, start - 4, is_random=False)
    note_unused(pdu, "reserved bytes of AH", pdu.buffer.data[start - 10 : start - 8])
    _note(pdu, start, iter([(0, len(value))] if len(value) not in _CHECK_VALUES or is_prose(value) else ()))


def _note(pdu: Pdu, start: int, contents: Iterator[tuple[int, int]]) -> None:
    """Keep contents, whose offsets are from `start` on, for the dissector to add to the packets of the frame."""
    buffer = pdu.buffer
    for begins, stops in contents:
        payload, origin = buffer.data[start + begins : start + stops], buffer.origin_of(start + begins, start + stops)
        buffer.reassemblers.options.append(HeaderOption(buffer.frame, addresses_of(pdu.addresses), payload, origin))


def _content(options: bytes, known: Lengths) -> Iterator[tuple[int, int]]:
    at = 0
    while at < len(options) and options[at] != _END:
        if options[at] == _NO_OPERATION:
            at += 1
            continue
        length = options[at + 1] if at + 1 < len(options) else 0
        if length < 2 or at + length > len(options):
            break
        kind = options[at]
        is_known = length in known.get(kind, ()) and (
            kind not in _LONG or _is_plausible(kind, options[at + 2 : at + length])
        )
        if not is_known and length > 2:
            yield at + 2, at + length
        at += length
    # What follows the end is padding.
    if any(options[at:]):
        yield at, len(options)


def _is_plausible(kind: int, value: bytes) -> bool:
    """Whether an option of TCP whose value is long may be what its kind says; those of IPv4 have other kinds."""
    if kind == _EXPERIMENT:
        return value.startswith(_EXPERIMENT_OF_FAST_OPEN) and not is_words(value[2:])
    if kind in _RANDOM:
        return not is_words(value[2:])
    if kind != _MULTIPATH_TCP:
        return True
    length, subtype = len(value) + 2, value[0] >> 4
    if subtype == _MAPPING and len(value) > 1:
        # An acknowledgement, a mapping, and perhaps a checksum, of four or eight bytes by the flags (3.3).
        flags = value[1]
        mapped = (14 if flags & 8 else 10) if flags & 4 else 0
        signal = 4 + ((8 if flags & 2 else 4) if flags & 1 else 0) + mapped
        return length in {signal, signal + 2 if flags & 4 else signal} and not is_words(value[2:])
    return length in _SUBTYPES.get(subtype, ()) and not is_words(value[2:])


def _ipv6_content(options: bytes) -> Iterator[tuple[int, int]]:
    at = 0
    while at + 1 < len(options):
        if options[at] == _PAD_1:
            at += 1
            continue
        length = options[at + 1]
        value = options[at + 2 : at + 2 + length]
        if any(value) and (options[at] == _PAD_N or length not in _IPV6.get(options[at], ())):
            yield at + 2, at + 2 + len(value)
        at += 2 + length


def _routing_content(header: bytes, kind: int) -> Iterator[tuple[int, int]]:
    addresses, at = 8, len(header)
    if kind == _SEGMENTS:
        at = min(8 + 16 * (header[4] + 1), len(header))
    elif kind not in (_SOURCE_ROUTE, _HOME_ADDRESS) or len(header) > 8 + 16 * (header[1] // 2):
        addresses = at = 4
    segments = [header[start : start + 16] for start in range(addresses, at, 16)]
    if any(map(is_prose, segments)):
        yield addresses, at
    if kind != _SEGMENTS:
        if any(header[at:]):
            yield at, len(header)
        return
    while at < len(header):
        if header[at] == _SEGMENT_PAD_1:
            at += 1
            continue
        start, at = at + 2, at + 2 + (header[at + 1] if at + 1 < len(header) else 0)
        value = header[start:at]
        is_code = header[start - 2] == _SEGMENT_CODE and len(value) in _CODE_LENGTHS and not is_prose(value)
        if not is_code and any(value):
            yield start, start + len(value)
