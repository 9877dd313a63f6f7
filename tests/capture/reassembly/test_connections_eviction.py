"""Which connection makes room when the table is full."""

from __future__ import annotations

import pytest

from capture.frames import segment
from overheard_capture.packets import ACK, FIN, SYN, Endpoint
from overheard_capture.reassembly import connections
from overheard_capture.reassembly.connection import Connection, counted_only
from overheard_capture.reassembly.connections import ConnectionTable


@pytest.fixture
def retired() -> list[Connection]:
    return []


@pytest.fixture
def table(monkeypatch: pytest.MonkeyPatch, retired: list[Connection]) -> ConnectionTable:
    """A table of ten connections, in the oldest four of which those that have ended are looked for."""
    monkeypatch.setattr(connections, "_MAX_CONNECTIONS", 10)
    monkeypatch.setattr(connections, "_OLDEST", 4)
    monkeypatch.setattr(connections, "_PAUSE", 2)
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


def test_those_that_have_ended_are_evicted_before_them(table: ConnectionTable, retired: list[Connection]) -> None:
    opened(table, 1)
    ended(table, 2)
    opened(table, 3)
    ended(table, 4)
    opened(table, *range(5, 12))
    assert ports_of(retired) == [2, 4]
    assert not any(connection.evicted for connection in retired)


def test_one_that_has_ended_lately_is_kept_as_segments_may_be_late(
    table: ConnectionTable, retired: list[Connection]
) -> None:
    opened(table, *range(1, 10))
    ended(table, 10)
    opened(table, 11, 12, 13)
    assert ports_of(retired) == [1, 2, 3]


def test_after_one_look_in_vain_there_is_a_pause(table: ConnectionTable, retired: list[Connection]) -> None:
    """Otherwise a scan of ports costs 2,000 looks a port."""
    opened(table, 1, 2)
    ended(table, 3)
    opened(table, *range(4, 11))
    table.between(*ends_of(3)).finished = False  # type: ignore[union-attr]
    opened(table, 11)
    table.between(*ends_of(3)).finished = True  # type: ignore[union-attr]
    opened(table, 12)
    assert ports_of(retired) == [1, 2]
    opened(table, 13)
    assert ports_of(retired) == [1, 2, 3]


def ends_of(port: int) -> tuple[Endpoint, Endpoint]:
    syn = segment(sequence=0, flags=SYN, port=port)
    return syn.source, syn.target
