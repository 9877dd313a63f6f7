"""The structure of extensions in both hellos, byte by byte (https://www.iana.org/assignments/tls-extensiontype-values).

A number is one that is assigned, or GREASE; a key, a hash or a binder is random, and exactly as long as its algorithm
makes it. What has another structure, or none that is known here, may say anything.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from overheard_capture.packets.usual_text import has_text, is_name, is_token
from overheard_capture.protocols.tls.assigned import GREASE, GROUPS, SIGNATURES, VERSIONS, are_assigned
from overheard_capture.protocols.tls.cursor import Cursor, TruncatedError
from overheard_capture.protocols.tls.elements import element_of
from overheard_capture.protocols.tls.hello import ALPN, CLIENT_HELLO, SERVER_NAME
from overheard_capture.protocols.tls.key_values import is_random
from overheard_capture.protocols.tls.ordinary import is_host, is_protocol, is_usual_name

if TYPE_CHECKING:
    from collections.abc import Callable, Container

# As an extension of GREASE (RFC 8701, 3.1), clients send nothing, or a zero, and as a key share a zero.
_GREASED = (b"", b"\0")
# The lengths of key shares by group, of clients and of servers.
_SHARES = {
    23: (65, 65), 24: (97, 97), 25: (133, 133), 26: (65, 65), 27: (97, 97), 28: (129, 129), 29: (32, 32), 30: (56, 56),
    31: (65, 65), 32: (97, 97), 33: (129, 129), 41: (65, 65), 256: (256, 256), 257: (384, 384), 258: (512, 512),
    259: (768, 768), 260: (1024, 1024), 512: (800, 768), 513: (1184, 1088), 514: (1568, 1568), 4587: (1249, 1153),
    4588: (1216, 1120), 4589: (1665, 1665), 4590: (1249, 1153), 0x4138: (1170, 1170), 0x6399: (1216, 1120),
    0x639A: (1249, 1153),
}  # fmt: skip
# A ticket that is a name of a state, or has a state in it, encrypted; and a cookie that has one.
_SHORTEST_TICKET = 32
_BINDERS = {32, 48, 64}
# Encrypted ClientHello (RFC 9849, 5): its functions, how long keys are, and the shortest hello.
_FUNCTIONS, _ENCAPSULATED, _SHORTEST_HELLO, _CONFIRMATION = range(1, 8), {0, 32, 56, 65, 97, 133}, 64, 8
_LONGEST_ID, _LONGEST_LIST = 20, 96


def is_structured(kind: int, extension: int, value: bytes) -> bool:
    """Whether an extension of a hello of this kind has the structure of its type."""
    if extension in GREASE:
        return value in _GREASED
    check = (_CLIENT if kind == CLIENT_HELLO else _SERVER).get(extension)
    try:
        return check is not None and check(value)
    except TruncatedError:
        return False


# ---- numbers


def _list_of(assigned: Container[int], size: int = 2) -> Callable[[bytes], bool]:
    """A vector of numbers of two bytes."""

    def is_list(value: bytes) -> bool:
        cursor = Cursor(value)
        return are_assigned(bytes(cursor.vector(size).rest()), assigned) and not cursor

    return is_list


def _bytes_of(assigned: Container[int]) -> Callable[[bytes], bool]:
    """A vector of numbers of one byte."""

    def is_list(value: bytes) -> bool:
        cursor = Cursor(value)
        numbers = bytes(cursor.vector(1).rest())
        return len(set(numbers)) == len(numbers) and all(each in assigned for each in numbers) and not cursor

    return is_list


def _one_of(*values: bytes) -> Callable[[bytes], bool]:
    return values.__contains__


def _number_in(assigned: Container[int], size: int = 2) -> Callable[[bytes], bool]:
    return lambda value: len(value) == size and int.from_bytes(value) in assigned


# ---- names


def _is_server_name(value: bytes) -> bool:
    """A list with one name of a host (RFC 6066, 3)."""
    outer = Cursor(value)
    cursor = outer.vector(2)
    is_kind = cursor.number(1) == 0
    return is_kind and is_host(bytes(cursor.vector(2).rest())) and not cursor and not outer


def _are_protocols(value: bytes) -> bool:
    outer = Cursor(value)
    cursor = outer.vector(2)
    names = list[bytes]()
    while cursor:
        names.append(bytes(cursor.vector(1).rest()))
    return all(map(is_protocol, names)) and sum(map(len, names)) <= _LONGEST_LIST and not outer


def _are_authorities(value: bytes) -> bool:
    """Names of authorities (RFC 8446, 4.2.4)."""
    outer = Cursor(value)
    cursor = outer.vector(2)
    while cursor:
        if not is_usual_name(element_of(bytes(cursor.vector(2).rest())).content):
            return False
    return not outer


# ---- keys and other random values


def _are_shares(value: bytes) -> bool:
    """Key shares of a client (RFC 8446, 4.2.8)."""
    outer = Cursor(value)
    cursor = outer.vector(2)
    while cursor:
        group, key = cursor.number(2), bytes(cursor.vector(2).rest())
        if group in GREASE:
            if key != b"\0":
                return False
        elif len(key) != _SHARES.get(group, (-1,))[0] or not is_random(key):
            return False
    return not outer


def _is_share(value: bytes) -> bool:
    """The key share of a server, or the group that it asks for."""
    cursor = Cursor(value)
    group = cursor.number(2)
    if not cursor:
        return group in GROUPS
    key = bytes(cursor.vector(2).rest())
    return len(key) == _SHARES.get(group, (0, -1))[1] and is_random(key) and not cursor


def is_ticket(value: bytes) -> bool:
    """Whether this may be a ticket, a cookie or nothing."""
    return not value or (len(value) >= _SHORTEST_TICKET and is_random(value))


def _are_identities(value: bytes) -> bool:
    """Identities, each a ticket or a name, with an age, and a binder for each (RFC 8446, 4.2.11)."""
    outer = Cursor(value)
    identities, binders, count = outer.vector(2), outer.vector(2), 0
    while identities:
        identity, count = bytes(identities.vector(2).rest()), count + 1
        identities.take(4)
        if not (is_ticket(identity) or is_name(identity) or is_token(identity)):
            return False
    while binders:
        binder, count = bytes(binders.vector(1).rest()), count - 1
        if len(binder) not in _BINDERS or not is_random(binder):
            return False
    return count == 0 and not outer


def _is_cookie(value: bytes) -> bool:
    cursor = Cursor(value)
    cookie = bytes(cursor.vector(2).rest())
    return len(cookie) >= _SHORTEST_TICKET and is_random(cookie) and not cursor


def _is_ech(value: bytes) -> bool:
    """Encrypted ClientHello: a mark in the inner hello; else functions, an identifier, a key and the hello."""
    if value == b"\1":
        return True
    cursor = Cursor(value)
    is_outer = cursor.number(1) == 0
    functions = cursor.number(2), cursor.number(2)
    cursor.take(1)
    key, hello = bytes(cursor.vector(2).rest()), bytes(cursor.vector(2).rest())
    is_long = len(hello) >= _SHORTEST_HELLO and len(key) in _ENCAPSULATED
    return (
        is_outer and is_long and all(each in _FUNCTIONS for each in functions) and is_random(hello + key) and not cursor
    )


def _is_status(value: bytes) -> bool:
    """A request of OCSP for any responder, without extensions (RFC 6066, 8)."""
    return value == b"\1\0\0\0\0"


def _is_identifier(value: bytes) -> bool:
    """An identifier of a connection (RFC 9146, 3)."""
    cursor = Cursor(value)
    identifier = bytes(cursor.vector(1).rest())
    return len(identifier) <= _LONGEST_ID and not has_text(identifier) and not cursor


def _are_profiles(value: bytes) -> bool:
    """Profiles of SRTP, and no identifier of a key (RFC 5764, 4.1.1)."""
    cursor = Cursor(value)
    profiles = bytes(cursor.vector(2).rest())
    return are_assigned(profiles, range(1, 17)) and bytes(cursor.rest()) == b"\0"


def _are_anchors(value: bytes) -> bool:
    """Identifiers of trust anchors, which are those of objects."""
    outer = Cursor(value)
    cursor = outer.vector(2)
    while cursor:
        anchor = bytes(cursor.vector(1).rest())
        if len(anchor) > _LONGEST_ID or has_text(anchor):
            return False
    return not outer


def _is_binding(value: bytes) -> bool:
    """A version of token binding, and types of keys (RFC 8472, 2)."""
    return len(value) > 2 and value[0] <= 1 and value[1] <= 0x13 and _bytes_of(range(3))(value[2:])


# Few hellos have these.
def _are_timestamps(value: bytes) -> bool:
    from overheard_capture.protocols.tls.certificate_fields import are_timestamps  # noqa: PLC0415  (see above)

    return are_timestamps(value)


def _are_parameters(value: bytes) -> bool:
    from overheard_capture.protocols.tls.transport_parameters import are_parameters  # noqa: PLC0415  (see above)

    return are_parameters(value)


_NOTHING = _one_of(b"")
_PADDING, _TICKET = 21, 35
_EMPTY = dict.fromkeys((4, 22, 23, 49, 0x754F, 0x7550), _NOTHING)
_BOTH: dict[int, Callable[[bytes], bool]] = {
    **_EMPTY,
    ALPN: _are_protocols,
    1: _number_in(range(1, 5), 1),
    11: _bytes_of(range(3)),
    14: _are_profiles,
    15: _number_in((1, 2), 1),
    24: _is_binding,
    27: _list_of(range(1, 4), 1),
    28: _number_in(range(64, 1 << 15)),
    44: _is_cookie,
    **dict.fromkeys((0x4469, 0x44CD), _are_protocols),
    54: _is_identifier,
    **dict.fromkeys((57, 0xFFA5), _are_parameters),
    0xFE0D: _is_ech,
    0xFF01: _one_of(b"\0"),
    0xCA34: _are_anchors,
}
_CLIENT: dict[int, Callable[[bytes], bool]] = {
    **_BOTH,
    SERVER_NAME: _is_server_name,
    2: _NOTHING,
    5: _is_status,
    10: _list_of(GROUPS),
    12: lambda value: is_name(value[1:]) and value[:1] == bytes([len(value) - 1 & 0xFF]),
    **dict.fromkeys((13, 34, 50), _list_of(SIGNATURES)),
    17: _one_of(b"", b"\0\7\2\0\4\0\0\0\0", b"\0\7\1\0\4\0\0\0\0", b"\0\x0e\2\0\4\0\0\0\0\1\0\4\0\0\0\0"),
    **dict.fromkeys((18, 42, 0x3374), _NOTHING),
    **dict.fromkeys((19, 20), _bytes_of(range(4))),
    _PADDING: lambda value: not any(value),
    _TICKET: is_ticket,
    41: _are_identities,
    43: _list_of(VERSIONS, 1),
    45: _bytes_of((0, 1)),
    47: _are_authorities,
    51: _are_shares,
}
_SERVER: dict[int, Callable[[bytes], bool]] = {
    **_BOTH,
    **dict.fromkeys((SERVER_NAME, 2, 5, 12, 17, _TICKET, 42), _NOTHING),
    18: _are_timestamps,
    **dict.fromkeys((19, 20), _number_in(range(4), 1)),
    0x3374: lambda value: _are_protocols(len(value).to_bytes(2) + value),
    41: lambda value: len(value) == 2 and value[0] == 0,
    43: _number_in(VERSIONS),
    51: _is_share,
    0xFE0D: lambda value: len(value) == _CONFIRMATION,
}
