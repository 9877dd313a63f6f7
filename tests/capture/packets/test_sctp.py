"""SCTP: whole messages, chunks in any order, duplicated, interleaved; and missing chunks are reported."""

from __future__ import annotations

import struct
import subprocess
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from capture.frames import RAW, frame, ipv4, unwrap
from overheard_capture.captures.reader import read
from overheard_capture.packets import Control, Dissector, Fragment, Other, Packet, SctpMessage, payload_origin

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

PAYLOAD = b"the squirrel meets the other squirrel at midnight under the old oak"
MIDDLE, LAST, FIRST, WHOLE = range(4)


def chunk(kind: int, flags: int, body: bytes) -> bytes:
    return struct.pack(">BBH", kind, flags, 4 + len(body)) + body + bytes(-len(body) % 4)


def data(payload: bytes, number: int, flags: int = WHOLE, stream: int = 1, protocol: int = 51) -> bytes:
    """RFC 9260, 3.3.1."""
    return chunk(0, flags, struct.pack(">IHHI", number % 2**32, stream, 0, protocol) + payload)


def interleaved(payload: bytes, number: int, flags: int, message: int, place: int) -> bytes:
    """RFC 8260, 2.1."""
    return chunk(64, flags, struct.pack(">IHHII", number, 1, 0, message, 51 if flags & 2 else place) + payload)


def sctp(*chunks: bytes, tag: int = 5) -> bytes:
    return ipv4(struct.pack(">HHII", 36412, 36413, tag, 0) + b"".join(chunks), 132)


def dissected(frames: Iterable[bytes], dissector: Dissector) -> list[Packet]:
    numbered = enumerate(frames, start=1)
    return [packet for number, each in numbered for packet in dissector.packets(frame(each, RAW, number=number))]


def cut(first: int, size: int = 10) -> list[bytes]:
    """The message in packets of a chunk each; `first` is the TSN of the first."""
    pieces = [PAYLOAD[at : at + size] for at in range(0, len(PAYLOAD), size)]
    flags = [FIRST, *[MIDDLE] * (len(pieces) - 2), LAST]
    return [
        sctp(data(piece, first + place, flag)) for place, (piece, flag) in enumerate(zip(pieces, flags, strict=True))
    ]


def test_a_message_is_found() -> None:
    whole = sctp(data(PAYLOAD, 1))
    packet = unwrap(frame(whole, RAW, number=4))
    assert isinstance(packet, SctpMessage)
    assert (packet.payload, packet.frame, packet.stream, packet.protocol, packet.spans) == (PAYLOAD, 4, 1, 51, ())
    assert (packet.source.port, packet.target.port) == (36412, 36413)
    assert whole[packet.offset :][: len(PAYLOAD)] == PAYLOAD
    assert payload_origin(packet).place(0, 9) == (4, packet.offset, 9, (4,))


def test_several_messages_in_a_frame_are_all_found() -> None:
    packets = Dissector().packets(frame(sctp(chunk(3, 0, bytes(12)), data(b"one", 1), data(b"two", 2)), RAW))
    assert [packet.payload for packet in packets if isinstance(packet, SctpMessage)] == [b"one", b"two"]
    assert len(packets) == 2


@given(
    first=st.sampled_from([1, 2**32 - 3]),
    order=st.permutations(range(7)),
    again=st.lists(st.integers(0, 6), max_size=4),
)
def test_chunks_in_any_order_give_the_same_message(first: int, order: list[int], again: list[int]) -> None:
    """Also across the wrap of TSNs, with some retransmitted."""
    made = cut(first)
    frames = [made[place] for place in (*order, *again)]
    dissector = Dissector()
    packets = dissected(frames, dissector)
    (message,) = (packet for packet in packets if isinstance(packet, SctpMessage))
    assert message.payload == PAYLOAD
    assert {type(packet) for packet in packets} == {SctpMessage, Fragment}
    for start, end in payload_origin(message).split_at_frames(0, len(PAYLOAD)):
        place = payload_origin(message).place(start, end - start)
        assert frames[place.frame - 1][place.offset :][: end - start] == PAYLOAD[start:end]
    assert (dissector.pending, dissector.discarded, dissector.conflicting) == (0, 0, 0)


def test_consecutive_messages_are_not_mixed() -> None:
    """Neither if the boundary is inside a packet, nor if they arrive backwards."""
    one = [data(b"one-", 1, FIRST), data(b"of two", 2, LAST)]
    two = [data(b"and ", 3, FIRST), data(b"the other", 4, LAST)]
    for chunks in ([*one, *two], [*reversed([*one, *two])]):
        packets = dissected([sctp(*chunks)], Dissector())
        assert {packet.payload for packet in packets if isinstance(packet, SctpMessage)} == {
            b"one-of two",
            b"and the other",
        }


def test_interleaved_messages_are_separated() -> None:
    frames = [
        sctp(interleaved(b"one-", 1, FIRST, 1, 0)),
        sctp(interleaved(b"and ", 2, FIRST, 2, 0)),
        sctp(interleaved(b"of two", 3, LAST, 1, 1)),
        sctp(interleaved(b"the other", 4, LAST, 2, 1)),
    ]
    packets = dissected(frames, Dissector())
    assert [packet.payload for packet in packets if isinstance(packet, SctpMessage)] == [
        b"one-of two",
        b"and the other",
    ]


@pytest.mark.parametrize("lacks", range(7))
def test_a_missing_chunk_leaves_the_others_waiting(lacks: int) -> None:
    frames, dissector = cut(1), Dissector()
    del frames[lacks]
    assert {type(packet) for packet in dissected(frames, dissector)} == {Fragment}
    assert dissector.pending == 1


def test_a_chunk_retransmitted_with_other_bytes_is_a_conflict() -> None:
    dissector = Dissector()
    dissected([sctp(data(b"fluffy", 1, FIRST)), sctp(data(b"bushy!", 1, FIRST))], dissector)
    assert dissector.conflicting == 1


def test_a_truncated_chunk_gives_no_message() -> None:
    dissector = Dissector()
    first, last = sctp(data(b"first", 1, FIRST)), sctp(data(b"last one", 2, LAST))
    assert dissected([first, last[:-3]], dissector) == [Fragment(1), Fragment(2)]
    assert dissector.pending == 1


def test_control_chunks_are_control_traffic() -> None:
    assert unwrap(frame(sctp(chunk(1, 0, bytes(16))), RAW)) == Control(1)
    assert unwrap(frame(sctp(chunk(3, 0, bytes(12)), chunk(4, 0, bytes(8))), RAW)) == Control(1)


@pytest.mark.parametrize("odd", [chunk(77, 0, b"whatever"), b"\0\0\0\x03", chunk(0, 3, b"short")])
def test_unknown_chunks_are_other(odd: bytes) -> None:
    assert isinstance(unwrap(frame(sctp(odd), RAW)), Other)


@pytest.mark.parametrize("length", [4, 8, 11])
def test_a_packet_shorter_than_its_header_is_other(length: int) -> None:
    assert isinstance(unwrap(frame(ipv4(b"correct horse"[:length], 132), RAW)), Other)


@pytest.mark.slow
def test_a_flood_of_chunks_is_bounded() -> None:
    dissector = Dissector()
    dissected((sctp(data(b"x", 3 * number, FIRST)) for number in range(50_000)), dissector)
    assert dissector.discarded > 0
    dissector = Dissector()
    dissected((sctp(data(b"x", 1, FIRST), tag=number) for number in range(3000)), dissector)
    assert (dissector.pending, dissector.discarded) == (1000, 2000)


def test_a_long_association_does_not_exhaust_the_limit() -> None:
    """One chunk is lost for good; what arrived after it does not count against the limit."""
    dissector = Dissector()
    dissected([sctp(data(b"lost", 2**31, FIRST))], dissector)
    frames = (
        each for number in range(3000) for each in (data(bytes(9000), 2 * number, 2), data(b"", 2 * number + 1, 1))
    )
    assert sum(isinstance(packet, SctpMessage) for packet in dissected(map(sctp, frames), dissector)) == 3000
    assert (dissector.pending, dissector.discarded) == (1, 0)


def test_packets_of_text2pcap_are_read(tmp_path: Path) -> None:
    text, path = tmp_path / "text", tmp_path / "made.pcapng"
    text.write_text("0000 " + PAYLOAD[:48].hex(" ") + "\n")
    subprocess.run(["text2pcap", "-q", "-S", "1000,2000,51", text, path], check=True, capture_output=True)
    packets = [unwrap(each) for each in read(path).frames]
    assert [(each.payload, each.source.port, each.protocol) for each in packets if isinstance(each, SctpMessage)] == [
        (PAYLOAD[:48], 1000, 51)
    ]


@given(st.lists(st.tuples(st.sampled_from([0, 64, 3, 99]), st.integers(0, 7), st.binary(max_size=24)), max_size=8))
def test_arbitrary_chunks_raise_nothing(chunks: list[tuple[int, int, bytes]]) -> None:
    for packet in Dissector().packets(frame(sctp(*(chunk(*each) for each in chunks)), RAW, number=2)):
        assert packet.frame == 2
