"""HTTP/2 by the library h2, in both directions."""

from __future__ import annotations

import gzip
import zlib
from typing import TYPE_CHECKING

import pytest
import zstandard
from h2.errors import ErrorCodes
from h2.events import DataReceived, RequestReceived
from h2.settings import SettingCodes
from hpack import Encoder
from hypothesis import given
from hypothesis import strategies as st

from capture.played import VALUE, outcome, played, seen, sightings, some_findings
from capture.protocols.http2.talk import ANSWER, REQUEST, Http2Conversation
from capture.wrapped import noise
from overheard.words.options import Limits
from overheard_capture.content.findings import Reason
from overheard_capture.identify.protocols import identify_last
from overheard_capture.protocols.http2 import PREFACE
from overheard_capture.protocols.http2.hpack import HpackDecoder
from overheard_capture.protocols.http2.reader import http2

if TYPE_CHECKING:
    from collections.abc import Sequence

    Fields = Sequence[tuple[str, str]]

HPACK = ("HTTP/2", "HPACK")


def test_frames_of_h2_are_read_in_both_directions() -> None:
    talk = Http2Conversation()
    stream = talk.ask(b"who?", [("x-note", VALUE.decode())])
    talk.answer(stream, VALUE[:5] + VALUE[5:], at_once=5)
    sent, answered = played(http2, talk.sent), played(http2, talk.answered)
    assert seen(sent) == {HPACK}
    assert seen(answered) == {("HTTP/2",)}
    for findings, data in ((sent, talk.sent), (answered, talk.answered)):
        assert findings.read == {"HTTP/2": len(data)}
        assert list(findings.kinds) == ["HTTP/2"]
        assert not findings.unread


def test_cookies_in_chunks_are_read_together() -> None:
    talk = Http2Conversation()
    stream = talk.ask(more=[("cookie", "a=b; s.0=Fluffy%20ta"), ("cookie", "s.1=il%204711")])
    talk.answer(stream, b"ok", [("set-cookie", "s.0=Fluffy%20ta; Path=/"), ("set-cookie", "s.1=il%204711; Path=/")])
    for data in (talk.sent, talk.answered):
        assert seen(played(http2, data)) == {(*HPACK, "joined values")}


def test_a_header_field_is_placed_where_it_is_in_its_block() -> None:
    talk = Http2Conversation()
    talk.ask(more=[("x-note", VALUE.decode()), ("x-other", "nothing")])
    (found,) = played(http2, talk.sent).sightings
    block = Encoder().encode([*REQUEST, ("x-note", VALUE.decode())])
    before = len(Encoder().encode(list(REQUEST)))
    whole = talk.sent.index(block[before:])
    assert found.place.frame == 1 + whole // 100
    assert found.place.offset == 54 + whole % 100
    assert found.place.length == len(block) - before
    assert found.matched == VALUE


def test_an_indexed_header_field_is_found_again() -> None:
    talk = Http2Conversation()
    for _ in range(3):
        talk.ask(more=[("x-note", VALUE.decode())])
    assert len(played(http2, talk.sent).sightings) == 3


def test_header_blocks_in_continuation_frames() -> None:
    """h2 splits a block at 16,384 bytes."""
    talk = Http2Conversation()
    talk.ask(more=[("x-filler", "€" * 9000), ("x-note", VALUE.decode()), ("x-filler-2", "ü" * 9000)])
    findings = played(http2, talk.sent)
    assert seen(findings) == {HPACK}
    assert not findings.unread


def test_trailers_and_promises() -> None:
    talk = Http2Conversation()
    stream = talk.ask()
    talk.server.push_stream(stream, 2, [*REQUEST[:1], (":path", "/" + VALUE.hex()), *REQUEST[2:]])
    talk.server.send_headers(stream, list(ANSWER))
    talk.server.send_data(stream, b"body")
    talk.server.send_headers(stream, [("x-note", VALUE.decode())], end_stream=True)
    talk.pass_on()
    findings = played(http2, talk.answered)
    assert sorted(found.match.spelling for found in findings.sightings) == ["hexadecimal", "plainly", "plainly"]
    assert seen(findings) == {HPACK, (*HPACK, "hexadecimal")}


@pytest.mark.parametrize("said", [b"", b"bye", VALUE, noise(90)])
def test_what_a_goaway_frame_says_is_read_behind_its_numbers(said: bytes) -> None:
    talk = Http2Conversation()
    talk.ask()
    talk.server.close_connection(ErrorCodes.ENHANCE_YOUR_CALM, additional_data=said or None)
    talk.pass_on()
    for cuts in ((), range(0, len(talk.answered), 3)):
        findings = played(http2, talk.answered, cuts)
        assert seen(findings) == (set() if said != VALUE else {()})
        assert [each.why for each in findings.unread] == [Reason.OPAQUE] * (len(said) > 16)


@pytest.mark.parametrize(
    ("kind", "payload", "unread"),
    [
        (10, b"\0\0" + b'h2=":8000"; ma=60', 0),
        (10, b"\0\x14https://squirrels.test" + b'h2=":8000"', 0),
        (10, b"\0\0" + noise(40), 1),
        (16, b"\0\0\0\3u=1, i", 0),
        (16, b"\0\0\0\3" + noise(40), 1),
    ],
)
def test_alternative_services_and_priorities_are_text_behind_their_numbers(
    kind: int, payload: bytes, unread: int
) -> None:
    talk = Http2Conversation()
    frame = len(payload).to_bytes(3) + bytes([kind]) + bytes(5) + payload
    assert len(played(http2, talk.answered + frame).unread) == unread


def test_padding_is_removed() -> None:
    talk = Http2Conversation()
    talk.ask(b"x" * 20 + VALUE + b"y" * 20, padding=7, at_once=25)
    assert seen(played(http2, talk.sent)) == {("HTTP/2",)}


def test_streams_are_separated() -> None:
    """Two bodies are interleaved, a few bytes at a time."""
    talk = Http2Conversation()
    streams = [1, 3]
    for stream in streams:
        talk.client.send_headers(stream, list(REQUEST))
    for letter in VALUE:
        talk.client.send_data(1, bytes([letter]))
        talk.client.send_data(3, b"nothing")
    talk.pass_on()
    assert seen(played(http2, talk.sent)) == {("HTTP/2",)}


def test_a_compressed_body_is_decompressed() -> None:
    talk = Http2Conversation()
    stream = talk.ask()
    talk.answer(stream, gzip.compress(b"it is " + VALUE), [("content-encoding", "gzip")], at_once=10)
    findings = played(http2, talk.answered)
    assert seen(findings) == {("HTTP/2", "gzip")}
    assert not findings.unread


def test_bodies_of_many_encodings_and_parts() -> None:
    text = b"it is, it is, it is " + VALUE
    twice = zstandard.compress(gzip.compress(text))
    form = (
        b'--x\r\nContent-Disposition: form-data; name="a"; filename="a.gz"\r\n\r\n' + gzip.compress(text) + b"\r\n--x--"
    )
    for data, fields, layers in (
        (twice, [("content-encoding", "gzip, zstd")], ("HTTP/2", "zstd", "gzip")),
        (zlib.compress(text), [("content-encoding", "deflate")], ("HTTP/2", "zlib")),
        (zstandard.compress(text), [("content-encoding", "zstd")], ("HTTP/2", "zstd")),
        (form, [("content-type", "multipart/form-data; boundary=x")], ("HTTP/2", "multipart", "gzip")),
    ):
        talk = Http2Conversation()
        talk.ask(data, fields, at_once=20)
        assert layers in seen(played(http2, talk.sent))


def test_settings_may_allow_a_larger_table() -> None:
    talk = Http2Conversation()
    talk.server.update_settings({SettingCodes.HEADER_TABLE_SIZE: 65536})
    talk.pass_on()
    talk.pass_on()
    for number in range(20):
        talk.ask(more=[(f"x-{number}", "€" * 400), ("x-note", VALUE.decode())])
    findings = played(http2, talk.sent)
    assert len(findings.sightings) == 20
    assert not findings.unread


def test_without_a_preface() -> None:
    """After an upgrade from HTTP/1.1 the server begins with SETTINGS."""
    assert identify_last(Http2Conversation().sent).name == "HTTP/2"
    assert identify_last(Http2Conversation().answered).name == "HTTP/2"
    assert identify_last(b"PRI * HTTP/2.0\r\n\r\nXX\r\n\r\n").name != "HTTP/2"
    assert identify_last(b"GET / HTTP/1.1\r\n\r\n").name != "HTTP/2"
    assert identify_last(b"").name != "HTTP/2"


# ---- damage and gaps


def frames_of(data: bytes) -> list[tuple[int, int]]:
    """The start and end offset of each frame."""
    at = len(PREFACE) if data.startswith(PREFACE) else 0
    places = []
    while at < len(data):
        ends = at + 9 + int.from_bytes(data[at : at + 3], "big")
        places.append((at, ends))
        at = ends
    return places


def test_a_gap_inside_a_body_keeps_the_offsets_of_the_rest() -> None:
    talk = Http2Conversation()
    talk.ask(b"x" * 400 + VALUE[:8] + VALUE[8:], at_once=408)
    at = talk.sent.index(b"x" * 400)
    findings = played(http2, talk.sent, gap=(at + 10, at + 200))
    (found,) = findings.sightings
    assert found.position == 400
    assert findings.read == {"HTTP/2": len(talk.sent) - 190}


def test_frames_are_resynchronised_after_a_gap() -> None:
    """References to lost entries cannot be resolved; literals can."""
    talk = Http2Conversation()
    talk.ask(more=[("x-early", "this is kept in the table")])
    lost = len(talk.sent)
    for number in range(3):
        talk.ask(more=[("x-note", f"{VALUE.decode()} {number}")])
    findings = played(http2, talk.sent, gap=(lost - 5, lost + 3))
    assert seen(findings) == {HPACK}
    assert {each.why for each in findings.unread} == {Reason.GAP}
    assert sum(findings.read.values()) == len(talk.sent) - 8


def test_a_connection_midstream() -> None:
    talk = Http2Conversation()
    talk.ask(more=[("x-early", "this is kept in the table")])
    joined = len(talk.sent)
    talk.ask(b"a body " * 5, [("x-note", VALUE.decode()), ("x-early", "this is kept in the table")])
    findings = played(http2, talk.sent[joined:])
    assert seen(findings) == {HPACK}
    assert {each.why for each in findings.unread} == {Reason.GAP}


def test_invalid_frames_are_reported_and_all_bytes_counted() -> None:
    talk = Http2Conversation()
    data = talk.sent + b"HTTP/1.1 400 Bad Request\r\n\r\n" + VALUE
    findings = played(http2, data)
    assert Reason.DAMAGED in {each.why for each in findings.unread}
    assert seen(findings) == {()}
    assert sum(findings.read.values()) == len(data)


def test_damaged_header_fields_are_reported() -> None:
    talk = Http2Conversation()
    data = talk.sent + bytes([0, 0, 1, 1, 4, 0, 0, 0, 1]) + b"\xff"
    assert Reason.DAMAGED in {each.why for each in played(http2, data).unread}


def test_a_header_bomb_is_limited() -> None:
    """A field of 4,000 bytes, then 16,000 references to it."""
    field = b"\x40\x01x\x7f\xa1\x1e" + bytes(4000)
    block = field + b"\xbe" * 16000
    data = Http2Conversation().sent + len(block).to_bytes(3, "big") + bytes([1, 4, 0, 0, 0, 1]) + block
    assert Reason.LIMIT in {each.why for each in played(http2, data).unread}


def test_an_endless_header_block_is_limited() -> None:
    frame = b"\x00\x40\x00\x09\x00\x00\x00\x00\x01" + bytes(16384)
    data = Http2Conversation().sent + b"\x00\x00\x00\x01\x00\x00\x00\x00\x01" + frame * 8
    findings = played(http2, data, findings=some_findings(Limits(size=64 << 10)))
    assert Reason.LIMIT in {each.why for each in findings.unread}


@pytest.mark.slow
def test_streams_without_an_end_are_dropped() -> None:
    talk = Http2Conversation()
    frame = b"\x00\x00\x01\x00\x00" + (9).to_bytes(4, "big") + b"x"
    header = b"\x00\x00\x01\x01\x04"
    many = b"".join(header + number.to_bytes(4, "big") + b"\x83" for number in range(1, 4001, 2))
    findings = played(http2, talk.sent + many + frame)
    assert {each.why for each in findings.unread} == {Reason.LIMIT}


# ---- in any pieces

CONVERSATION = Http2Conversation()
CONVERSATION.ask(b"x" * 60 + VALUE * 2, [("x-note", VALUE.decode())], at_once=70)
CONVERSATION.ask(gzip.compress(b"it is " + VALUE), [("content-encoding", "gzip"), ("x-other", VALUE.hex())], padding=9)
CONVERSATION.ask(b"", [("x-note", VALUE.decode())])
SENT = CONVERSATION.sent


@pytest.mark.slow
@given(st.lists(st.integers(0, len(SENT))))
def test_it_does_not_matter_how_it_is_split(cuts: list[int]) -> None:
    assert outcome(played(http2, SENT, cuts)) == outcome(played(http2, SENT))


@given(st.lists(st.integers(0, len(SENT))), st.integers(0, len(SENT)), st.integers(1, 200))
def test_a_gap_does_not_matter_either(cuts: list[int], lost: int, length: int) -> None:
    gap = (lost, min(lost + length, len(SENT)))
    findings = played(http2, SENT, cuts, gap=gap)
    assert sum(findings.read.values()) == len(SENT) - (gap[1] - gap[0])
    assert outcome(findings) == outcome(played(http2, SENT, gap=gap))
    assert sightings(findings) or lost < len(SENT)


@given(st.binary(max_size=300), st.integers(0, len(SENT)), st.integers(0, 40))
def test_damage_raises_nothing_and_all_bytes_are_counted(damage: bytes, at: int, instead: int) -> None:
    data = SENT[:at] + damage + SENT[at + instead :]
    assert sum(played(http2, data).read.values()) == len(data)


def test_no_flipped_bit_raises_anything() -> None:
    for at in range(0, len(SENT), 5):
        for bit in (0, 3, 7):
            data = bytearray(SENT)
            data[at] ^= 1 << bit
            assert sum(played(http2, bytes(data)).read.values()) == len(data)


@pytest.mark.slow
@given(
    st.lists(
        st.dictionaries(
            st.from_regex(r"x-[a-z]{1,8}", fullmatch=True),
            st.text(st.characters(min_codepoint=33, max_codepoint=126), max_size=40),
            max_size=8,
        ),
        max_size=8,
    )
)
def test_any_header_is_read_as_h2_reads_it(headers: list[dict[str, str]]) -> None:
    talk = Http2Conversation()
    expected: list[tuple[bytes, bytes]] = []
    for header in headers:
        stream = talk.client.get_next_available_stream_id()
        talk.client.send_headers(stream, [*REQUEST, *header.items()], end_stream=True)
        for event in talk.pass_on():
            if isinstance(event, RequestReceived):
                expected += list(event.headers or [])
    lines = read_lines(talk.sent)
    assert lines == [b"%b: %b" % (name, value) for name, value in expected]


def read_lines(data: bytes) -> list[bytes]:
    """The lines of all header fields that a client sent."""
    blocks, lines = HpackDecoder(), []
    for start, ends in frames_of(data):
        if data[start + 3] == 1:
            fields, unknown = blocks.read(data[start + 9 : ends], 1 << 20)
            assert not unknown
            lines += [b"%b: %b" % (field.name, field.value) for field in fields]
    return lines


def test_h2_receives_the_requests() -> None:
    """The conversation of these tests is valid: the server receives the client's requests."""
    talk = Http2Conversation()
    talk.client.send_headers(1, list(REQUEST))
    talk.client.send_data(1, VALUE, end_stream=True)
    assert [event.data for event in talk.pass_on() if isinstance(event, DataReceived)] == [VALUE]
