"""Prefaces: messages that may precede TLS or HTTP on a connection, identified by content."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from overheard_capture.content.lazy_pattern import lazy_pattern
from overheard_capture.packets.usual_text import is_description

if TYPE_CHECKING:
    from collections.abc import Callable

    from overheard_capture.identify.probe import Probe

# The only preface that is sent by one side alone.
PROXY = "PROXY protocol"
_DIGITS = b"0123456789"
_SERVER_HELLO = (b"\x16", b"\3", b"\0\1\2\3", None, None, b"\2")
# LDAP: ExtendedRequest, ExtendedResponse, and the OID of StartTLS.
_REQUEST, _RESPONSE, _START_TLS = 0x77, 0x78, b"1.3.6.1.4.1.1466.20037"
# Prefaces that only ask for encryption, or agree to it. Every byte is fixed, or is what any handshake has: a message ID
# in LDAP; in MySQL the server's version, the number of the connection, flags, 20 random bytes, and a method.
_NEGOTIATION = lazy_pattern(
    rb"\0\0\0\x08\x04\xd2\x16[\x2f\x30]|[SNG]S?"
    rb"|0\x1d\x02\x01.w\x18\x80\x161\.3\.6\.1\.4\.1\.1466\.20037"
    rb"|0\x0c\x02\x01.x\x07\n\x01\0\x04\0\x04\0"
    rb"|.\0\0\0\n(?P<version>[ -~]{1,64})\0.{4}(?P<salt>.{8})\0.{7}\x15\0{6}.{4}(?P<more>.{12})\0"
    rb"(?P<plugin>[a-z0-9_]{1,32})\0"
    rb"| \0\0\x01.{9}\0{19}.{4}",
    re.DOTALL,
)


def _proxy_1(probe: Probe) -> bool:
    return probe.match_literal(b"PROXY ") and probe.skip_past(b"\r\n", 107)


def _proxy_2(probe: Probe) -> bool:
    return probe.match_literal(b"\r\n\r\n\0\r\nQUIT\n") and probe.skip(2) and probe.skip(probe.number(2))


def _postgresql(probe: Probe) -> bool:
    """SSLRequest, or GSSENCRequest."""
    return probe.match_bytes(b"\0", b"\0", b"\0", b"\x08", b"\4", b"\xd2", b"\x16", b"\x2f\x30")


def _postgresql_answer(probe: Probe) -> bool:
    """The one-letter answer before the server's TLS, perhaps after the answer to another request."""
    if not probe.match_bytes(b"SNEG", b"S\x16"):
        return False
    probe.at = length = 1 if probe.data[1] == _SERVER_HELLO[0][0] else 2
    matched = probe.match_bytes(*_SERVER_HELLO)
    probe.at = length
    return matched


def _postgresql_refusal(probe: Probe) -> bool:
    """The answer that there is no encryption, before the server asks to authenticate."""
    matched = probe.match_bytes(b"N", b"R", b"\0", b"\0", b"\0")
    probe.at = 1
    return matched


def _mysql(probe: Probe) -> bool:
    """The server's initial handshake packet: length, sequence number 0, protocol version 10, server version in text."""
    matched = probe.match_bytes(None, b"\0\1", b"\0", b"\0", b"\n", _DIGITS)
    return matched and probe.move_to(4 + int.from_bytes(probe.data[:3], "little"))


def _mysql_request(probe: Probe) -> bool:
    """SSLRequest: the capability flag for TLS is set, and there is no user name."""
    return probe.match_bytes(b"\x20", b"\0", b"\0", b"\1", None, None) and bool(probe.data[5] & 8) and probe.move_to(36)


def _rdp(probe: Probe) -> bool:
    """X.224 Connection Request or Connection Confirm (RFC 1006, 6; ITU-T X.224, 13)."""
    matched = probe.match_bytes(b"\3", b"\0", b"\0\1", None, None, b"\xd0\xe0")
    length = int.from_bytes(probe.data[2:4], "big")
    return matched and probe.data[4] == length - 5 and probe.move_to(length)


def _ldap(probe: Probe) -> bool:
    """ExtendedRequest with the OID of StartTLS, or an ExtendedResponse (RFC 4511, 4.14)."""
    if not probe.match_bytes(b"0", bytes(range(5, 128)), b"\2", b"\1\2\3\4"):
        return False
    probe.skip(probe.data[3])
    operation = probe.byte()
    if operation not in {_REQUEST, _RESPONSE}:
        return False
    probe.move_to(2 + probe.data[1])
    return operation == _RESPONSE or _START_TLS in probe.data[: probe.at]


def _socks_4(probe: Probe) -> bool:
    """Port, address and user ID; and the host name if the address is 0.0.0.x (SOCKS 4a)."""
    if not probe.match_bytes(b"\4", b"\1\2", None, None):
        return False
    address = probe.number(4)
    return probe.skip_past(b"\0", 256) and (not 0 < address < 256 or probe.skip_past(b"\0", 256))


def _socks_4_answer(probe: Probe) -> bool:
    return probe.match_bytes(b"\0", b"\x5a\x5b\x5c\x5d") and probe.skip(6)


def _socks_5(probe: Probe) -> bool:
    """Method selection, optional username and password (RFC 1929), and the request (RFC 1928, 3 and 4)."""
    if not probe.match_bytes(b"\5", bytes(range(1, 10))):
        return False
    for _ in range(probe.data[1]):
        if not probe.match_bytes(b"\0\1\2\3\5\6\7\x08\x09\x80"):
            return False
    kind = probe.byte()
    if kind == 1:
        probe.skip(probe.byte())
        probe.skip(probe.byte())
        kind = probe.byte()
    return kind == 5 and probe.match_bytes(b"\1\2\3", b"\0") and _address(probe)


def _socks_5_answer(probe: Probe) -> bool:
    if not probe.match_bytes(b"\5", b"\0\1\2"):
        return False
    kind = probe.byte()
    if kind == 1 and probe.match_bytes(b"\0"):
        kind = probe.byte()
    return kind == 5 and probe.match_bytes(bytes(range(9)), b"\0") and _address(probe)


def _address(probe: Probe) -> bool:
    kind = probe.byte()
    length = {1: 4, 4: 16}.get(kind) or (probe.byte() if kind == 3 else 0)
    return kind in {1, 3, 4} and probe.skip(length + 2)


def _blank(probe: Probe) -> bool:
    """Empty lines before a request (RFC 9112, 2.2)."""
    return probe.match_bytes(b"\r", b"\n")


# The name of each preface, the values of its first byte (None: any), and its predicate. The first match is used.
PREFACES: tuple[tuple[str, bytes | None, Callable[[Probe], bool]], ...] = (
    (PROXY, b"P", _proxy_1),
    (PROXY, b"\r", _proxy_2),
    ("PostgreSQL SSLRequest", b"\0", _postgresql),
    ("PostgreSQL SSLRequest", b"SNEG", _postgresql_answer),
    ("PostgreSQL SSLRequest", b"N", _postgresql_refusal),
    ("MySQL", b"\x20", _mysql_request),
    ("MySQL", None, _mysql),
    ("RDP", b"\3", _rdp),
    ("LDAP StartTLS", b"0", _ldap),
    ("SOCKS 5", b"\5", _socks_5),
    ("SOCKS 5", b"\5", _socks_5_answer),
    ("SOCKS 4", b"\4", _socks_4),
    ("SOCKS 4", b"\0", _socks_4_answer),
    ("text", b"\r", _blank),
)
# Those that may begin with each byte: nearly all connections begin with none.
PREFACES_BY_BYTE = tuple(
    tuple((name, matches) for name, first, matches in PREFACES if first is None or byte in first) for byte in range(256)
)


def is_negotiation(preface: bytes) -> bool:
    """Whether a preface only asks for encryption, or agrees to it: then it is no application data."""
    found = _NEGOTIATION.fullmatch(preface)
    if found is None or not found["version"]:
        return found is not None
    return is_description(found["version"]) and is_description(found["plugin"].replace(b"_", b" "))


def salt_ranges(preface: bytes) -> list[tuple[int, int]]:
    """Where in a greeting of MySQL the two parts of its random value are."""
    found = _NEGOTIATION.fullmatch(preface)
    return [found.span("salt"), found.span("more")] if found and found["version"] else []
