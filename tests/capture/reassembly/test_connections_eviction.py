"""Which connection makes room when the table is full."""

from __future__ import annotations

import pytest

from capture.frames import segment
from overheard_capture.packets import ACK, FIN, SYN
from overheard_capture.reassembly import connections
from overheard_capture.reassembly.connection import Connection, counted_only
from overheard_capture.reassembly.connections import ConnectionTable


@pytest.fixture
def retired() -> list[Connection]:
    return []


@pytest.fixture
def table(monkeypatch: pytest.MonkeyPatch, retired: list[Connection]) -> ConnectionTable:
    """A table of ten connections, in which those that ended linger while two are opened."""
    monkeypatch.setattr(connections, "_MAX_CONNECTIONS", 10)
    monkeypatch.setattr(connections, "_LINGER", 2)
    return ConnectionTable(counted_only, retired.append)


def opened(table: ConnectionTable, *ports: int) -> None:
    for port in ports:
        table.add(segment(sequence=0, flags=SYN, port=port), 0.0)


def ended(table: ConnectionTable, port: int) -> None:
    opened(table, port)
    table.add(segment(sequence=0, acknowledged=1, flags=SYN | ACK, back=True, port=port), 0.0)
    table.add(segment(sequence=1, acknowledged=1, flags=FIN | ACK, port=port), 0.0)
    table.add(segment(sequence=1, acknowledged=2, flags=FIN | ACK, back=True, port=port), 0.0)
    table.add(segment(sequence=2, acknowledged=2, flags=ACK, port=port), 0.0)


def ports_of(retired: list[Connection]) -> list[int]:
    return [connection.client.source.port for connection in retired]


def test_the_least_recently_active_of_open_connections_is_evicted(
    table: ConnectionTable, retired: list[Connection]
) -> None:
    opened(table, *range(1, 11), 1, 11, 12)
    assert ports_of(retired) == [2, 3]
    assert all(connection.evicted for connection in retired)


def test_one_that_has_ended_is_evicted_before_them(table: ConnectionTable, retired: list[Connection]) -> None:
    opened(table, *range(1, 5))
    ended(table, 5)
    opened(table, *range(6, 12))
    assert ports_of(retired) == [5]
    assert not retired[0].evicted
    opened(table, 12)
    assert ports_of(retired) == [5, 1]


def test_one_that_has_just_ended_is_kept_as_segments_may_be_late(
    table: ConnectionTable, retired: list[Connection]
) -> None:
    opened(table, *range(1, 10))
    ended(table, 10)
    opened(table, 11, 12, 13)
    assert ports_of(retired) == [1, 2, 10]
