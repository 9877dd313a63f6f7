"""Parsers of TLS: records, handshake messages, names and sizes, from arbitrary bytes."""

from __future__ import annotations

import ssl
import subprocess
import time
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from capture.talk import (
    CHANGE_CIPHER_SPEC,
    HELLOS,
    SECRET,
    TLS_1_3,
    UNKNOWN_CA,
    client,
    extension,
    message,
    openssl_transcript,
    read,
    record,
    replay,
    server,
    vector,
)
from overheard_capture.protocols.tls import names
from overheard_capture.protocols.tls.cursor import text
from overheard_capture.protocols.tls.direction_state import TlsDirection, tls_of
from overheard_capture.protocols.tls.hello import (
    ClientHello,
    ServerHello,
    first_certificate,
    named_curve,
    parse_client_hello,
    parse_server_hello,
)
from overheard_capture.protocols.tls.messages import HandshakeMessages
from overheard_capture.protocols.tls.records import parse_header
from overheard_capture.provenance.origin import Origin

if TYPE_CHECKING:
    from collections.abc import Sequence


@pytest.fixture(scope="module")
def tls_1_2(tmp_path_factory: pytest.TempPathFactory) -> list[tuple[str, bytes]]:
    return openssl_transcript(tmp_path_factory.mktemp("tls12"), ssl.TLSVersion.TLSv1_2)


@pytest.fixture(scope="module")
def tls_1_3(tmp_path_factory: pytest.TempPathFactory) -> list[tuple[str, bytes]]:
    return openssl_transcript(tmp_path_factory.mktemp("tls13"), ssl.TLSVersion.TLSv1_3)


def side_of(sent: bytes, side: str = ">") -> TlsDirection:
    """The state of a direction with these bytes, each in frame 3."""
    result = replay([(side, sent)])
    return tls_of(result.client if side == ">" else result.server) or TlsDirection()


def first_hello(transcript: Sequence[tuple[str, bytes]]) -> bytes:
    hello = side_of(transcript[0][1]).messages.first(1)
    assert hello
    return hello.body


def test_the_fields_of_a_real_client_hello(tls_1_3: list[tuple[str, bytes]]) -> None:
    hello = parse_client_hello(first_hello(tls_1_3))
    assert (hello.sni, hello.alpn, hello.early_data) == ("localhost", ("h2", "http/1.1"), False)
    assert hello.versions[0] == "TLS 1.3"
    assert "x25519" in hello.shares


def test_a_hello_of_tls_1_2_offers_no_versions(tls_1_2: list[tuple[str, bytes]]) -> None:
    hello = parse_client_hello(first_hello(tls_1_2))
    assert (hello.sni, hello.versions, hello.shares) == ("localhost", (), ())


def test_a_hello_with_every_extension() -> None:
    body = client(
        extension(0, vector(2, b"\1" + vector(2, b"no host"), b"\0" + vector(2, b"server"))),
        extension(42, b""),
        extension(43, vector(1, b"\x0a\x0a\3\4")),
        extension(51, vector(2, b"\x11\xec" + vector(2, bytes(9)), b"\0\x1d" + vector(2, bytes(32)))),
    )
    assert parse_client_hello(body) == ClientHello(
        sni="server", versions=("0x0A0A", "TLS 1.3"), shares=("X25519MLKEM768", "x25519"), early_data=True
    )


def test_a_server_hello_has_what_was_selected() -> None:
    assert parse_server_hello(server(0x1301, *TLS_1_3)) == ServerHello(
        "TLS 1.3", "TLS_AES_128_GCM_SHA256", "X25519MLKEM768"
    )
    retry = server(0x1302, extension(43, b"\3\4"), extension(51, b"\0\x18"))
    assert parse_server_hello(retry) == ServerHello("TLS 1.3", "TLS_AES_256_GCM_SHA384", "secp384r1")
    old = server(0xC02F, extension(16, vector(2, vector(1, b"h2"))))
    assert parse_server_hello(old) == ServerHello("TLS 1.2", "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256", "", "h2")
    assert parse_server_hello(server(0x002F, version=0x0301)) == ServerHello("TLS 1.0", "TLS_RSA_WITH_AES_128_CBC_SHA")


def test_a_key_exchange_names_its_curve_or_none() -> None:
    assert named_curve(b"\3\0\x17" + vector(1, bytes(65))) == "secp256r1"
    assert named_curve(b"\1" + bytes(70)) == ""
    assert named_curve(b"\3\0") == ""


def test_a_key_exchange_of_another_kind_names_none() -> None:
    """Here the length of a prime reads like the type of a named curve."""
    prime = message(12, vector(2, bytes(0x300)))
    for cipher, group in ((0x009E, ""), (0xC02F, "0x0000")):
        handshake, _ = read([HELLOS[0], ("<", record(22, message(2, server(cipher)) + prime))])
        assert handshake.group == group


def test_the_first_certificate_is_the_leaf() -> None:
    assert (
        bytes(first_certificate(vector(3, vector(3, b"first_certificate"), vector(3, b"its issuer"))))
        == b"first_certificate"
    )
    assert not first_certificate(vector(3))
    assert not first_certificate(b"")


@pytest.mark.parametrize("size", [1, 3, 4, 5, 100, 5000])
def test_messages_are_joined_across_record_boundaries(size: int) -> None:
    transcript = (
        message(1, client()) + message(2, server(0x1301, *TLS_1_3)) + message(14, b"") + message(11, bytes(200))
    )
    kept = side_of(b"".join(record(22, transcript[at : at + size]) for at in range(0, len(transcript), size))).messages
    assert kept.counts == {1: 1, 2: 1, 14: 1, 11: 1}
    assert [len(each.body) for kind in (1, 2, 11) for each in kept.kept[kind]] == [
        43,
        len(server(0x1301, *TLS_1_3)),
        200,
    ]
    assert not kept.incomplete


def test_encrypted_records_are_not_parsed_as_messages() -> None:
    encrypted = record(22, message(1, client()))
    old = side_of(record(22, message(2, server(0xC02F))) + CHANGE_CIPHER_SPEC + encrypted, "<")
    assert (old.messages.counts, old.encrypted_handshakes) == ({2: 1}, 1)
    # In TLS 1.3 it is in clear: the hello after a HelloRetryRequest.
    new = side_of(record(22, message(2, server(0x1301, *TLS_1_3))) + CHANGE_CIPHER_SPEC + encrypted, "<")
    assert (new.messages.counts, new.encrypted_handshakes) == ({2: 1, 1: 1}, 0)


def test_an_incomplete_message_is_ignored() -> None:
    side = side_of(record(22, message(1, client())[:-1]))
    assert (side.messages.counts, side.problems) == ({}, ["a truncated TLS handshake message"])


@pytest.mark.parametrize(
    "odd",
    [
        pytest.param(record(25, b"four"), id="an unknown record type"),
        pytest.param(record(23, b"four", b"\2\0"), id="SSL 2"),
        pytest.param(record(23, b""), id="empty"),
        pytest.param(record(23, bytes(2**14 + 2049)), id="too long"),
        pytest.param(b"HTTP/1.1 400 Bad Request\r\n\r\n", id="plain HTTP"),
    ],
)
def test_reading_ends_at_invalid_records(odd: bytes) -> None:
    assert parse_header(odd[:5]) is None
    side = side_of(UNKNOWN_CA + odd)
    assert len(side.alerts) == 1
    assert not side.protected
    assert [problem.partition(" after ")[2] for problem in side.problems] == ["TLS records at byte 7"]


def test_the_longest_record_is_accepted() -> None:
    assert side_of(UNKNOWN_CA + record(23, bytes(2**14 + 2048))).data.payload_bytes(0) == 2**14 + 2048


def test_control_characters_of_a_peer_are_escaped() -> None:
    assert text(memoryview("häl\x1b[2Jlo\xff".encode("latin-1"))) == "h\ufffdl\ufffd[2Jlo\ufffd"
    assert text(memoryview("naïve".encode())) == "naïve"


def test_alerts_in_clear_are_read() -> None:
    encrypted, odd = record(21, bytes(26)), record(21, b"\x03\x7b")
    result = replay([(">", UNKNOWN_CA), (">", encrypted), (">", odd)])
    side = tls_of(result.client)
    assert side
    assert side.alerts == [(3, "fatal", "unknown_ca"), (5, "level 3", "alert 123")]


def test_a_direction_without_its_beginning_counts_as_incomplete() -> None:
    """Bytes before it could have been in clear."""
    torn = replay([(">", UNKNOWN_CA), (">", UNKNOWN_CA)], lost=[0])
    assert torn.problems == ["TLS with its beginning missing"]
    assert not replay([(">", UNKNOWN_CA), (">", UNKNOWN_CA)]).problems


def test_a_direction_midstream_is_read_from_its_first_record() -> None:
    side = side_of(UNKNOWN_CA)
    assert side.alerts == [(3, "fatal", "unknown_ca")]


@pytest.mark.slow
def test_the_names_are_those_of_tshark() -> None:
    """Except three groups, which tshark named before they were registered."""
    printed = subprocess.run(["tshark", "-G", "values"], capture_output=True, text=True, check=True).stdout
    theirs: dict[str, dict[int, str]] = {}
    for line in printed.splitlines():
        if line.startswith("V\ttls."):
            _, field, code, name = line.split("\t")
            theirs.setdefault(field, {})[int(code, 0)] = name
    assert set(names.CIPHERS) <= set(theirs["tls.handshake.ciphersuite"])
    for ours, field, apart in (
        (names.CIPHERS, "tls.handshake.ciphersuite", set[int]()),
        (names.GROUPS, "tls.handshake.extensions_supported_group", {512, 513, 514}),
    ):
        known = theirs[field]
        assert {code: known[code] for code in ours if code in known and code not in apart} == {
            code: name for code, name in ours.items() if code in known and code not in apart
        }
    alerts = {code: name.lower().replace(" ", "_") for code, name in theirs["tls.alert_message.desc"].items()}
    assert {code: names.alert(code) for code in alerts if code in names.ALERTS} == {
        code: name for code, name in alerts.items() if code in names.ALERTS
    }


def test_unknown_codes_are_numbers() -> None:
    assert names.version(0x7F1C) == "0x7F1C"
    assert names.cipher(0x1309) == "0x1309"
    assert names.group(0x6399) == "0x6399"
    assert names.alert(123) == "alert 123"
    assert names.level(9) == "level 9"


def test_real_data_in_both_versions(tls_1_2: list[tuple[str, bytes]], tls_1_3: list[tuple[str, bytes]]) -> None:
    for transcript, version in ((tls_1_2, "TLS 1.2"), (tls_1_3, "TLS 1.3")):
        found, counted = read(transcript)
        assert (found.server_hello.version, found.client_hello.sni) == (version, "localhost")
        assert (found.subject == "a server") == (version == "TLS 1.2")
        assert counted.sent % len(SECRET) == counted.estimate % len(SECRET) == 0
        assert counted.sent >= len(SECRET) <= counted.estimate


def look_at(parts: Sequence[tuple[str, bytes]]) -> None:
    """Parse everything."""
    read(parts)


@given(st.lists(st.tuples(st.sampled_from("<>"), st.binary(max_size=200)), max_size=6))
def test_arbitrary_bytes_are_read_without_an_error(parts: list[tuple[str, bytes]]) -> None:
    look_at(parts)


@given(
    st.lists(
        st.tuples(
            st.sampled_from("<>"),
            st.builds(record, st.sampled_from([20, 21, 22, 23]), st.binary(min_size=1, max_size=80)),
        ),
        max_size=8,
    )
)
def test_arbitrary_records_are_read_without_an_error(parts: list[tuple[str, bytes]]) -> None:
    look_at(parts)


@given(st.sampled_from([1, 2, 11, 12]), st.binary(max_size=300))
def test_an_arbitrary_message_is_read_without_an_error(kind: int, body: bytes) -> None:
    for side in "<>":
        look_at([*HELLOS[:1], (side, record(22, message(kind, body)))])


@given(st.data())
def test_a_real_exchange_with_wrong_bytes_in_it_is_read_without_an_error(
    tls_1_2: list[tuple[str, bytes]], tls_1_3: list[tuple[str, bytes]], data: st.DataObject
) -> None:
    parts = data.draw(st.sampled_from([tls_1_2, tls_1_3]))
    wrong = [(side, bytearray(part)) for side, part in parts]
    for _ in range(data.draw(st.integers(1, 5))):
        _, part = data.draw(st.sampled_from(wrong))
        part[data.draw(st.integers(0, len(part) - 1))] = data.draw(st.integers(0, 255))
    cut = data.draw(st.integers(0, len(wrong)))
    look_at([(side, bytes(part)) for side, part in wrong[:cut]])


def test_repeated_client_hellos_are_limited_to_two() -> None:
    """As after a HelloRetryRequest; more messages would fill our memory."""
    asking = [
        (">", record(22, message(1, client(extension(0, vector(2, b"\0" + vector(2, name))))))) for name in (b"a", b"b")
    ]
    many = [("<", record(22, message(2, server(0x1301 + number % 3, *TLS_1_3)))) for number in range(9)]
    handshake, _ = read([*asking, *many])
    assert handshake.client_hello.sni == "a"
    assert handshake.server_hello.cipher == "TLS_AES_256_GCM_SHA384"
    assert handshake.frames == (3, 4, 5, 6)


def test_a_long_stream_of_tiny_messages_is_read_in_linear_time() -> None:
    """Copying the rest for each of them would take minutes."""
    sent = message(14, b"") * 4096
    kept, origin = HandshakeMessages(), Origin.of_frame(1, 54, len(sent))
    began = time.process_time()
    assert all(kept.add(sent, origin) for _ in range(60))
    assert kept.counts == {14: 60 * 4096}
    assert time.process_time() - began < 10
