"""Encrypted Finished and alerts have exactly the lengths that their cipher suite makes, with OpenSSL on both sides."""

from __future__ import annotations

import ssl

import pytest

from capture.protocols.tls.conversations import HandshakePeers, Transcript
from capture.talk import handshake_transcript, noise, record, replay

# SSL_OP_NO_ENCRYPT_THEN_MAC of OpenSSL.
_NO_ENCRYPT_THEN_MAC = 1 << 19
_OLD = [ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_1]
SUITES = [
    *((version, suite) for version in _OLD for suite in ("ECDHE-RSA-AES128-SHA", "ECDHE-ECDSA-AES256-SHA")),
    (ssl.TLSVersion.TLSv1_2, "ECDHE-ECDSA-AES128-SHA"),
    (ssl.TLSVersion.TLSv1_2, "ECDHE-ECDSA-AES256-SHA384"),
    (ssl.TLSVersion.TLSv1_2, "ECDHE-ECDSA-CAMELLIA128-SHA256"),
    (ssl.TLSVersion.TLSv1_2, "ECDHE-ECDSA-AES128-CCM8"),
]


def talk(stage: HandshakePeers, version: ssl.TLSVersion, suite: str, *, encrypt_then_mac: bool) -> Transcript:
    stage.only(version, f"{suite}:ECDHE-ECDSA-AES128-SHA:@SECLEVEL=0")
    if not encrypt_then_mac:
        stage.accepting.options |= _NO_ENCRYPT_THEN_MAC
    return handshake_transcript(stage.accepting, stage.asking)


@pytest.mark.parametrize("encrypt_then_mac", [True, False])
@pytest.mark.parametrize(("version", "suite"), SUITES)
@pytest.mark.filterwarnings("ignore:ssl.TLSVersion:DeprecationWarning")
def test_what_openssl_sends_has_these_lengths(
    stage: HandshakePeers, version: ssl.TLSVersion, suite: str, encrypt_then_mac: bool
) -> None:
    transcript = talk(stage, version, suite, encrypt_then_mac=encrypt_then_mac)
    result = replay(transcript)
    assert (result.protected, result.problems) == (True, [])


@pytest.mark.parametrize("encrypt_then_mac", [True, False])
@pytest.mark.parametrize("by", [1, 16, 64])
def test_another_length_of_a_handshake_record_is_no_finished(
    stage: HandshakePeers, encrypt_then_mac: bool, by: int
) -> None:
    transcript = talk(stage, ssl.TLSVersion.TLSv1_2, "ECDHE-ECDSA-AES128-SHA256", encrypt_then_mac=encrypt_then_mac)
    side, part = transcript[2]
    at = part.index(b"\x14\3\3\0\1\1") + 6
    end = at + 5 + int.from_bytes(part[at + 3 : at + 5], "big")
    changed = part[:at] + record(22, part[at + 5 : end] + bytes(range(100, 100 + by))) + part[end:]
    result = replay([*transcript[:2], (side, changed), *transcript[3:]])
    assert "an encrypted TLS handshake record of another length than Finished" in result.problems
    assert not result.protected


@pytest.mark.parametrize(("encrypt_then_mac", "right"), [(True, 64), (False, 64)])
def test_another_length_of_an_alert_is_reported(stage: HandshakePeers, encrypt_then_mac: bool, right: int) -> None:
    transcript = talk(stage, ssl.TLSVersion.TLSv1_2, "ECDHE-ECDSA-AES128-SHA256", encrypt_then_mac=encrypt_then_mac)
    for length in (right - 16, right - 1, right, right + 16, right + 240):
        result = replay([*transcript, (">", record(21, noise(length)))])
        assert result.protected == (length == right), (length, result.problems)
