"""Fields of both hellos that have something else than clients and servers ordinarily have there."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from overheard_capture.packets.usual_text import has_text, is_name
from overheard_capture.protocols.tls.cursor import Cursor, TruncatedError
from overheard_capture.protocols.tls.elements import element_of
from overheard_capture.protocols.tls.hello import ALPN, CLIENT_HELLO, SERVER_NAME
from overheard_capture.protocols.tls.ordinary import is_host, is_protocol, is_usual_name, says_something

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_DTLS, _RANDOM_LENGTH = 0xFE, 32
# Methods of compression (RFC 3749; RFC 3943).
_COMPRESSIONS = bytes((0, 1, 64))
_PADDING, _TRUSTED, _SRP, _PRE_SHARED, _AUTHORITIES, _TICKET, _COOKIE, _KEY_SHARE = 21, 3, 12, 41, 47, 35, 44, 51
# Extensions that are empty, or one number.
_LENGTHS = {1: 1, 4: 0, 15: 1, 17: 0, 22: 0, 23: 0, 49: 0}
# GREASE (RFC 8701): a type of two equal bytes, whose lower halves are ten. Clients send nothing there, or a zero.
_GREASE, _LONGEST_GREASE = 0x0A0A, 8
# What no registry knows may be as long as a key or a token.
_LONGEST_UNKNOWN = 320
# How many extensions are remembered with whether they are usual.
_REMEMBERED = 512
# The names of all protocols that a client offers.
_LONGEST_LIST = 96


def hello_fields(kind: int, body: bytes, is_known: Callable[[int], bool]) -> Iterator[tuple[str, int]]:
    """Those fields: what each is, and how many bytes. Raises TruncatedError if the message is malformed."""
    cursor = Cursor(body)
    version = cursor.number(2)
    yield from _unless("random", bytes(cursor.take(_RANDOM_LENGTH)), _looks_random)
    yield from _unless("session ID", bytes(cursor.vector(1).rest()), _looks_random)
    if kind == CLIENT_HELLO:
        if version >> 8 == _DTLS:
            yield from _unless("cookie", bytes(cursor.vector(1).rest()), _looks_random)
        yield from _unless("cipher suites", bytes(cursor.vector(2).rest()), _looks_random)
        yield from _unless("compression methods", bytes(cursor.vector(1).rest()), _are_compressions)
    else:
        cursor.take(3)
    if not cursor:
        return
    extensions = cursor.vector(2)
    yield from _unless("a hello", bytes(cursor.rest()), _is_nothing)
    while extensions:
        extension = extensions.number(2)
        value = bytes(extensions.vector(2).rest())
        if not _is_usual(kind, extension, value, is_known):
            yield f"extension {_NAMES.get(extension, extension)}", len(value)


_NAMES = {SERVER_NAME: "server_name", ALPN: "ALPN", _PADDING: "padding", _PRE_SHARED: "pre_shared_key"}


def _unless(field: str, value: bytes, is_usual: Callable[[bytes], bool]) -> Iterator[tuple[str, int]]:
    if not is_usual(value):
        yield field, len(value)


def _looks_random(value: bytes) -> bool:
    return not says_something(value)


def _are_compressions(value: bytes) -> bool:
    return not value.translate(None, _COMPRESSIONS)


def _is_nothing(value: bytes) -> bool:
    return not any(value)


# Most extensions are the same in all connections of a client.
@lru_cache(maxsize=_REMEMBERED)
def _is_usual(kind: int, extension: int, value: bytes, is_known: Callable[[int], bool]) -> bool:
    if extension in _LENGTHS:
        return len(value) <= _LENGTHS[extension] or not any(value)
    try:
        if extension in _FORMS and value:
            return _FORMS[extension](value)
    except TruncatedError:
        return False
    if extension & 0x0F0F == _GREASE and extension >> 8 == extension & 0xFF:
        return len(value) <= _LONGEST_GREASE
    if is_known(extension):
        return not says_something(value, may_be_named=extension not in _RANDOM or kind != CLIENT_HELLO)
    return len(value) <= _LONGEST_UNKNOWN and not has_text(value[:64]) and not says_something(value)


# Tickets, cookies and keys, which are random; of tickets, servers send none in a hello.
_RANDOM = frozenset((_TICKET, _COOKIE, _KEY_SHARE))


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
    cursor = Cursor(value).vector(2)
    while cursor:
        if not is_usual_name(element_of(bytes(cursor.vector(2).rest())).content):
            return False
    return True


_FORMS: dict[int, Callable[[bytes], bool]] = {
    SERVER_NAME: _is_server_name,
    ALPN: _are_protocols,
    _PADDING: _is_nothing,
    _SRP: lambda value: is_name(value[1:]),
    _TRUSTED: lambda value: not says_something(value),
    _AUTHORITIES: _are_authorities,
}
