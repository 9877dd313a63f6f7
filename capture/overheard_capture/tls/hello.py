"""The handshake messages that everybody can read: the two hellos and, up to TLS 1.2, certificate and key exchange."""

from __future__ import annotations

from dataclasses import dataclass

from overheard_capture.tls import names
from overheard_capture.tls.cursor import Cursor, CutShortError, text

CLIENT_HELLO, SERVER_HELLO, CERTIFICATE, SERVER_KEY_EXCHANGE = 1, 2, 11, 12
# https://www.iana.org/assignments/tls-extensiontype-values
_SERVER_NAME, _ALPN, _EARLY_DATA, _SUPPORTED_VERSIONS, _KEY_SHARE = 0, 16, 42, 43, 51
_HOST_NAME, _NAMED_CURVE = 0, 3


@dataclass(frozen=True)
class ClientHello:
    """What a client asks for (RFC 8446, 4.1.2).

    `sni` is the server's name (RFC 6066, 3), `alpn` the protocols that it would speak (RFC 7301). `versions` are those
    that it offers where it offers TLS 1.3, `shares` the groups that it sends a key of. With `early_data` it sends data
    before the server has said a word (RFC 8446, 2.3).
    """

    sni: str = ""
    alpn: tuple[str, ...] = ()
    versions: tuple[str, ...] = ()
    shares: tuple[str, ...] = ()
    early_data: bool = False


@dataclass(frozen=True)
class ServerHello:
    """What a server picks (RFC 8446, 4.1.3), also in a HelloRetryRequest. Up to TLS 1.2 it tells `alpn`, too."""

    version: str = ""
    cipher: str = ""
    group: str = ""
    alpn: str = ""


def client_hello(body: bytes) -> ClientHello:
    """Read a ClientHello; an empty one where it makes no sense."""
    try:
        return _client_hello(Cursor(body))
    except CutShortError:
        return ClientHello()


def _client_hello(cursor: Cursor) -> ClientHello:
    cursor.take(2 + 32)
    # Session, cipher suites and compression methods: what was picked of them is what matters.
    for size in (1, 2, 1):
        cursor.vector(size)
    found = _extensions(cursor)
    return ClientHello(
        sni=_server_name(found[_SERVER_NAME]) if _SERVER_NAME in found else "",
        alpn=_protocols(found[_ALPN]) if _ALPN in found else (),
        versions=_versions(found[_SUPPORTED_VERSIONS]) if _SUPPORTED_VERSIONS in found else (),
        shares=_shares(found[_KEY_SHARE]) if _KEY_SHARE in found else (),
        early_data=_EARLY_DATA in found,
    )


def server_hello(body: bytes) -> ServerHello:
    """Read a ServerHello; an empty one where it makes no sense."""
    try:
        return _server_hello(Cursor(body))
    except CutShortError:
        return ServerHello()


def _server_hello(cursor: Cursor) -> ServerHello:
    version = cursor.number(2)
    cursor.take(32)
    cursor.vector(1)
    cipher = cursor.number(2)
    cursor.take(1)
    found = _extensions(cursor)
    if _SUPPORTED_VERSIONS in found:
        version = found[_SUPPORTED_VERSIONS].number(2)
    return ServerHello(
        version=names.version(version),
        cipher=names.cipher(cipher),
        # A HelloRetryRequest has the group alone, a ServerHello a key behind it (RFC 8446, 4.2.8).
        group=names.group(found[_KEY_SHARE].number(2)) if _KEY_SHARE in found else "",
        alpn=", ".join(_protocols(found[_ALPN])) if _ALPN in found else "",
    )


def leaf(body: bytes) -> memoryview:
    """The first certificate of a Certificate message up to TLS 1.2 (RFC 5246, 7.4.2), in DER; empty without one."""
    try:
        return Cursor(body).vector(3).vector(3).rest()
    except CutShortError:
        return memoryview(b"")


def named_curve(body: bytes) -> str:
    """The group of a ServerKeyExchange up to TLS 1.2, where the key is one of ECDHE (RFC 8422, 5.4)."""
    cursor = Cursor(body)
    try:
        return names.group(cursor.number(2)) if cursor.number(1) == _NAMED_CURVE else ""
    except CutShortError:
        return ""


def _extensions(cursor: Cursor) -> dict[int, Cursor]:
    found: dict[int, Cursor] = {}
    # Up to TLS 1.2 a hello may have none at all.
    block = cursor.vector(2) if cursor else cursor
    while block:
        kind = block.number(2)
        found[kind] = block.vector(2)
    return found


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
