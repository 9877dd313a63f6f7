"""A secret in pieces between lines of text that announce them is found, whatever the protocol."""

from __future__ import annotations

import gzip

import pytest
from hypothesis import given
from hypothesis import strategies as st

from capture.played import VALUE, origin_of, played, some_findings
from overheard.words.layer import Layer
from overheard_capture.content.findings import Findings, ReaderFactory, Reason
from overheard_capture.decoders import text_framing
from overheard_capture.decoders.fallback import Fallback
from overheard_capture.decoders.registry import decoding
from overheard_capture.decoders.untyped import untyped
from overheard_capture.decoders.values import read_values
from rows import for_each

ONE, TWO, THREE = VALUE[:3], VALUE[3:7], VALUE[7:]
PIECES = (ONE, TWO, THREE)


def read(data: bytes, reader: ReaderFactory = Fallback, size: int = 1 << 20) -> Findings:
    return played(reader, data, range(0, len(data), size))


def chunks(*pieces: bytes, signature: bytes = b"") -> bytes:
    return b"".join(b"%x%b\r\n%b\r\n" % (len(piece), signature, piece) for piece in (*pieces, b"")) + b"\r\n"


SIGNED = b";chunk-signature=" + b"ab" * 32
FRAMED = {
    "another version": b"HTTP/2.0 200 ok\r\nTransfer-Encoding: chunked\r\n\r\n" + chunks(*PIECES),
    "a line before": b"foobar\nHTTP/1.1 200 ok\r\nTransfer-Encoding: chunked\r\n\r\n" + chunks(*PIECES),
    "chunks alone": chunks(*PIECES),
    "signed chunks": b"PUT /b\r\n\r\n" + chunks(*PIECES, signature=SIGNED),
    "ICAP": b"REQMOD icap://i/r ICAP/1.0\r\nPreview: 3\r\n\r\n" + chunks(ONE) + chunks(TWO, THREE),
    "gzip in chunks": b"ICY 200 OK\r\n\r\n" + chunks(gzip.compress(VALUE)[:20], gzip.compress(VALUE)[20:]),
    "BDAT": b"EHLO a\r\nBDAT 3\r\n" + ONE + b"BDAT 4\r\n" + TWO + b"bdat %d last\r\n" % len(THREE) + THREE,
    "IMAP": b"* 1 FETCH (BODY[]<0> {3}\r\n" + ONE + b")\r\na0 OK\r\n* 1 FETCH (BODY[]<3> {%d}\r\n" % len(TWO + THREE)
    + TWO + THREE + b")\r\n",
    "IMAP, non-synchronising": b"a APPEND x (CATENATE (TEXT {3+}\r\n" + ONE + b" TEXT {%d+}\r\n" % len(TWO + THREE)
    + TWO + THREE + b"))\r\n",
    "RESP": b"*4\r\n$6\r\nAPPEND\r\n" + b"".join(b"$%d\r\n%b\r\n" % (len(piece), piece) for piece in PIECES),
    "Redis commands": b"".join(
        b"*3\r\n$6\r\nAPPEND\r\n$1\r\nk\r\n$%d\r\n%b\r\n" % (len(piece), piece) for piece in PIECES),
    "parts of a value of Redis": b"".join(
        b"*4\r\n$8\r\nSETRANGE\r\n$1\r\nk\r\n$1\r\n%d\r\n$%d\r\n%b\r\n" % (at, len(piece), piece)
        for at, piece in zip((0, 3, 7), PIECES, strict=True)),
    "meta commands": b"".join(b"ms key S%d MA\r\n%b\r\n" % (len(piece), piece) for piece in PIECES),
    "answers of meta commands": b"".join(b"VA %d s1 t-1\r\n%b\r\n" % (len(piece), piece) for piece in PIECES),
    "RTSP": b"RTSP/1.0 200 OK\r\nCSeq: 4\r\n\r\n" + b"".join(
        b"$\0" + len(piece).to_bytes(2) + piece for piece in PIECES),
    "RTSP with RTP": b"RTSP/1.0 200 OK\r\nCSeq: 4\r\n\r\n" + b"".join(
        b"$\0" + (12 + len(piece)).to_bytes(2) + b"\x80\x60\0\1" + bytes(8) + piece for piece in PIECES),
    "memcached": b"".join(b"append k 0 0 %d noreply\r\n%b\r\n" % (len(piece), piece) for piece in PIECES),
    "NATS": b"".join(b"PUB subject %d\r\n%b\r\n" % (len(piece), piece) for piece in PIECES),
}  # fmt: skip


@for_each(what=FRAMED, size=[1 << 20, 1, 5, 16])
def test_pieces_are_joined(what: str, size: int) -> None:
    assert read(FRAMED[what], size=size).sightings


@pytest.mark.parametrize("what", ["chunks alone", "signed chunks"])
def test_bodies_in_chunks_are_joined_whatever_their_head_says(what: str) -> None:
    body = FRAMED[what].removeprefix(b"PUT /b\r\n\r\n")
    for reader in (untyped, decoding(b"aws-chunked"), decoding(b"xchunked")):
        for size in (1 << 20, 3):
            assert read(body, reader, size).sightings


@for_each(before=[b"", b"abcdef", b"some text\n", b"\x82\xa4user\xa5alice\xa4note\xc5\x01\xc2"], size=[1 << 20, 1, 7])
def test_signed_chunks_are_joined_wherever_they_begin(before: bytes, size: int) -> None:
    framed = chunks(b"a" * 64 + ONE, TWO, THREE, signature=SIGNED)
    findings = read(before + b"x" * bool(before) + framed, untyped, size)
    assert [each.layers for each in findings.sightings] == [(Layer("chunked"),)]


@pytest.mark.parametrize("text", [b"3;chunk-signature=\nFlu\r\n", b"the field is ab;chunk-signature=none\n" * 9])
def test_what_only_names_a_signature_is_no_chunk(text: bytes) -> None:
    findings = read(text, untyped, 5)
    assert not findings.unread
    assert not findings.sightings


def test_signed_chunks_in_a_value_are_joined() -> None:
    findings = some_findings()
    framed = b"note: " + chunks(*PIECES, signature=SIGNED)
    read_values(findings, (), framed, origin_of(len(framed)))
    assert findings.sightings


def test_a_body_in_an_unknown_coding_is_opaque_even_if_it_looks_like_text() -> None:
    assert [each.why for each in read(b"hello, this is text", decoding(b"exi")).unread] == [Reason.OPAQUE]
    assert not read(b"hello, this is text", decoding(b"aws-chunked")).unread


@pytest.mark.parametrize(
    "text",
    [
        b"a list of numbers:\n12\n7\nface\n400\n3\n",
        b"listening on port 8080\nconnections 12\nerrors 0\n",
        b"{12}\n{7}\n$5\n=3\n",
        b"BDAT of something 12\n" * 50,
        b"*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$12\r\nhello world!\r\n",
        b"ms key S12\r\nhello world!\r\nVA 2\r\nhi\r\n",
        b"$ ls\n$ cat x\n*3\n",
        b"VALUE k 0 12\r\nhello world!\r\nEND\r\n",
    ],
)
def test_ordinary_text_is_no_reason(text: bytes) -> None:
    findings = read(text)
    assert (findings.unread, findings.sightings) == ({}, [])


@pytest.mark.slow
def test_nested_announcements_are_bounded() -> None:
    nested = b"x"
    for _ in range(3000):
        nested = b"%x\r\n%b\r\n" % (len(nested), nested)
    assert not read(nested).sightings
    assert not read(b"1\r\n" * 50_000).sightings


_PARTS = b"12|a|ff| |\t|\n|\r\n|;x|{|}|+|$|=|BDAT|set k|noreply|LAST".split(b"|")


@given(st.lists(st.sampled_from([*_PARTS, VALUE[:8], VALUE[8:]]), max_size=40).map(b"".join), st.integers(0, 60))
def test_without_the_compiled_part_the_same_is_found(text: bytes, cut: int) -> None:
    def found() -> list[str]:
        return [str(each) for each in played(Fallback, text, [cut]).sightings]

    compiled = found()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(text_framing, "core", lambda: None)
        assert found() == compiled
