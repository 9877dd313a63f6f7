"""IP fragments: reassembled in any order; missing ones are reported."""

from __future__ import annotations

import itertools
import struct
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from capture.frames import RAW, ethernet, frame, ipv4, ipv6, tcp, udp
from capture.wrappings import gre, over_udp, vxlan
from overheard_capture.packets import Datagram, Dissector, Fragment, Packet, Segment, payload_origin

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

PAYLOAD = bytes(range(256)) * 8
DATAGRAM = udp(PAYLOAD)


def parts_4(
    data: bytes, cuts: Sequence[int], protocol: int = 17, identification: int = 7, mtu_free: int = 0
) -> list[bytes]:
    """IPv4 packets with the fragments of `data`, split at these multiples of 8."""
    borders = [0, *(8 * cut for cut in cuts), len(data)]
    made = []
    for start, end in itertools.pairwise(borders):
        fragment = (start + mtu_free) // 8 | (0x2000 if end < len(data) else 0)
        made.append(ipv4(data[start:end], protocol, fragment=fragment, identification=identification))
    return made


def parts_6(data: bytes, cuts: Sequence[int], protocol: int = 17) -> list[bytes]:
    """The same for IPv6."""
    borders = [0, *(8 * cut for cut in cuts), len(data)]
    return [
        ipv6(struct.pack(">BxHI", protocol, start | (end < len(data)), 9) + data[start:end], 44)
        for start, end in itertools.pairwise(borders)
    ]


def dissected(frames: Iterable[bytes], link_type: int = RAW, dissector: Dissector | None = None) -> list[Packet]:
    dissector = dissector or Dissector()
    numbered = enumerate(frames, start=1)
    return [packet for number, data in numbered for packet in dissector.packets(frame(data, link_type, number=number))]


def whole(packets: Iterable[Packet]) -> list[Datagram | Segment]:
    return [packet for packet in packets if isinstance(packet, Datagram | Segment)]


@given(
    cuts=st.sets(st.integers(1, len(DATAGRAM) // 8 - 1), min_size=1, max_size=12).map(sorted),
    version=st.sampled_from([parts_4, parts_6]),
    data=st.data(),
)
def test_fragments_in_any_order_give_the_same_datagram(cuts: list[int], version: object, data: st.DataObject) -> None:
    """Some of them perhaps duplicated; every byte has the frame that it came in."""
    made = version(DATAGRAM, cuts)  # type: ignore[operator]
    frames = data.draw(st.permutations([*made, *data.draw(st.lists(st.sampled_from(made), max_size=4))]))
    dissector = Dissector()
    packets = dissected(frames, dissector=dissector)
    (datagram,) = whole(packets)
    assert isinstance(datagram, Datagram)
    assert (datagram.payload, datagram.source.port) == (PAYLOAD, 5000)
    assert [packet for packet in packets if packet != datagram] == [
        Fragment(number) for number in range(1, len(frames) + 1) if number != datagram.frame
    ]
    origin = payload_origin(datagram)
    for start, end in origin.split_at_frames(0, len(PAYLOAD)):
        place = origin.place(start, end - start)
        assert frames[place.frame - 1][place.offset :][: end - start] == PAYLOAD[start:end]
    assert (dissector.pending, dissector.discarded, dissector.conflicting) == (0, 0, 0)


def test_a_segment_may_be_fragmented_within_its_header() -> None:
    (segment,) = whole(dissected(parts_4(tcp(PAYLOAD, sequence=5), [1, 2, 9], 6)))
    assert isinstance(segment, Segment)
    assert (segment.payload, segment.length, segment.sequence) == (PAYLOAD, len(PAYLOAD), 5)
    assert [part.frame for part in segment.spans] == [3, 4]


def test_tunnels_may_be_fragmented_and_carry_fragments() -> None:
    """Fragments of a tunnel inside fragments: every frame has a fragment of a fragment."""
    inner = [ipv4(gre(part), 47) for part in parts_4(DATAGRAM, [100])]
    outer = [each for number, part in enumerate(inner) for each in parts_4(part[20:], [60], 47, number)]
    (datagram,) = whole(dissected(outer))
    assert datagram.payload == PAYLOAD
    origin = payload_origin(datagram)
    assert origin.place(0, len(PAYLOAD)).frames == (1, 2, 3, 4)
    for start, end in origin.split_at_frames(0, len(PAYLOAD)):
        place = origin.place(start, end - start)
        assert outer[place.frame - 1][place.offset :][: end - start] == PAYLOAD[start:end]


def test_fragments_inside_vxlan_are_reassembled() -> None:
    frames = [over_udp(vxlan(b"\x02" * 12 + ethernet(part)[12:]), 4789) for part in parts_4(DATAGRAM, [9, 99])]
    (datagram,) = whole(dissected(frames, 1))
    assert datagram.payload == PAYLOAD


def test_an_atomic_fragment_waits_for_nothing() -> None:
    """RFC 6946."""
    (datagram,) = whole(dissected(parts_6(DATAGRAM, [])))
    assert (datagram.payload, datagram.spans) == (PAYLOAD, ())


def test_fragments_of_several_packets_are_not_mixed() -> None:
    first, second = udp(b"a" * 100), udp(b"b" * 100)
    frames = itertools.chain(
        *zip(parts_4(first, [5], identification=1), parts_4(second, [5], identification=2), strict=True)
    )
    assert [packet.payload for packet in whole(dissected(frames))] == [b"a" * 100, b"b" * 100]


@pytest.mark.parametrize("lacks", [0, 1, 2])
@pytest.mark.parametrize("version", [parts_4, parts_6])
def test_a_missing_fragment_leaves_the_others_waiting(version: object, lacks: int) -> None:
    made = version(DATAGRAM, [50, 100])  # type: ignore[operator]
    dissector = Dissector()
    del made[lacks]
    assert dissected(made, dissector=dissector) == [Fragment(1), Fragment(2)]
    assert (dissector.pending, dissector.discarded) == (1, 0)


def test_a_truncated_fragment_completes_nothing() -> None:
    first, last = parts_4(DATAGRAM, [100])
    for frames in ([first, last[:-9]], [first[:-9], last]):
        dissector = Dissector()
        assert dissected(frames, dissector=dissector) == [Fragment(1), Fragment(2)]
        assert dissector.pending == 1


def test_overlapping_fragments_that_agree_are_no_conflict() -> None:
    data = DATAGRAM
    first = ipv4(data[:160], 17, fragment=0x2000)
    last = ipv4(data[80:], 17, fragment=10)
    for frames in ([first, last], [last, first]):
        dissector = Dissector()
        (datagram,) = whole(dissected(frames, dissector=dissector))
        assert (datagram.payload, dissector.conflicting) == (PAYLOAD, 0)


@pytest.mark.parametrize(
    "frames",
    [
        pytest.param(
            [ipv4(DATAGRAM[:160], 17, fragment=0x2000), ipv4(b"x" + DATAGRAM[81:], 17, fragment=10)], id="bytes"
        ),
        pytest.param(
            [ipv4(b"x" * 80, 17, fragment=0x2000), *parts_4(DATAGRAM, [10], identification=0)], id="the first"
        ),
        pytest.param([ipv4(DATAGRAM[160:], 17, fragment=20), ipv4(DATAGRAM[160:-8], 17, fragment=20)], id="the end"),
        pytest.param([ipv4(b"end", 17, fragment=1), ipv4(DATAGRAM[160:200], 17, fragment=0x2014)], id="after the end"),
    ],
)
def test_fragments_that_disagree_are_a_conflict(frames: list[bytes]) -> None:
    """The receiver may have taken either: it cannot be known what it read."""
    dissector = Dissector()
    dissected(frames, dissector=dissector)
    assert dissector.conflicting == 1


def test_incomplete_packets_time_out() -> None:
    """An identification is reused: what is left of the older packet is not part of the newer one."""
    first, last = parts_4(DATAGRAM, [100])
    dissector = Dissector()
    dissector.packets(frame(ipv4(b"x" * 80, 17, fragment=0x2000, identification=7), RAW)._replace(time=0.0))
    dissector.packets(frame(first, RAW)._replace(time=100.0))
    (datagram,) = dissector.packets(frame(last, RAW)._replace(time=100.0))
    assert isinstance(datagram, Datagram)
    assert datagram.payload == PAYLOAD
    assert (dissector.pending, dissector.discarded, dissector.conflicting) == (0, 1, 0)


def test_a_flood_of_fragments_is_bounded() -> None:
    dissector = Dissector()
    flood = (ipv4(b"x" * 80, 17, fragment=0x2000, identification=number % 65536) for number in range(3000))
    dissected(flood, dissector=dissector)
    assert (dissector.pending, dissector.discarded) == (1000, 2000)
    dissector = Dissector()
    huge = (ipv4(bytes(60_000), 17, fragment=0x2000, identification=number) for number in range(400))
    dissected(huge, dissector=dissector)
    assert dissector.pending < 300
    assert dissector.pending + dissector.discarded == 400


@given(st.lists(st.tuples(st.integers(0, 12), st.booleans(), st.binary(max_size=40)), max_size=12))
def test_arbitrary_fragments_raise_nothing(parts: list[tuple[int, bool, bytes]]) -> None:
    dissector = Dissector()
    for number, (start, more, data) in enumerate(parts, start=1):
        packet = ipv4(data, 17, fragment=start | (0x2000 if more else 0))
        for each in dissector.packets(frame(packet, RAW, number=number)):
            assert each.frame == number
            if isinstance(each, Datagram) and each.spans:
                spans = payload_origin(each)
                assert all(place[1] <= len(each.payload) for place in spans.split_at_frames(0, len(each.payload)))
