"""The kind of a flow, by content."""

from __future__ import annotations

import gzip

import pytest

from capture.protocols.ssh.speaking import conversation
from capture.talk import client, message, noise, record, replay, server
from overheard_capture.scan.flow_kind import FlowKind, flow_kind_of

TLS, TEXT, NOTHING, UNKNOWN = FlowKind.TLS, FlowKind.TEXT, FlowKind.NOTHING, FlowKind.UNKNOWN
MISMATCHED, UPGRADED = FlowKind.MISMATCHED, FlowKind.UPGRADED

HELLO = record(22, message(1, client(suites=b"\xc0\x2f")), b"\x03\x01")
SERVER_HELLO = record(22, message(2, server(0xC02F)))
CHANGE = record(20, b"\x01")
FINISHED = record(22, noise(40))
DATA = record(23, bytes(number * 77 % 256 for number in range(200)))
ALERT = record(21, b"\x02\x30")
ASKED, ANSWERED = HELLO + CHANGE + FINISHED, SERVER_HELLO + CHANGE + FINISHED
BAD_REQUEST = b"HTTP/1.1 400 Bad Request\r\n\r\n"
CONNECT = b"CONNECT server:443 HTTP/1.1\r\nHost: server:443\r\n\r\n"
SSL_REQUEST = b"\0\0\0\x08\x04\xd2\x16\x2f"


@pytest.mark.parametrize(
    ("sent", "answered", "what"),
    [
        pytest.param(ASKED + DATA, ANSWERED + DATA, TLS, id="TLS"),
        pytest.param(HELLO, b"", TLS, id="a hello that got no answer"),
        pytest.param(HELLO, ALERT, TLS, id="an alert for an answer"),
        pytest.param(ASKED + DATA[:-1], ANSWERED, UNKNOWN, id="a record that is a byte short"),
        pytest.param(ASKED + DATA + b"!", ANSWERED, UNKNOWN, id="a byte too many"),
        pytest.param(ASKED + DATA, ANSWERED + DATA[:4], UNKNOWN, id="a truncated record header in the response"),
        pytest.param(HELLO, BAD_REQUEST, MISMATCHED, id="TLS to the port of HTTP"),
        pytest.param(HELLO + ALERT, BAD_REQUEST, MISMATCHED, id="the same, and the client complains"),
        pytest.param(b"GET / HTTP/1.1\r\n\r\n", ALERT, MISMATCHED, id="HTTP to the port of TLS"),
        pytest.param(HELLO + DATA, BAD_REQUEST, UNKNOWN, id="data for plain HTTP"),
        pytest.param(HELLO + CHANGE, BAD_REQUEST, UNKNOWN, id="encryption begins, for plain HTTP"),
        pytest.param(HELLO, b"bytes: \xff\x00\x80", UNKNOWN, id="TLS answered by binary data"),
        pytest.param(b"GET / HTTP/1.1\r\n\r\n", DATA, UNKNOWN, id="HTTP answered by data"),
        pytest.param(b"GET / HTTP/1.1\r\n\r\n", SERVER_HELLO, UNKNOWN, id="HTTP answered by a hello"),
        pytest.param(b"!" + ASKED, ANSWERED, UNKNOWN, id="a byte before it"),
        pytest.param(DATA, DATA, UNKNOWN, id="no hello"),
        pytest.param(b"", SERVER_HELLO, UNKNOWN, id="an answer to nothing"),
        pytest.param(HELLO, HELLO, UNKNOWN, id="a hello from both"),
        pytest.param(HELLO + record(25, b"x"), b"", UNKNOWN, id="an unknown record type"),
        pytest.param(HELLO + record(23, b"x", b"\x02\x00"), b"", UNKNOWN, id="SSL 2"),
        pytest.param(HELLO + record(23, b""), b"", UNKNOWN, id="an empty record"),
        pytest.param(ASKED + record(23, b"\xff" + b"fluffy tail " * 12), ANSWERED, UNKNOWN, id="text in a record"),
        pytest.param(ASKED + record(23, noise(2**14 + 2048)), ANSWERED, TLS, id="the longest record"),
        pytest.param(ASKED + record(23, noise(2**14 + 2049)), ANSWERED, UNKNOWN, id="a record longer than that"),
        pytest.param(b"GET / HTTP/1.1\r\n\r\n", b"HTTP/1.1 200 OK\r\n\r\nfluffy \xe2\x82\xac", TEXT, id="HTTP"),
        pytest.param(b"GET / HTTP/1.1\r\n\r\n", b"", TEXT, id="a request without an answer"),
        pytest.param(b"", b"220 smtp.example\r\n", TEXT, id="a greeting"),
        pytest.param(b"EHLO me\r\nSTARTTLS\r\n" + ASKED, b"220 smtp.example\r\n" + ANSWERED, UPGRADED, id="STARTTLS"),
        pytest.param(SSL_REQUEST + ASKED, b"S" + ANSWERED, UPGRADED, id="a request for TLS"),
        pytest.param(CONNECT + ASKED, b"HTTP/1.1 200 OK\r\n\r\n" + ANSWERED, UPGRADED, id="a tunnel"),
        pytest.param(b"", b"", NOTHING, id="nothing"),
        pytest.param(b"a\x00b\xff", b"", UNKNOWN, id="not text"),
    ],
)
def test_the_kind_of_a_flow_is_that_of_its_bytes(sent: bytes, answered: bytes, what: FlowKind) -> None:
    assert flow_kind_of(replay([(">", sent), ("<", answered)]).flow_findings) is what


def test_a_flow_of_compressed_text_is_not_text() -> None:
    answer = b"HTTP/1.1 200 OK\r\nContent-Encoding: zz\r\n\r\n" + gzip.compress(b"x")[::-1]
    assert flow_kind_of(replay([(">", b"GET / HTTP/1.1\r\n\r\n"), ("<", answer)]).flow_findings) is UNKNOWN


def test_tls_midstream_is_not_reported_as_tls() -> None:
    """Bytes before it could have been in clear."""
    assert flow_kind_of(replay([(">", HELLO[:1]), (">", HELLO[1:] + HELLO)], lost=[0]).flow_findings) is UNKNOWN
    assert flow_kind_of(replay([(">", HELLO), (">", HELLO)], lost=[0]).flow_findings) is UNKNOWN


def test_another_protocol_that_encrypts_is_told_from_tls() -> None:
    assert flow_kind_of(replay(conversation()).flow_findings) is FlowKind.ENCRYPTED
