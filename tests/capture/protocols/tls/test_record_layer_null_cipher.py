"""TLS with cipher suites that authenticate but do not encrypt: the data is read."""

from __future__ import annotations

import ssl

import pytest

from capture.protocols.tls.conversations import HandshakePeers, agreed
from capture.talk import SECRET, TLS_1_3, client, handshake_transcript, message, record, replay, server


def in_clear(mac: int, *parts: bytes) -> bytes:
    return b"".join(record(23, part + b"\xee" * mac) for part in parts)


@pytest.mark.parametrize(("suite", "mac"), [(0x0002, 20), (0x003B, 32)])
@pytest.mark.parametrize("client_first", [True, False])
def test_data_under_a_null_cipher_is_read(suite: int, mac: int, client_first: bool) -> None:
    """Across records, and also if the client is read before the server's choice is known."""
    first, second = b"fluffy ", b"tail\r\n"
    transcript = agreed(suite)
    transcript = [*transcript, (">", in_clear(mac, first, second)), ("<", in_clear(mac, b"fluffy tail!\r\n"))]
    result = replay(transcript, in_turn=not client_first)
    assert [found.layers for found in result.client.sightings] == [("TLS without encryption",)]
    assert result.problems == ["a cipher suite without encryption"] * 2
    assert (result.protected, result.unread) == (False, set())


def test_real_tls_with_a_null_cipher_is_read(stage: HandshakePeers) -> None:
    stage.only(ssl.TLSVersion.TLSv1_2, "ECDHE-ECDSA-NULL-SHA:@SECLEVEL=0")
    transcript = handshake_transcript(stage.accepting, stage.asking)
    assert any(SECRET in part for _, part in transcript)
    result = replay(transcript)
    assert (result.protected, result.unread) == (False, set())
    assert result.kinds == "TLS 1.2"


def test_tls_1_3_with_an_integrity_only_suite_is_read() -> None:
    """RFC 9150: the last byte of each record is its content type."""
    asks = (">", record(22, message(1, client(suites=b"\xc0\xb4"))))
    picks = ("<", record(22, message(2, server(0xC0B4, *TLS_1_3))))
    mac = b"\xee" * 32
    transcript = [asks, picks, (">", record(23, b"fluffy \x17" + mac) + record(23, b"tail\r\n\x17\0\0" + mac))]
    result = replay(transcript)
    assert [found.layers for found in result.client.sightings] == [("TLS without encryption",)]
