"""Fields of both hellos that have something else than clients and servers ordinarily have there."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from overheard_capture.protocols.tls.assigned import SUITES, are_assigned
from overheard_capture.protocols.tls.cursor import Cursor
from overheard_capture.protocols.tls.hello import ALPN, CLIENT_HELLO, SERVER_NAME
from overheard_capture.protocols.tls.hello_structures import is_structured
from overheard_capture.protocols.tls.key_values import is_random

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_DTLS, _RANDOM_LENGTH = 0xFE, 32
# Connections of TLS have no identifier (RFC 9146, 3).
_CONNECTION_ID = 54
# A session is new, or has an identifier that is as long as it may be (RFC 5246, 7.4.1.2), as all programs make it.
_SESSION_LENGTHS = {0, 32}
# Methods of compression (RFC 3749; RFC 3943).
_COMPRESSIONS = bytes((0, 1, 64))
# How many extensions are remembered with whether they have the structure of their type.
_REMEMBERED = 512
# A cookie of DTLS is a code, mostly of SHA-1 or SHA-256 (RFC 6347, 4.2.1).
_COOKIE_LENGTHS = {0, 16, 20, 28, 32, 48, 64}


def hello_fields(kind: int, body: bytes) -> Iterator[tuple[str, int]]:
    """Those fields: what each is, and how many bytes. Raises TruncatedError if the message is malformed."""
    cursor = Cursor(body)
    version = cursor.number(2)
    yield from _unless("random", bytes(cursor.take(_RANDOM_LENGTH)), is_random)
    yield from _unless("session ID", bytes(cursor.vector(1).rest()), _is_session)
    if kind == CLIENT_HELLO:
        if version >> 8 == _DTLS:
            yield from _unless("cookie", bytes(cursor.vector(1).rest()), is_cookie)
        yield from _unless("cipher suites", bytes(cursor.vector(2).rest()), _are_suites)
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
        is_foreign = extension == _CONNECTION_ID and version >> 8 != _DTLS
        if is_foreign or not _is_structured(kind, extension, value):
            yield f"extension {_NAMES.get(extension, extension)}", len(value)


_NAMES = {SERVER_NAME: "server_name", ALPN: "ALPN", 21: "padding", 41: "pre_shared_key"}
# Most extensions are the same in all connections of a client.
_is_structured = lru_cache(maxsize=_REMEMBERED)(is_structured)


def _unless(field: str, value: bytes, is_usual: Callable[[bytes], bool]) -> Iterator[tuple[str, int]]:
    if not is_usual(value):
        yield field, len(value)


def _is_session(value: bytes) -> bool:
    return len(value) in _SESSION_LENGTHS and is_random(value)


def is_cookie(value: bytes) -> bool:
    """Whether this may be a cookie of DTLS: a code, or a state that is encrypted."""
    return len(value) in _COOKIE_LENGTHS and is_random(value)


@lru_cache(maxsize=_REMEMBERED)
def _are_suites(value: bytes) -> bool:
    return are_assigned(value, SUITES)


def _are_compressions(value: bytes) -> bool:
    return not value.translate(None, _COMPRESSIONS)


def _is_nothing(value: bytes) -> bool:
    return not any(value)
