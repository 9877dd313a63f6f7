"""The readers of streams, imported on first use: most captures have few protocols."""

from __future__ import annotations

from typing import TYPE_CHECKING

from overheard.words.layer import Layers

if TYPE_CHECKING:
    from overheard_capture.content.findings import Findings
    from overheard_capture.content.readers import Reader


def tls(findings: Findings, layers: Layers) -> Reader:
    """TLS, in records."""
    from overheard_capture.protocols.tls.record_layer import TlsReader  # noqa: PLC0415

    return TlsReader(findings, layers)


def ssh(findings: Findings, layers: Layers) -> Reader:
    """SSH."""
    from overheard_capture.protocols.ssh.reader import ssh as reader  # noqa: PLC0415

    return reader(findings, layers)


def http1(findings: Findings, layers: Layers) -> Reader:
    """HTTP/1."""
    from overheard_capture.protocols.http1.reader import http1 as reader  # noqa: PLC0415

    return reader(findings, layers)


def http2(findings: Findings, layers: Layers) -> Reader:
    """HTTP/2."""
    from overheard_capture.protocols.http2.reader import http2 as reader  # noqa: PLC0415

    return reader(findings, layers)


def websocket(findings: Findings, layers: Layers) -> Reader:
    """WebSocket."""
    from overheard_capture.protocols.websocket.reader import websocket as reader  # noqa: PLC0415

    return reader(findings, layers)


def telnet(findings: Findings, layers: Layers) -> Reader:
    """Telnet."""
    from overheard_capture.protocols.telnet import telnet as reader  # noqa: PLC0415

    return reader(findings, layers)


def dns(findings: Findings, layers: Layers) -> Reader:
    """DNS over TCP."""
    from overheard_capture.protocols.dns.reader import dns as reader  # noqa: PLC0415

    return reader(findings, layers)


def openvpn(findings: Findings, layers: Layers) -> Reader:
    """OpenVPN over TCP."""
    from overheard_capture.protocols.openvpn.readers import openvpn as reader  # noqa: PLC0415

    return reader(findings, layers)


def clickhouse(findings: Findings, layers: Layers) -> Reader:
    """ClickHouse's native protocol."""
    from overheard_capture.protocols.clickhouse import clickhouse as reader  # noqa: PLC0415

    return reader(findings, layers)


def cassandra(findings: Findings, layers: Layers) -> Reader:
    """Cassandra's native protocol."""
    from overheard_capture.protocols.cassandra import cassandra as reader  # noqa: PLC0415

    return reader(findings, layers)


def postgresql(findings: Findings, layers: Layers) -> Reader:
    """What a PostgreSQL server sends."""
    from overheard_capture.protocols.postgresql import postgresql as reader  # noqa: PLC0415

    return reader(findings, layers)
