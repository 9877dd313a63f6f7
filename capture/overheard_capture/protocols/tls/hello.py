"""Parsers of the handshake messages in clear: both hellos and, up to TLS 1.2, Certificate and ServerKeyExchange."""

from __future__ import annotations

import struct
from dataclasses import dataclass, field

from overheard_capture.protocols.tls import names
from overheard_capture.protocols.tls.cursor import Cursor, TruncatedError, text

CLIENT_HELLO, SERVER_HELLO, CERTIFICATE, SERVER_KEY_EXCHANGE = 1, 2, 11, 12
# https://www.iana.org/assignments/tls-extensiontype-values
_USE_SRTP = 14
SERVER_NAME, ALPN, _EARLY_DATA, _SUPPORTED_VERSIONS, _KEY_SHARE, _CONNECTION_ID = 0, 16, 42, 43, 51, 54
_TRUNCATED_MAC, _ENCRYPT_THEN_MAC = 4, 22
_HOST_NAME, _NAMED_CURVE = 0, 3
# The random of a HelloRetryRequest (RFC 8446, 4.1.3).
_RETRY = bytes.fromhex("cf21ad74e59a6111be1d8c021e65b891c2a211167abb8c5e079e09e2c8a8339c")
_DTLS = 0xFE
# A cipher suite; and the type of an extension, and its length.
_NUMBER, _EXTENSION = struct.Struct(">H"), struct.Struct(">HH")


@dataclass(frozen=True)
class ClientHello:
    """A ClientHello (RFC 8446, 4.1.2).

    `sni` is the server name (RFC 6066, 3), `alpn` the offered protocols (RFC 7301). `versions` are those in the
    supported_versions extension, `shares` the groups with a key share. With `early_data` the client may send data
    before the ServerHello (RFC 8446, 2.3). `suites` are the numbers of the cipher suites; `connection` is the
    connection ID that the client wants in records sent to it under DTLS (RFC 9146), or None. `srtp` are profiles of
    SRTP (RFC 5764, 4.1.1). `valid` is False if the message is malformed.
    """

    sni: str = ""
    alpn: tuple[str, ...] = ()
    versions: tuple[str, ...] = ()
    shares: tuple[str, ...] = ()
    early_data: bool = False
    suites: tuple[int, ...] = field(default=(), compare=False)
    connection: bytes | None = field(default=None, compare=False)
    srtp: tuple[int, ...] = field(default=(), compare=False)
    valid: bool = field(default=False, compare=False)


@dataclass(frozen=True)
class ServerHello:
    """A ServerHello (RFC 8446, 4.1.3) or HelloRetryRequest. Up to TLS 1.2 it contains `alpn`, too.

    `suite` is the number of the cipher suite, `outer` the version for record headers. `encrypt_then_mac` (RFC 7366) and
    `truncated_mac` (RFC 6066, 7) change the lengths of records under CBC; with `compressed`, a method of compression
    was chosen (RFC 3749). The rest is as in ClientHello.
    """

    version: str = ""
    cipher: str = ""
    group: str = ""
    alpn: str = ""
    suite: int = field(default=-1, compare=False)
    outer: int = field(default=0, compare=False)
    retry: bool = field(default=False, compare=False)
    encrypt_then_mac: bool = field(default=False, compare=False)
    truncated_mac: bool = field(default=False, compare=False)
    compressed: bool = field(default=False, compare=False)
    connection: bytes | None = field(default=None, compare=False)
    srtp: tuple[int, ...] = field(default=(), compare=False)
    valid: bool = field(default=False, compare=False)


def parse_client_hello(body: bytes) -> ClientHello:
    """Parse the body of a ClientHello; empty if it is malformed."""
    try:
        return _parse_client_hello(Cursor(body))
    except TruncatedError:
        return ClientHello()


def _parse_client_hello(cursor: Cursor) -> ClientHello:
    version = cursor.number(2)
    cursor.take(32)
    cursor.vector(1)
    if version >> 8 == _DTLS:
        # The cookie (RFC 6347, 4.2.1).
        cursor.vector(1)
    suites = cursor.vector(2).rest()
    even = len(suites) & ~1
    cursor.vector(1)
    found = _extensions(cursor)
    return ClientHello(
        sni=_server_name(found[SERVER_NAME]) if SERVER_NAME in found else "",
        alpn=_protocols(found[ALPN]) if ALPN in found else (),
        versions=_versions(found[_SUPPORTED_VERSIONS]) if _SUPPORTED_VERSIONS in found else (),
        shares=_shares(found[_KEY_SHARE]) if _KEY_SHARE in found else (),
        early_data=_EARLY_DATA in found,
        suites=(*(number for (number,) in _NUMBER.iter_unpack(suites[:even])), *suites[even:]),
        connection=_connection(found),
        srtp=_profiles(found[_USE_SRTP]) if _USE_SRTP in found else (),
        valid=True,
    )


def parse_server_hello(body: bytes) -> ServerHello:
    """Parse the body of a ServerHello; empty if it is malformed."""
    try:
        return _parse_server_hello(Cursor(body))
    except TruncatedError:
        return ServerHello()


def _parse_server_hello(cursor: Cursor) -> ServerHello:
    outer = version = cursor.number(2)
    random = bytes(cursor.take(32))
    cursor.vector(1)
    cipher = cursor.number(2)
    compression = cursor.number(1)
    found = _extensions(cursor)
    if _SUPPORTED_VERSIONS in found:
        version = found[_SUPPORTED_VERSIONS].number(2)
    return ServerHello(
        version=names.version(version),
        cipher=names.cipher(cipher),
        # A HelloRetryRequest has only the group, a ServerHello also a key (RFC 8446, 4.2.8).
        group=names.group(found[_KEY_SHARE].number(2)) if _KEY_SHARE in found else "",
        alpn=", ".join(_protocols(found[ALPN])) if ALPN in found else "",
        suite=cipher,
        outer=outer,
        retry=random == _RETRY,
        encrypt_then_mac=_ENCRYPT_THEN_MAC in found,
        truncated_mac=_TRUNCATED_MAC in found,
        compressed=compression != 0,
        connection=_connection(found),
        srtp=_profiles(found[_USE_SRTP]) if _USE_SRTP in found else (),
        valid=True,
    )


def first_certificate(body: bytes) -> memoryview:
    """The first certificate in the body of a Certificate message up to TLS 1.2 (RFC 5246, 7.4.2), in DER; or empty."""
    try:
        return Cursor(body).vector(3).vector(3).rest()
    except TruncatedError:
        return memoryview(b"")


def named_curve(body: bytes) -> str:
    """The group in the body of an ECDHE ServerKeyExchange up to TLS 1.2 (RFC 8422, 5.4); empty if it is not named."""
    cursor = Cursor(body)
    try:
        return names.group(cursor.number(2)) if cursor.number(1) == _NAMED_CURVE else ""
    except TruncatedError:
        return ""


def _extensions(cursor: Cursor) -> dict[int, Cursor]:
    found: dict[int, Cursor] = {}
    # Up to TLS 1.2 the extensions may be absent.
    block, at = cursor.vector(2).rest() if cursor else b"", 0
    while at < len(block):
        if at + _EXTENSION.size > len(block):
            raise TruncatedError
        kind, size = _EXTENSION.unpack_from(block, at)
        at += _EXTENSION.size + size
        if at > len(block):
            raise TruncatedError
        found[kind] = Cursor(block[at - size : at])
    return found


def _connection(found: dict[int, Cursor]) -> bytes | None:
    return bytes(found[_CONNECTION_ID].vector(1).rest()) if _CONNECTION_ID in found else None


def _profiles(extension: Cursor) -> tuple[int, ...]:
    profiles = extension.vector(2).rest()
    return tuple(int.from_bytes(profiles[at : at + 2], "big") for at in range(0, len(profiles), 2))


def _server_name(extension: Cursor) -> str:
    entries = extension.vector(2)
    while entries:
        kind, name = entries.number(1), entries.vector(2)
        if kind == _HOST_NAME:
            return text(name.rest())
    return ""


def _protocols(extension: Cursor) -> tuple[str, ...]:
    entries, found = extension.vector(2), list[str]()
    while entries:
        found.append(text(entries.vector(1).rest()))
    return tuple(found)


def _versions(extension: Cursor) -> tuple[str, ...]:
    entries, found = extension.vector(1), list[str]()
    while entries:
        found.append(names.version(entries.number(2)))
    return tuple(found)


def _shares(extension: Cursor) -> tuple[str, ...]:
    entries, found = extension.vector(2), list[str]()
    while entries:
        found.append(names.group(entries.number(2)))
        entries.vector(2)
    return tuple(found)
