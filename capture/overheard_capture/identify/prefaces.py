"""What may come before TLS or HTTP on a connection, and is neither. Told from its bytes alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from overheard_capture.identify.probe import Probe

# The one that only one side sends.
PROXY = "PROXY protocol"
_DIGITS = b"0123456789"
_SERVER_HELLO = (b"\x16", b"\3", b"\0\1\2\3", None, None, b"\2")
# Of LDAP: an extended request, what answers it, and the name of the request.
_REQUEST, _RESPONSE, _START_TLS = 0x77, 0x78, b"1.3.6.1.4.1.1466.20037"


def _proxy_1(start: Probe) -> bool:
    return start.literal(b"PROXY ") and start.until(b"\r\n", 107)


def _proxy_2(start: Probe) -> bool:
    return start.literal(b"\r\n\r\n\0\r\nQUIT\n") and start.skip(2) and start.skip(start.number(2))


def _postgresql(start: Probe) -> bool:
    """A request for TLS, or for the encryption of GSSAPI."""
    return start.form(b"\0", b"\0", b"\0", b"\x08", b"\4", b"\xd2", b"\x16", b"\x2f\x30")


def _postgresql_answer(start: Probe) -> bool:
    """One letter, before a server's TLS; another before that, where something else was asked for first."""
    if not start.form(b"SNEG", b"S\x16"):
        return False
    start.at = length = 1 if start.data[1] == _SERVER_HELLO[0][0] else 2
    known = start.form(*_SERVER_HELLO)
    start.at = length
    return known


def _mysql(start: Probe) -> bool:
    """The first packet of a server: its length, number 0, version 10 of the protocol, and its own version in text."""
    known = start.form(None, b"\0\1", b"\0", b"\0", b"\n", _DIGITS)
    return known and start.move_to(4 + int.from_bytes(start.data[:3], "little"))


def _mysql_request(start: Probe) -> bool:
    """Capabilities with that of TLS among them, and nobody's name."""
    return start.form(b"\x20", b"\0", b"\0", b"\1", None, None) and bool(start.data[5] & 8) and start.move_to(36)


def _rdp(start: Probe) -> bool:
    """A request for a connection, or its answer (RFC 1006, 6; ITU-T X.224, 13)."""
    known = start.form(b"\3", b"\0", b"\0\1", None, None, b"\xd0\xe0")
    length = int.from_bytes(start.data[2:4], "big")
    return known and start.data[4] == length - 5 and start.move_to(length)


def _ldap(start: Probe) -> bool:
    """The extended request by the name of StartTLS, or the answer to an extended request (RFC 4511, 4.14)."""
    if not start.form(b"0", bytes(range(5, 128)), b"\2", b"\1\2\3\4"):
        return False
    start.skip(start.data[3])
    operation = start.byte()
    if operation not in {_REQUEST, _RESPONSE}:
        return False
    start.move_to(2 + start.data[1])
    return operation == _RESPONSE or _START_TLS in start.data[: start.at]


def _socks_4(start: Probe) -> bool:
    """Where to; a name; and where the address is none, the name of a host."""
    if not start.form(b"\4", b"\1\2", None, None):
        return False
    address = start.number(4)
    return start.until(b"\0", 256) and (not 0 < address < 256 or start.until(b"\0", 256))


def _socks_4_answer(start: Probe) -> bool:
    return start.form(b"\0", b"\x5a\x5b\x5c\x5d") and start.skip(6)


def _socks_5(start: Probe) -> bool:
    """How one may prove who one is; the name and password of RFC 1929, perhaps; and where to (RFC 1928, 3 and 4)."""
    if not start.form(b"\5", bytes(range(1, 10))):
        return False
    for _ in range(start.data[1]):
        if not start.form(b"\0\1\2\3\5\6\7\x08\x09\x80"):
            return False
    kind = start.byte()
    if kind == 1:
        start.skip(start.byte())
        start.skip(start.byte())
        kind = start.byte()
    return kind == 5 and start.form(b"\1\2\3", b"\0") and _address(start)


def _socks_5_answer(start: Probe) -> bool:
    if not start.form(b"\5", b"\0\1\2"):
        return False
    kind = start.byte()
    if kind == 1 and start.form(b"\0"):
        kind = start.byte()
    return kind == 5 and start.form(bytes(range(9)), b"\0") and _address(start)


def _address(start: Probe) -> bool:
    kind = start.byte()
    length = {1: 4, 4: 16}.get(kind) or (start.byte() if kind == 3 else 0)
    return kind in {1, 3, 4} and start.skip(length + 2)


def _blank(start: Probe) -> bool:
    """Empty lines before a request (RFC 9112, 2.2)."""
    return start.form(b"\r", b"\n")


# The name of each, and how to know it. The first that knows the beginning has it.
PREFACES: tuple[tuple[str, Callable[[Probe], bool]], ...] = (
    (PROXY, _proxy_1),
    (PROXY, _proxy_2),
    ("PostgreSQL SSLRequest", _postgresql),
    ("PostgreSQL SSLRequest", _postgresql_answer),
    ("MySQL", _mysql_request),
    ("MySQL", _mysql),
    ("RDP", _rdp),
    ("LDAP StartTLS", _ldap),
    ("SOCKS 5", _socks_5),
    ("SOCKS 5", _socks_5_answer),
    ("SOCKS 4", _socks_4),
    ("SOCKS 4", _socks_4_answer),
    ("text", _blank),
)
