"""WebSocket by its libraries."""

from __future__ import annotations

import gzip
import itertools
import zlib

from hypothesis import given
from hypothesis import strategies as st
from websockets.extensions.permessage_deflate import PerMessageDeflate
from websockets.frames import Close, CloseCode, Frame, Opcode

from capture.played import VALUE, outcome, played, seen, sightings
from capture.protocols.websocket.frames import frames
from overheard_capture.content.findings import Reason
from overheard_capture.protocols.websocket.masking import unmasked
from overheard_capture.protocols.websocket.reader import websocket
from overheard_capture.protocols.websocket.resync import find_frames

COMPRESSED = ("WebSocket", "permessage-deflate")
TEXT, BINARY, PING, CONT = Opcode.TEXT, Opcode.BINARY, Opcode.PING, Opcode.CONT


def deflate(*, takeover: bool = True) -> PerMessageDeflate:
    return PerMessageDeflate(not takeover, not takeover, 15, 15)


def test_a_mask_is_removed() -> None:
    data = frames(Frame(TEXT, b"it is " + VALUE), mask=True)
    findings = played(websocket, data)
    (found,) = findings.sightings
    assert found.layers == ("WebSocket",)
    assert (found.place.frame, found.place.offset, found.place.length) == (1, 54 + 6 + 6, len(VALUE))
    assert found.matched == VALUE
    assert findings.read == {"WebSocket": len(data)}
    assert list(findings.kinds) == ["WebSocket"]
    assert not findings.unread


def test_unmasked_content_is_not_reported_twice() -> None:
    assert seen(played(websocket, frames(Frame(TEXT, VALUE)))) == {()}


def test_fragmented_messages_are_joined_across_a_ping() -> None:
    for mask in (True, False):
        data = frames(Frame(TEXT, VALUE[:5], fin=False), Frame(PING, b"1234"), Frame(CONT, VALUE[5:]), mask=mask)
        findings = played(websocket, data)
        assert seen(findings) == {("WebSocket",)}
        assert not findings.unread


def test_one_key_per_message() -> None:
    """A terminal in a browser sends each key as a message."""
    for mask in (True, False):
        data = frames(*(Frame(TEXT, bytes([key])) for key in VALUE), mask=mask)
        assert ("WebSocket",) in seen(played(websocket, data))


def test_long_messages() -> None:
    for length in (125, 126, 127, 65535, 65536, 200_000):
        data = frames(Frame(BINARY, b"x" * (length - len(VALUE)) + VALUE), mask=True)
        findings = played(websocket, data, range(0, len(data), 50_001))
        assert [found.position for found in findings.sightings] == [length - len(VALUE)]


def test_control_frames_are_searched() -> None:
    data = frames(
        Frame(PING, VALUE), Frame(Opcode.CLOSE, Close(CloseCode.NORMAL_CLOSURE, VALUE.decode()).serialize()), mask=True
    )
    findings = played(websocket, data)
    assert len(findings.sightings) == 2
    assert seen(findings) == {("WebSocket",)}


def test_compressed_messages_are_decompressed_with_and_without_context_takeover() -> None:
    for mask, takeover in itertools.product((True, False), repeat=2):
        messages = [Frame(TEXT, b"message %d: it is %b" % (number, VALUE)) for number in range(3)]
        data = frames(*messages, mask=mask, extension=deflate(takeover=takeover))
        findings = played(websocket, data)
        assert len([found for found in findings.sightings if found.layers == COMPRESSED]) == 3
        assert not findings.unread
        assert findings.read == {"WebSocket": len(data)}


def test_fragmented_compressed_messages() -> None:
    parts = [Frame(TEXT, VALUE[:5], fin=False), Frame(CONT, VALUE[5:9], fin=False), Frame(CONT, VALUE[9:])]
    findings = played(websocket, frames(*parts, mask=True, extension=deflate()))
    assert COMPRESSED in seen(findings)
    assert not findings.unread


def test_a_block_marked_as_final_does_not_end_the_message() -> None:
    """A sender may mark the last block of each message as final (RFC 7692, 7.2.3.4)."""
    payload = b""
    for _ in range(2):
        compressor = zlib.compressobj(wbits=-15)
        body = compressor.compress(b"it is " + VALUE) + compressor.flush() + b"\0"
        payload += bytes([0xC1, len(body)]) + body
    findings = played(websocket, payload)
    assert len([found for found in findings.sightings if found.layers == COMPRESSED]) == 2
    assert not findings.unread


def test_new_content_is_read_after_a_lost_compressed_message() -> None:
    extension = deflate()
    first = frames(Frame(TEXT, b"something to refer to " * 3), mask=True, extension=extension)
    second = frames(Frame(TEXT, b"something to refer to, and " + VALUE), mask=True, extension=extension)
    findings = played(websocket, first + second, gap=(8, 12))
    assert COMPRESSED in seen(findings)
    assert Reason.GAP in {each.why for each in findings.unread}


def test_a_bomb_is_limited() -> None:
    data = frames(Frame(BINARY, bytes(4 << 20)), mask=True, extension=deflate())
    assert Reason.LIMIT in {each.why for each in played(websocket, data).unread}


def test_content_that_cannot_be_decompressed_is_reported() -> None:
    findings = played(websocket, b"\xc1\x04\xff\xff\xff\xff")
    assert Reason.DAMAGED in {each.why for each in findings.unread}


def test_a_gap_inside_a_message_keeps_the_offsets_of_the_rest() -> None:
    data = frames(Frame(BINARY, b"x" * 300 + VALUE), mask=True)
    (found,) = played(websocket, data, gap=(20, 123)).sightings
    assert found.position == 300


def test_frames_are_resynchronised_after_a_gap() -> None:
    data = frames(*(Frame(TEXT, b"it is %b, %d" % (VALUE, number)) for number in range(20)), mask=True)
    findings = played(websocket, data, gap=(20, 40))
    assert 17 <= len(findings.sightings) <= 19
    assert Reason.GAP in {each.why for each in findings.unread}
    assert sum(findings.read.values()) == len(data) - 20


def test_invalid_frames_are_reported_and_all_bytes_counted() -> None:
    data = frames(Frame(TEXT, b"hello")) + b"HTTP/1.1 400 Bad Request\r\n\r\n" + VALUE
    findings = played(websocket, data)
    assert Reason.DAMAGED in {each.why for each in findings.unread}
    assert sum(findings.read.values()) == len(data)


def test_websocket_is_recognised() -> None:
    assert find_frames(frames(*(Frame(TEXT, b"hello") for _ in range(9)), mask=True), last=False) == 0
    assert find_frames(gzip.compress(bytes(range(256)) * 4), last=False) < 0
    assert find_frames(b"plain text, of which there is a lot " * 9, last=False) < 0
    assert find_frames(bytes(1000), last=False) < 0


@given(st.binary(max_size=200), st.binary(min_size=4, max_size=4), st.integers(0, 9))
def test_a_mask_is_an_exclusive_or(data: bytes, key: bytes, phase: int) -> None:
    assert unmasked(memoryview(data), key, phase) == bytes(byte ^ key[(at + phase) % 4] for at, byte in enumerate(data))


# ---- in any pieces


def conversation(*, mask: bool) -> bytes:
    messages = [
        Frame(TEXT, b"x" * 150 + VALUE),
        Frame(TEXT, VALUE[:5], fin=False),
        Frame(PING, b"12"),
        Frame(CONT, VALUE[5:]),
        Frame(BINARY, VALUE[:3]),
        Frame(BINARY, VALUE[3:]),
    ]
    return frames(*messages, mask=mask) + frames(*messages, mask=mask, extension=deflate())


SENT, ANSWERED = conversation(mask=True), conversation(mask=False)


@given(st.sampled_from([SENT, ANSWERED]), st.lists(st.integers(0, len(SENT))))
def test_it_does_not_matter_how_it_is_split(data: bytes, cuts: list[int]) -> None:
    assert outcome(played(websocket, data, cuts)) == outcome(played(websocket, data))


@given(st.lists(st.integers(0, len(SENT))), st.integers(0, len(SENT)), st.integers(1, 200))
def test_a_gap_does_not_matter_either(cuts: list[int], lost: int, length: int) -> None:
    gap = (lost, min(lost + length, len(SENT)))
    findings = played(websocket, SENT, cuts, gap=gap)
    assert sum(findings.read.values()) == len(SENT) - (gap[1] - gap[0])
    assert outcome(findings) == outcome(played(websocket, SENT, gap=gap))


@given(st.binary(max_size=300), st.integers(0, len(SENT)), st.integers(0, 40))
def test_damage_raises_nothing_and_all_bytes_are_counted(damage: bytes, at: int, instead: int) -> None:
    data = SENT[:at] + damage + SENT[at + instead :]
    assert sum(played(websocket, data).read.values()) == len(data)


@given(
    st.lists(st.tuples(st.sampled_from([TEXT, BINARY]), st.binary(max_size=300)), max_size=8),
    st.booleans(),
    st.booleans(),
)
def test_messages_are_read_as_they_were_sent(messages: list[tuple[Opcode, bytes]], mask: bool, takeover: bool) -> None:
    """Each message, followed by the secret, is decoded."""
    sent = [Frame(opcode, data + VALUE) for opcode, data in messages]
    findings = played(websocket, frames(*sent, mask=mask, extension=deflate(takeover=takeover)))
    ends = list(itertools.accumulate(len(data) + len(VALUE) for _, data in messages))
    found = {position for layers, _, position, _, _ in sightings(findings) if layers == COMPRESSED}
    assert {end - len(VALUE) for end in ends} <= found
    assert {each.why for each in findings.unread} <= {Reason.OPAQUE, Reason.DAMAGED}
