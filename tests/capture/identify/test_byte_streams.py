"""A direction is identified by content, wherever it begins, and every byte is counted as something."""

from __future__ import annotations

import ssl
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from capture.talk import CHANGE_CIPHER_SPEC, HELLOS, client, data, message, openssl_transcript, record, replay
from overheard_capture.protocols.tls.conversation import TlsConversation

if TYPE_CHECKING:
    from capture.talk import Parts

    Transcript = list[tuple[str, bytes]]

ANY = b"\xf0\x9f" * 30
V2 = b"\r\n\r\n\0\r\nQUIT\n\x21\x11\0\x0c\x7f\0\0\1\x7f\0\0\1\x9c\x40\x01\xbb"
POSTGRESQL, GSS = b"\0\0\0\x08\x04\xd2\x16\x2f", b"\0\0\0\x08\x04\xd2\x16\x30"
MYSQL = b"\x4a\0\0\0\n8.0.36\0" + bytes(66)
MYSQL_REQUEST = b"\x20\0\0\1\x05\xae\xff\x01" + bytes(28)
RDP = b"\3\0\0\x13\x0e\xe0\0\0\0\0\0\1\0\x08\0\3\0\0\0"
RDP_ANSWER = b"\3\0\0\x13\x0e\xd0\0\0\x12\x34\0\2\x1f\x08\0\2\0\0\0"
LDAP = b"\x30\x1d\2\1\1\x77\x18\x80\x161.3.6.1.4.1.1466.20037"
LDAP_ANSWER = b"\x30\x0c\2\1\1\x78\x07\x0a\1\0\4\0\4\0"


@pytest.fixture(scope="module")
def tls(tmp_path_factory: pytest.TempPathFactory) -> Transcript:
    return openssl_transcript(tmp_path_factory.mktemp("tls"), ssl.TLSVersion.TLSv1_3)


BEFORE: dict[str, tuple[Transcript, str]] = {
    "SMTP": (
        [
            ("<", b"220 mail ESMTP\r\n"),
            (">", b"EHLO me\r\n"),
            ("<", b"250-STARTTLS\r\n250 OK\r\n"),
            (">", b"STARTTLS\r\n"),
            ("<", b"220 go ahead\r\n"),
        ],
        "STARTTLS",
    ),
    "IMAP": ([("<", b"* OK ready\r\n"), (">", b"a1 STARTTLS\r\n"), ("<", b"a1 OK begin\r\n")], "STARTTLS"),
    "POP3": ([("<", b"+OK ready\r\n"), (">", b"STLS\r\n"), ("<", b"+OK begin\r\n")], "STARTTLS"),
    "FTP": ([("<", b"220 ready\r\n"), (">", b"AUTH TLS\r\n"), ("<", b"234 go on\r\n")], "STARTTLS"),
    "XMPP": (
        [(">", b"<stream:stream>"), ("<", b"<stream:stream><features/>"), (">", b"<starttls/>"), ("<", b"<proceed/>")],
        "STARTTLS",
    ),
    "LDAP": ([(">", LDAP), ("<", LDAP_ANSWER)], "LDAP StartTLS"),
    "PostgreSQL": ([(">", POSTGRESQL), ("<", b"S")], "PostgreSQL SSLRequest"),
    "PostgreSQL after GSS": ([(">", GSS), ("<", b"N"), (">", POSTGRESQL), ("<", b"S")], "PostgreSQL SSLRequest"),
    "MySQL": ([("<", MYSQL), (">", MYSQL_REQUEST)], "MySQL"),
    "RDP": ([(">", RDP), ("<", RDP_ANSWER)], "RDP"),
    "PROXY 1": ([(">", b"PROXY TCP4 192.0.2.1 192.0.2.2 40000 443\r\n")], "PROXY protocol"),
    "PROXY 2": ([(">", V2)], "PROXY protocol"),
    "PROXY and PostgreSQL": (
        [(">", V2 + POSTGRESQL), ("<", b"S")],
        "PROXY protocol, PostgreSQL SSLRequest",
    ),
    "SOCKS 5": (
        [(">", b"\5\1\0"), ("<", b"\5\0"), (">", b"\5\1\0\3\x06server\x01\xbb"), ("<", b"\5\0\0\1\0\0\0\0\0\0")],
        "SOCKS 5",
    ),
    "SOCKS 5 with a password": (
        [
            (">", b"\5\2\0\2"),
            ("<", b"\5\2"),
            (">", b"\1\2me\4pass"),
            ("<", b"\1\0"),
            (">", b"\5\1\0\1\x7f\0\0\1\x01\xbb"),
            ("<", b"\5\0\0\4" + bytes(18)),
        ],
        "SOCKS 5",
    ),
    "SOCKS 4": ([(">", b"\4\1\x01\xbb\x7f\0\0\1me\0"), ("<", b"\0\x5a" + bytes(6))], "SOCKS 4"),
    "SOCKS 4a": ([(">", b"\4\1\x01\xbb\0\0\0\1me\0server\0"), ("<", b"\0\x5a" + bytes(6))], "SOCKS 4"),
    "CONNECT": (
        [
            (">", b"CONNECT server:443 HTTP/1.1\r\nHost: server:443\r\n\r\n"),
            ("<", b"HTTP/1.1 200 Connection established\r\n\r\n"),
        ],
        "HTTP/1.1",
    ),
}


@pytest.mark.parametrize("name", BEFORE)
def test_tls_that_begins_later_is_protected_from_there(tls: Transcript, name: str) -> None:
    before, kinds = BEFORE[name]
    transcript = before + tls
    result = replay(transcript)
    assert (result.protected, result.unread) == (True, set()), result.problems
    assert result.kinds.replace("CONNECT, ", "") == f"{kinds}, TLS 1.3"
    assert replay(transcript, in_turn=True).outcome == result.outcome
    # Byte by byte until it has begun.
    begun = max(sum(len(data) for side, data in before if side == each) for each in "<>") + 60
    assert replay(transcript, cuts=range(begun)).outcome == result.outcome


@pytest.mark.parametrize("name", BEFORE)
def test_one_byte_after_the_preface_is_not_protected(tls: Transcript, name: str) -> None:
    before, _ = BEFORE[name]
    more = [(tls[0][0], b"\xee" + tls[0][1]), *tls[1:]]
    result = replay(before + more)
    assert not result.protected
    assert result.unread


@pytest.mark.parametrize("side", "<>")
def test_text_before_tls_from_one_side_alone_is_not_protected(tls: Transcript, side: str) -> None:
    """No protocol begins like this."""
    result = replay([(side, b"hello\r\n"), *tls])
    assert result.problems == ["data before TLS in one direction only"]
    assert not result.protected
    assert result.unread


def test_tls_within_longer_text_is_not_recognised() -> None:
    sent = b"see: " + HELLOS[0][1] + b"that was it\r\n"
    result = replay([(">", sent)])
    assert "text" in result.client.read or "opaque" in result.client.read
    assert result.client.encryption is None


@pytest.mark.parametrize(
    ("sent", "what"),
    [
        (b"GET / HTTP/1.1\r\nHost: server\r\n\r\n", "HTTP/1.1"),
        (b"\r\nGET / HTTP/1.1\r\nHost: server\r\n\r\n", "HTTP/1.1"),
        (b"PROXY TCP4 192.0.2.1 192.0.2.2 40000 80\r\nGET / HTTP/1.1\r\nHost: server\r\n\r\n", "HTTP/1.1"),
        (b"HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nok", "HTTP/1.0"),
        (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\4\0\0\0\0\0", "HTTP/2"),
        (b"\0\0\6\4\0\0\0\0\0\0\3\0\0\0\x64", "HTTP/2"),
        (b"\xff\xfd\x18\xff\xfb\x1fhello\r\n", "telnet"),
        (b"\xff\xfe\1", "telnet"),
        ("<b>hello</b>".encode("utf-16"), "plain text"),
        ("<b>hello</b>".encode("utf-32"), "plain text"),
        (b"\0\x1d\x12\x34\1\0\0\1\0\0\0\0\0\0\6server\4test\0\0\1\0\1", "DNS"),
        (b"\0\x0aClickHouse\x15\x08", "ClickHouse"),
        (b"\4\0\0\1\5\0\0\0\0", "Cassandra"),
        (b"\4\0\0\1\1\0\0\0\x16\0\1\0\x0bCQL_VERSION\0\0053.4.5", "Cassandra"),
        (b"\x85\0\0\1\2\0\0\0\0", "Cassandra"),
        (b"R\0\0\0\x08\0\0\0\0Z\0\0\0\5I", "PostgreSQL"),
        (b"hello, squirrel\r\n", "plain text"),
        (b"h\x00\x01\xfe\xfe\xff" * 20, "unknown"),
        (b"\x16\3\1", "unknown"),
    ],
)
@pytest.mark.parametrize("side", "<>")
def test_protocols_are_recognised_by_content(sent: bytes, what: str, side: str) -> None:
    result = replay([(side, sent)])
    assert what in result.kinds
    assert replay([(side, sent)], cuts=range(len(sent))).outcome == result.outcome


def test_http_midstream_is_read_from_the_next_message() -> None:
    answer = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n7\r\nfluffy \r\n4\r\ntail\r\n0\r\n\r\n"
    result = replay([("<", b"the end of something"), ("<", answer)])
    assert [found.layers for found in result.server.sightings] == [("chunked",)]
    request = b"POST / HTTP/1.1\r\nHost: server\r\n" + answer.partition(b"\r\n")[2]
    result = replay([(">", b"the end of something"), (">", request)])
    assert [found.layers for found in result.client.sightings] == [("chunked",)]


@pytest.mark.parametrize("charset", ["utf-16", "utf-32"])
def test_a_byte_order_mark_where_a_segment_begins_is_not_telnet(charset: str) -> None:
    """As in a mail that is sent in chunks: what was announced before it goes on."""
    text = "<b>fluffy tail</b>".encode(charset)
    half, rest = text[:25], text[25:]
    sent = [b"BDAT %d\r\n" % len(half), half, b"BDAT %d LAST\r\n" % len(rest), rest]
    result = replay([("<", b"250 ok\r\n"), *((">", part) for part in sent)])
    assert {found.layers[0] for found in result.client.sightings} == {"BDAT"}
    assert "telnet" not in result.kinds


def test_plain_http_in_a_connect_tunnel_is_read() -> None:
    before, _ = BEFORE["SOCKS 5"]
    answer = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n7\r\nfluffy \r\n4\r\ntail\r\n0\r\n\r\n"
    result = replay([*before, (">", b"GET / HTTP/1.1\r\nHost: server\r\n\r\n"), ("<", answer)])
    assert [found.layers for found in result.server.sightings] == [("chunked",)]
    assert result.kinds == "SOCKS 5, HTTP/1.1"


def test_a_gap_is_never_reported_as_complete(tls: Transcript) -> None:
    for number in range(len(tls)):
        result = replay(tls, lost=[number])
        assert not result.protected
        assert result.unread


PIECES = st.sampled_from(
    [part for before, _ in BEFORE.values() for _, part in before]
    + [HELLOS[0][1], HELLOS[1][1], data(40), CHANGE_CIPHER_SPEC, ANY, b"S", b"N", b"\r\n\r\n", b"HTTP/1.1 200 OK\r\n"]
    + [
        record(22, message(1, client()))[:20],
        b"GET / HT",
        b"TP/1.1\r\n\r\n",
        b"\xff\xfd\x18",
        b"\4\0\0\1\5\0\0\0\0",
        b"R\0\0\0\x08\0\0\0\0",
        b"\0\0\6\4",
        b"\x16\3",
    ]
)
PARTS = st.lists(st.tuples(st.sampled_from("<>"), st.one_of(PIECES, st.binary(min_size=1, max_size=40))), max_size=8)


@pytest.mark.slow
@given(PARTS, st.sets(st.integers(1, 400), max_size=12))
@settings(max_examples=300)
def test_arbitrary_bytes_are_accounted_for_in_any_split(parts: Parts, cuts: set[int]) -> None:
    """`replay` checks the sum."""
    assert replay(parts, cuts=sorted(cuts)).outcome == replay(parts).outcome


@given(PARTS, st.sets(st.integers(0, 7)))
@settings(max_examples=150)
def test_arbitrary_bytes_with_gaps_are_accounted_for(parts: Parts, lost: set[int]) -> None:
    replay(parts, lost=sorted(lost))
    replay(parts, lost=sorted(lost), in_turn=True)


@given(PARTS)
@settings(max_examples=150)
def test_only_an_encrypting_handshake_is_protected(parts: Parts) -> None:
    result = replay(parts)
    if result.protected:
        both = result.client.conversation.of(TlsConversation)
        assert both.client_hello
        assert both.server_hello
