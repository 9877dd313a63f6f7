"""TLS with gaps, and long streams of records."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from capture.protocols.tls.conversations import FINISHED, agreed
from capture.talk import CHANGE_CIPHER_SPEC, HELLOS, UNKNOWN_CA, ReplayResult, data, record, replay
from overheard_capture.content.findings import Conversation, Findings
from overheard_capture.identify.byte_streams import READERS
from overheard_capture.protocols.tls.direction_state import tls_of
from overheard_capture.protocols.tls.record_layer import TlsReader
from overheard_capture.protocols.tls.records import skip_records
from overheard_capture.provenance.origin import Origin

if TYPE_CHECKING:
    from collections.abc import Callable


def test_a_gap_inside_a_record_does_not_lose_synchronisation() -> None:
    body = data(300)
    transcript = [*agreed(), (">", body[:50]), (">", body[50:200]), (">", body[200:] + data(40)), ("<", data(40))]
    result = replay(transcript, lost=[3])
    assert not result.protected
    assert len(result.problems) == 1
    assert result.problems[0].startswith("TLS with bytes missing at byte")
    side = tls_of(result.client)
    assert side
    assert [each.length for each in side.data.first] == [300, 40]


def test_a_gap_over_a_record_header_loses_synchronisation() -> None:
    body = data(300, 300)
    transcript = [*agreed(), (">", body[:50]), (">", body[50:400]), (">", body[400:]), ("<", data(40))]
    result = replay(transcript, lost=[3])
    assert not result.protected
    assert result.client.read["opaque"] == len(body) - 400
    assert result.unread == {"TLS with bytes missing"}


@given(st.integers(0, 200), st.integers(1, 400))
def test_a_gap_anywhere_is_not_protected(start: int, length: int) -> None:
    sent = agreed()[0][1] + data(100, 100)
    parts = [(">", sent[:start]), (">", sent[start : start + length]), (">", sent[start + length :]), agreed()[1]]
    result = replay([part for part in parts if part[1]], lost=[bool(start)])
    assert not result.protected
    assert result.unread


def test_many_records_are_counted_as_if_one_by_one() -> None:
    lengths = [*range(24, 150), *[16401] * 30, 25]
    sent = data(*lengths)
    whole = replay([*agreed(), (">", sent)])
    pieces = replay([*agreed(), (">", sent)], cuts=range(0, len(sent), 1449))
    assert whole.outcome == pieces.outcome
    assert whole.protected
    side = tls_of(whole.client)
    assert side
    found = side.data
    assert (found.record_count, found.payload_bytes(0), found.last and found.last.length) == (
        len(lengths),
        sum(lengths),
        25,
    )
    assert found.payload_bytes(24) == sum(max(length - 24, 0) for length in lengths)


@pytest.mark.parametrize(
    ("sent", "expected"),
    [
        (data(5, 6, 7), (26 + 7, 3, 18, 7)),
        (data(5) + data(6)[:-1], (10, 1, 5, 5)),
        (data(5) + UNKNOWN_CA, (10, 1, 5, 5)),
        (data(5) + record(23, b"x", b"\3\1"), (10, 1, 5, 5)),
        (b"\x17\3", (0, 0, 0, 0)),
        (UNKNOWN_CA, (0, 0, 0, 0)),
        (b"", (0, 0, 0, 0)),
    ],
)
def test_skipping_stops_where_something_else_begins(sent: bytes, expected: tuple[int, int, int, int]) -> None:
    assert skip_records(sent, 0, len(sent))[:4] == expected


def long_side(size: int, total: int) -> Callable[[], ReplayResult]:
    """A reader of many records of one size."""
    block = data(size) * ((1 << 20) // (size + 5) + 1)
    findings = Findings(replay([]).client.search, READERS, conversation=Conversation())
    reader = TlsReader(findings, ())
    hello = HELLOS[0][1] + CHANGE_CIPHER_SPEC + FINISHED
    reader.feed(hello, Origin.of_frame(1, 54, len(hello)))
    origin = Origin.of_frame(2, 54, len(block))

    def read() -> ReplayResult:
        for _ in range(total // len(block)):
            reader.feed(block, origin)
        reader.close()
        return ReplayResult(findings, findings)

    return read


@pytest.mark.slow
def test_long_records_take_negligible_time() -> None:
    """200 MB in records of 16 KB take two seconds; much more is allowed, as other processes run meanwhile."""
    read = long_side(16401, 200_000_000)
    began = time.process_time()
    result = read()
    assert time.process_time() - began < 20
    assert result.client.read["TLS application data"] > 190_000_000
