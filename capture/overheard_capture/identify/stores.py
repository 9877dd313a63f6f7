"""How protocols of databases that may compress their messages are identified."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from overheard_capture.identify.probe import Probe

# The operation codes of Cassandra (`native_protocol_v5.spec`, 2.4).
_READY, _AUTHENTICATE, _OPTIONS, _SUPPORTED = 2, 3, 5, 6
# How PostgreSQL asks to authenticate (protocol 3.0, 55.7).
_AUTHENTICATIONS = b"\0\2\3\5\7\x08\x09\x0a"


def is_clickhouse(probe: Probe) -> bool:
    """The greeting of either side: its kind, 0, and its name after its length."""
    return probe.match_bytes(b"\0", bytes(range(10, 64))) and probe.match_literal(b"ClickHouse")


def is_cassandra(probe: Probe) -> bool:
    """OPTIONS, STARTUP, or an answer to these, in version 3 to 5, and not compressed."""
    if not probe.match_bytes(b"\3\4\5\x83\x84\x85", b"\0", None, None, b"\1\2\3\5\6", b"\0", b"\0"):
        return False
    opcode, length = probe.data[4], probe.number(2)
    if opcode in {_READY, _OPTIONS}:
        return not length
    if bool(probe.data[0] >> 7) != (opcode in {_AUTHENTICATE, _SUPPORTED}):
        return False
    return probe.skip(length) and (opcode == _AUTHENTICATE or b"CQL_VERSION" in probe.data[: probe.at])


def is_postgresql(probe: Probe) -> bool:
    """The server's first message: a request to authenticate, or that this is not needed."""
    return probe.match_bytes(b"R", b"\0", b"\0", b"\0", bytes(range(8, 64)), b"\0", b"\0", b"\0", _AUTHENTICATIONS)
