"""What a stream is, told by its bytes."""

from __future__ import annotations

import gzip
from typing import TYPE_CHECKING

import pytest

from capture.frames import segment
from overheard_capture import pcapng
from overheard_capture.content import Content, content
from overheard_capture.packets import SYN, Segment, unwrap
from overheard_capture.streams import Stream, assemble

if TYPE_CHECKING:
    from capture.recordings import Recordings

TLS, TEXT, NOTHING, UNKNOWN = Content.TLS, Content.TEXT, Content.NOTHING, Content.UNKNOWN
MISTAKEN = Content.MISTAKEN


def record(kind: int, body: bytes, version: bytes = b"\x03\x03") -> bytes:
    return bytes([kind]) + version + len(body).to_bytes(2, "big") + body


HELLO = record(22, b"\x01" + bytes(50), b"\x03\x01")
SERVER_HELLO = record(22, b"\x02" + bytes(50))
DATA = record(23, bytes(range(200)))
ALERT = record(21, b"\x02\x30")
BAD_REQUEST = b"HTTP/1.1 400 Bad Request\r\n\r\n"


def stream(sent: bytes, answered: bytes, *, lost: int = 0) -> Stream:
    """A stream with these bytes; of those of the client, the first `lost` were not seen."""
    (made,) = assemble(
        [
            segment(sequence=0, flags=SYN),
            segment(sequence=0, acknowledged=1, flags=SYN, back=True),
            segment(sent[lost:], sequence=1 + lost, acknowledged=1),
            segment(answered, sequence=1, acknowledged=1 + len(sent), back=True),
        ]
    )
    return made


@pytest.mark.parametrize(
    ("sent", "answered", "what"),
    [
        pytest.param(HELLO + DATA, SERVER_HELLO + record(20, b"\x01") + DATA, TLS, id="TLS"),
        pytest.param(HELLO, b"", TLS, id="a hello that got no answer"),
        pytest.param(HELLO, record(21, b"\x02\x30"), TLS, id="an alert for an answer"),
        pytest.param(HELLO + DATA[:-1], SERVER_HELLO, UNKNOWN, id="a record that is a byte short"),
        pytest.param(HELLO + DATA + b"!", SERVER_HELLO, UNKNOWN, id="a byte too many"),
        pytest.param(HELLO + DATA, SERVER_HELLO + DATA[:4], UNKNOWN, id="half a record head in the answer"),
        pytest.param(HELLO, BAD_REQUEST, MISTAKEN, id="TLS to the port of HTTP"),
        pytest.param(HELLO + ALERT, BAD_REQUEST, MISTAKEN, id="the same, and the client complains"),
        pytest.param(b"GET / HTTP/1.1\r\n\r\n", ALERT, MISTAKEN, id="HTTP to the port of TLS"),
        pytest.param(HELLO + DATA, BAD_REQUEST, UNKNOWN, id="data for plain HTTP"),
        pytest.param(HELLO + record(20, b"\x01"), BAD_REQUEST, UNKNOWN, id="encryption begins, for plain HTTP"),
        pytest.param(HELLO, BAD_REQUEST + gzip.compress(b"x"), UNKNOWN, id="TLS answered by what is no text"),
        pytest.param(b"GET / HTTP/1.1\r\n\r\n", DATA, UNKNOWN, id="HTTP answered by data"),
        pytest.param(b"GET / HTTP/1.1\r\n\r\n", SERVER_HELLO, UNKNOWN, id="HTTP answered by a hello"),
        pytest.param(b"!" + HELLO, SERVER_HELLO, UNKNOWN, id="a byte before it"),
        pytest.param(DATA, DATA, UNKNOWN, id="no hello"),
        pytest.param(b"", SERVER_HELLO, UNKNOWN, id="an answer to nothing"),
        pytest.param(SERVER_HELLO, HELLO, UNKNOWN, id="a server's hello from the client"),
        pytest.param(HELLO + record(25, b"x"), b"", UNKNOWN, id="no type of a record"),
        pytest.param(HELLO + record(23, b"x", b"\x02\x00"), b"", UNKNOWN, id="SSL 2"),
        pytest.param(HELLO + record(23, b""), b"", UNKNOWN, id="an empty record"),
        pytest.param(HELLO + record(23, bytes(2**14 + 2048)), b"", TLS, id="the longest record"),
        pytest.param(HELLO + record(23, bytes(2**14 + 2049)), b"", UNKNOWN, id="a record longer than that"),
        pytest.param(b"GET / HTTP/1.1\r\n\r\n", b"HTTP/1.1 200 OK\r\n\r\nfluffy \xe2\x82\xac", TEXT, id="HTTP"),
        pytest.param(b"GET / HTTP/1.1\r\n\r\n", b"", TEXT, id="a request without an answer"),
        pytest.param(b"", b"220 smtp.example\r\n", TEXT, id="a greeting"),
        pytest.param(b"", b"", NOTHING, id="nothing"),
        pytest.param(b"GET /", b"HTTP/1.1 200 OK\r\n\r\n" + gzip.compress(b"x"), UNKNOWN, id="compressed bytes"),
        pytest.param(b"GET /", b"HTTP/1.1 200 OK\r\nContent-Encoding: br\r\n\r\nx", UNKNOWN, id="compressed, it says"),
        pytest.param(b"GET /", b"HTTP/1.1 200 OK\r\ntransfer-encoding:chunked\r\n\r\n", UNKNOWN, id="chunked"),
        pytest.param(b"GET /\r\nUpgrade: websocket\r\n\r\n", b"", UNKNOWN, id="an upgrade"),
        pytest.param(b"a\x00b", b"", UNKNOWN, id="a control character"),
        pytest.param("fluffy".encode("utf-16"), b"", UNKNOWN, id="UTF-16"),
    ],
)
def test_a_stream_is_what_its_bytes_are(sent: bytes, answered: bytes, what: Content) -> None:
    assert content(stream(sent, answered)) is what


@pytest.mark.parametrize("lost", [1, len(HELLO)])
def test_tls_that_was_not_seen_from_its_first_byte_is_not_called_so(lost: int) -> None:
    """Whatever was there before could have been in clear."""
    assert content(stream(HELLO + HELLO, b"", lost=lost)) is UNKNOWN


@pytest.mark.parametrize(("name", "what"), [("http", TEXT), ("https", TLS), ("untrusted", TLS), ("late", TEXT)])
def test_real_streams(recordings: Recordings, name: str, what: Content) -> None:
    packets = [unwrap(frame) for frame in pcapng.read(recordings.path(name)).frames]
    streams = assemble(packet for packet in packets if isinstance(packet, Segment))
    assert content(streams[0]) is what
