"""TCP reassembly, with segments in any order and repeated."""

from __future__ import annotations

import itertools
import subprocess
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from capture.frames import ethernet, ipv4, rewritten, segment, tcp, unwrap
from capture.reassembly.listening import assemble, received
from overheard_capture.captures.reader import read
from overheard_capture.packets import ACK, FIN, RST, SYN, Segment

if TYPE_CHECKING:
    from pathlib import Path

    from capture.recordings import Recordings
    from overheard_capture.reassembly.connection import Connection
    from overheard_capture.reassembly.direction import Direction

# An ISN, the bytes, and the ranges of them that are sent (from, to).
Delivery = tuple[int, bytes, list[tuple[int, int]]]

ISNS = st.one_of(st.integers(0, 2**32 - 1), st.integers(2**32 - 60, 2**32 - 1))


def only(segments: list[Segment]) -> Connection:
    (stream,) = assemble(segments)
    return stream


def handshake(isn: int, *, port: int = 40000) -> list[Segment]:
    """SYN, SYN and ACK, ACK; the server's ISN is 0."""
    return [
        segment(sequence=isn, flags=SYN, port=port),
        segment(sequence=0, acknowledged=(isn + 1) % 2**32, flags=SYN, back=True, port=port),
        segment(sequence=isn + 1, acknowledged=1, port=port),
    ]


def seen(side: Direction) -> list[tuple[int, bytes]]:
    return received(side).runs


@st.composite
def deliveries(draw: st.DrawFn) -> Delivery:
    """An ISN, bytes, and ranges of them (from, to) that cover all, overlap, repeat, and come in any order."""
    data = draw(st.binary(min_size=1, max_size=60))
    cuts = sorted(draw(st.sets(st.integers(1, len(data)), max_size=5)) | {0, len(data)})
    parts = list(itertools.pairwise(cuts))
    places = st.integers(0, len(data))
    again = draw(st.lists(st.tuples(places, places).map(lambda ends: (min(ends), max(ends))), max_size=5))
    return draw(ISNS), data, draw(st.permutations(parts + again))


@given(deliveries())
def test_the_same_bytes_give_the_same_stream_in_any_segmentation(
    delivery: Delivery,
) -> None:
    """Split, out of order, retransmitted, overlapping, and across the wrap of sequence numbers."""
    isn, data, parts = delivery
    segments = handshake(isn)
    segments += [
        segment(data[start:end], sequence=isn + 1 + start, acknowledged=1, number=number)
        for number, (start, end) in enumerate(parts, 4)
    ]
    stream = only(segments)
    assert seen(stream.client) == [(0, data)]
    assert (stream.client.missing, stream.client.conflicts, stream.client.end) == (0, False, len(data))
    assert stream.server.missing == 0
    # And the frame of every byte is right.
    frames = {each.frame: each for each in segments}
    for offset, (number, at) in enumerate(received(stream.client).places):
        brought = frames[number]
        assert brought.payload[at - brought.offset] == data[offset]


@given(deliveries(), st.data())
def test_lost_bytes_are_a_gap(delivery: Delivery, data: st.DataObject) -> None:
    """Except bytes of other segments: exactly those that no segment brought are missing."""
    isn, content, parts = delivery
    kept = [part for part in parts if data.draw(st.booleans())]
    segments = handshake(isn)
    segments += [segment(content[start:end], sequence=isn + 1 + start, acknowledged=1) for start, end in kept]
    # The server acknowledges them all.
    segments.append(segment(sequence=1, acknowledged=(isn + 1 + len(content)) % 2**32, back=True))
    stream = only(segments)
    brought = {at for start, end in kept for at in range(start, end)}
    assert stream.client.missing == len(content) - len(brought)
    assert {at for start, run in seen(stream.client) for at in range(start, start + len(run))} == brought
    for start, run in seen(stream.client):
        assert run == content[start : start + len(run)]


@given(deliveries(), st.data())
def test_two_values_for_a_byte_are_a_conflict(delivery: Delivery, data: st.DataObject) -> None:
    isn, content, parts = delivery
    at = data.draw(st.integers(0, len(content) - 1))
    other = bytes([content[at] ^ data.draw(st.integers(1, 255))])
    segments = [segment(content[start:end], sequence=isn + 1 + start, acknowledged=1) for start, end in parts]
    segments.insert(data.draw(st.integers(0, len(segments))), segment(other, sequence=isn + 1 + at, acknowledged=1))
    stream = only(handshake(isn) + segments)
    assert stream.client.conflicts
    assert not stream.server.conflicts


# ---- gaps


def test_acknowledged_bytes_that_were_not_captured_are_a_gap() -> None:
    """The other side acknowledged them: they crossed the wire, and the recorder missed them."""
    stream = only([*handshake(9), segment(sequence=1, acknowledged=10 + 25, back=True)])
    assert (stream.client.missing, stream.server.missing) == (25, 0)


def test_bytes_cut_off_by_the_snap_length_are_a_gap() -> None:
    stream = only([*handshake(9), segment(b"fluffy", sequence=10, acknowledged=1, length=11)])
    assert stream.client.missing == 5


def test_missing_bytes_before_fin_are_a_gap() -> None:
    stream = only([*handshake(9), segment(sequence=10 + 7, acknowledged=1, flags=FIN)])
    assert stream.client.missing == 7


def test_the_text_of_a_reset_does_not_fill_a_gap() -> None:
    """The bytes of a reset (RFC 9293, 3.5.3) are beyond the end: five lost and five gained are five lost."""
    lost = segment(sequence=1, acknowledged=10 + 5, back=True)
    reset = segment(b"no!!!", sequence=10 + 5, acknowledged=1, flags=RST)
    assert only([*handshake(9), lost, reset]).client.missing == 5
    assert only([*handshake(9), segment(sequence=10, acknowledged=1, flags=RST)]).client.missing == 0


def test_bytes_after_a_false_fin_count() -> None:
    """An early FIN, sent so that the rest is ignored."""
    early = segment(sequence=10, acknowledged=1, flags=FIN)
    rest = segment(sequence=1, acknowledged=10 + 30, back=True)
    assert only([*handshake(9), early, rest]).client.missing == 30


def test_a_stream_midstream_has_no_gap_before_its_first_byte() -> None:
    stream = only(
        [segment(b"tail", sequence=100, acknowledged=50), segment(b"ok", sequence=50, acknowledged=104, back=True)]
    )
    assert (stream.client.missing, stream.server.missing) == (0, 0)
    assert not stream.complete


# ---- from SYN to FIN


def closing(isn: int) -> list[Segment]:
    return [
        segment(sequence=isn + 1, acknowledged=1, flags=FIN),
        segment(sequence=1, acknowledged=isn + 2, flags=FIN, back=True),
        segment(sequence=isn + 2, acknowledged=2),
    ]


def test_a_stream_from_syn_to_fin_on_both_sides_is_complete() -> None:
    """FIN takes a sequence number that is no byte."""
    stream = only([*handshake(9), *closing(9)])
    assert stream.complete
    assert (stream.client.missing, stream.server.missing, stream.client.end) == (0, 0, 0)


def test_a_reset_completes_it_too() -> None:
    assert only([*handshake(9), segment(sequence=10, flags=RST)]).complete


@pytest.mark.parametrize("without", range(4))
def test_without_one_of_its_ends_it_is_incomplete(without: int) -> None:
    whole = [*handshake(9)[:2], *closing(9)[:2]]
    assert only(whole).complete
    assert not any(stream.complete for stream in assemble(whole[:without] + whole[without + 1 :]))


def test_the_sender_of_syn_ack_is_the_server_even_without_syn() -> None:
    stream = only(handshake(9)[1:])
    assert (stream.client.source.port, stream.server.source.port) == (40000, 5683)


# ---- assignment to streams


def test_a_reused_pair_of_ports_is_another_stream() -> None:
    again = [*handshake(5000), segment(b"tail", sequence=5001, acknowledged=1)]
    streams = assemble([*handshake(9), segment(b"fluffy", sequence=10, acknowledged=1), *closing(15), *again])
    assert [seen(stream.client) for stream in streams] == [[(0, b"fluffy")], [(0, b"tail")]]


def test_a_retransmitted_syn_is_not() -> None:
    assert len(assemble([handshake(9)[0], *handshake(9), segment(b"x", sequence=10, acknowledged=1)])) == 1


def test_streams_are_numbered_in_the_order_of_their_first_frames() -> None:
    streams = assemble(
        [*handshake(9, port=1), *handshake(9, port=2), segment(b"x", sequence=10, acknowledged=1, port=1)]
    )
    assert [(stream.number, stream.client.source.port) for stream in streams] == [(0, 1), (1, 2)]


def numbers_of_tshark(path: Path) -> list[int]:
    command = ["tshark", "-r", str(path), "-n", "-Y", "tcp", "-T", "fields", "-e", "tcp.stream"]
    return [int(line) for line in subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()]


def numbers_of_ours(path: Path) -> list[int]:
    packets = [unwrap(frame) for frame in read(path).frames]
    segments = [packet for packet in packets if isinstance(packet, Segment)]
    return [len(assemble(segments[: at + 1])) - 1 for at in range(len(segments))]


@pytest.mark.parametrize("name", ["http", "https", "untrusted", "late", "flooded"])
def test_stream_numbers_are_those_of_tshark(recordings: Recordings, name: str) -> None:
    path = recordings.path(name)
    packets = [unwrap(frame) for frame in read(path).frames]
    streams = assemble(packet for packet in packets if isinstance(packet, Segment))
    ends: dict[frozenset[int], int] = {}
    for stream in streams:
        ends.setdefault(frozenset((stream.client.source.port, stream.client.target.port)), stream.number)
    mine = [
        ends[frozenset((packet.source.port, packet.target.port))] for packet in packets if isinstance(packet, Segment)
    ]
    assert mine == numbers_of_tshark(path)


@pytest.mark.parametrize(
    ("between", "isn"),
    [
        pytest.param([tcp(sequence=10, flags=RST | ACK)], 5000, id="after a reset"),
        pytest.param([tcp(sequence=10, flags=FIN | ACK)], 5000, id="after a FIN"),
        pytest.param([], 5000, id="after silence"),
        pytest.param([], 9, id="a retransmitted SYN"),
    ],
)
def test_a_reused_pair_of_ports_is_numbered_as_by_tshark(tmp_path: Path, between: list[bytes], isn: int) -> None:
    def opened(isn: int) -> list[bytes]:
        return [tcp(sequence=isn, flags=SYN), tcp(sequence=isn + 1, acknowledged=1)]

    packets = [*opened(9), *between, *opened(isn), tcp(b"x", sequence=isn + 1, acknowledged=1)]
    path = rewritten(tmp_path / "again.pcapng", [ethernet(ipv4(packet)) for packet in packets])
    assert numbers_of_ours(path) == numbers_of_tshark(path)
