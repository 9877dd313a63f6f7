"""What is embedded in handshake messages in clear is unwrapped like a body."""

from __future__ import annotations

import base64
import bz2
import gzip
import random
import zlib

import pytest

from capture.message_sink import Sink
from capture.protocols.tls.conversations import FINISHED, agreed
from capture.talk import (
    CHANGE_CIPHER_SPEC,
    SEARCH,
    SECRET,
    client,
    extension,
    message,
    noise,
    record,
    replay,
    server,
    vector,
)
from overheard_capture.content.findings import Findings, Reason
from overheard_capture.decoders.message_pieces import Domain
from overheard_capture.identify.byte_streams import READERS
from overheard_capture.packets import Numbers
from overheard_capture.protocols.tls.clear_messages import read_message
from overheard_capture.provenance.origin import Origin

RANDOM = random.Random(3)  # noqa: S311 - the same in each run
HIDDEN = gzip.compress(SECRET, mtime=0)
SUITES = b"\xc0\x2f"
CASES = {
    "an unknown extension": (client(extension(0x7777, HIDDEN), suites=SUITES), ()),
    "zlib in an unknown extension": (client(extension(0x7777, zlib.compress(SECRET)), suites=SUITES), ()),
    "bzip2 in a ticket": (client(extension(35, bz2.compress(SECRET)), suites=SUITES), ()),
    "base64 in a server name": (
        client(extension(0, vector(2, b"\0" + vector(2, base64.b64encode(HIDDEN)))), suites=SUITES),
        (),
    ),
    "padding": (client(extension(21, zlib.compress(SECRET)), suites=SUITES), ()),
    "an extension of the server": (
        client(suites=SUITES),
        (record(22, message(2, server(0xC02F, extension(999, HIDDEN)))),),
    ),
    "a session ticket": (client(suites=SUITES), (record(22, message(4, bytes(4) + vector(2, zlib.compress(SECRET)))),)),
    "a certificate": (
        client(suites=SUITES),
        (record(22, message(11, vector(3, vector(3, b"\x30\x82\1\1" + HIDDEN)))),),
    ),
}


@pytest.mark.parametrize("where", CASES)
def test_what_is_embedded_is_found(where: str) -> None:
    hello, more = CASES[where]
    answer = b"".join(more)
    sent = [(">", record(22, message(1, hello)) + CHANGE_CIPHER_SPEC + FINISHED), ("<", answer + agreed()[1][1])]
    for cuts in (range(0), range(0, 900, 7)):
        result = replay(sent, cuts=cuts)
        assert [each for findings in result.flow_findings for each in findings.sightings]


@pytest.mark.parametrize(
    "hello",
    [
        client(extension(0x7777, b"h2, and a name"), suites=SUITES),
        client(extension(0x7777, RANDOM.randbytes(16)), suites=SUITES),
        client(extension(35, RANDOM.randbytes(200)), extension(0xFE0D, RANDOM.randbytes(250)), suites=SUITES),
        client(extension(0x2A2A, b"\0"), extension(21, bytes(300)), suites=SUITES),
        client(extension(51, vector(2, b"\0\x1d" + vector(2, RANDOM.randbytes(32)))), suites=SUITES),
    ],
)
def test_ordinary_extensions_are_no_reason(hello: bytes) -> None:
    sent = [(">", record(22, message(1, hello)) + CHANGE_CIPHER_SPEC + FINISHED), agreed()[1]]
    assert replay(sent).unread == set()


def test_long_binary_content_of_an_unknown_extension_is_doubted() -> None:
    hello = client(extension(0x7777, RANDOM.randbytes(60)), suites=SUITES)
    sent = [(">", record(22, message(1, hello)) + CHANGE_CIPHER_SPEC + FINISHED), agreed()[1]]
    assert replay(sent).unread == {"neither text nor a known format"}


def test_of_random_values_what_the_protocol_says_is_left_out() -> None:
    """A server that knows a newer version, or wants another hello, says so there."""
    hello = server(0x1301)
    retry = bytes.fromhex("cf21ad74e59a6111be1d8c021e65b891c2a211167abb8c5e079e09e2c8a8339c")
    for value, kept in ((noise(32), noise(32)), (noise(24) + b"DOWNGRD\1", noise(24)), (retry, None)):
        sink = Sink()
        findings = Findings(SEARCH, READERS, messages=sink)
        read_message(findings, (), 2, hello[:2] + value + hello[34:], Origin.of_frame(1, 0, len(hello)))
        random_values = [piece for piece, *_, part in sink.pieces if part == Numbers("TLS random values")]
        assert random_values == ([kept] if kept else [])


ZERO_TICKET = bytes(16) + RANDOM.randbytes(16) + b"\0\x60" + RANDOM.randbytes(96 + 20)
TICKETS = {
    "of a server": (4, bytes(4) + vector(2, ZERO_TICKET)),
    "of a client": (1, client(extension(35, ZERO_TICKET))),
    "as an identity": (1, client(extension(41, vector(2, vector(2, ZERO_TICKET) + bytes(4)) + vector(2, bytes(33))))),
}


@pytest.mark.parametrize("where", TICKETS)
def test_a_ticket_under_a_key_of_zeros_is_a_key_in_clear(where: str) -> None:
    """GnuTLS 3.6.4 to 3.6.13 (CVE-2020-13777)."""
    kind, body = TICKETS[where]
    found = []
    for each in (body, body.replace(ZERO_TICKET, b"\1" + ZERO_TICKET[1:])):
        findings = Findings(SEARCH, READERS)
        read_message(findings, (), kind, each, Origin.of_frame(1, 0, len(each)))
        found.append([unread.why for unread in findings.unread])
    assert found == [[Reason.KEY], []]


def test_malformed_messages_raise_nothing() -> None:
    findings = replay([]).client
    hello = client(extension(0x7777, HIDDEN))
    for length in range(len(hello)):
        for kind in (1, 2, 4, 11):
            read_message(findings, (), kind, hello[:length], Origin.of_frame(1, 0, length))


LETTER = b"dear squirrels the acorns that you asked about are not below the oak but behind the mill"


def test_words_of_server_names_are_put_aside_by_their_domain() -> None:
    sink = Sink()
    for word in LETTER.split():
        name = word + b".example.com"
        body = client(extension(0, vector(2, b"\0" + vector(2, name))))
        read_message(Findings(SEARCH, READERS, messages=sink), (), 1, body, Origin.of_frame(1, 0, len(body)))
    words = [piece for piece, *_, part in sink.pieces if part == Domain(b"example.com", has_words=True)]
    assert {b"squirrels", b"the", b"not"} <= {*words}
    assert b"com" not in words
