"""TLS, byte by byte: connections of OpenSSL count as protected in any split; handshakes in clear are searched."""

from __future__ import annotations

import ssl
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from capture.protocols.tls.conversations import HandshakePeers, Transcript
from capture.talk import (
    HELLOS,
    SECRET,
    UNKNOWN_CA,
    client,
    extension,
    handshake_transcript,
    message,
    record,
    replay,
    vector,
)
from overheard_capture.protocols.tls.direction_state import tls_of


@pytest.mark.parametrize(
    ("version", "ciphers", "kind"),
    [
        (ssl.TLSVersion.TLSv1_3, "DEFAULT", "TLS 1.3"),
        (ssl.TLSVersion.TLSv1_2, "ECDHE+AESGCM", "TLS 1.2"),
        (ssl.TLSVersion.TLSv1_2, "ECDHE+CHACHA20", "TLS 1.2"),
        (ssl.TLSVersion.TLSv1_2, "ECDHE-ECDSA-AES128-CCM8:@SECLEVEL=0", "TLS 1.2"),
        (ssl.TLSVersion.TLSv1_2, "ECDHE-ECDSA-AES128-SHA256", "TLS 1.2"),
        (ssl.TLSVersion.TLSv1_1, "ALL:@SECLEVEL=0", "TLS 1.1"),
        (ssl.TLSVersion.TLSv1, "ALL:@SECLEVEL=0", "TLS 1.0"),
    ],
)
@pytest.mark.filterwarnings("ignore:ssl.TLSVersion:DeprecationWarning")
def test_a_connection_of_openssl_is_protected(
    stage: HandshakePeers, version: ssl.TLSVersion, ciphers: str, kind: str
) -> None:
    stage.only(version, ciphers)
    result = replay(handshake_transcript(stage.accepting, stage.asking))
    assert (result.protected, result.problems, result.kinds) == (True, [], kind)
    assert not result.client.sightings
    assert result.client.read["TLS application data"]
    assert result.client.read["TLS handshake"]


def test_a_client_with_a_certificate_is_protected(stage: HandshakePeers) -> None:
    stage.accepting.verify_mode = ssl.CERT_REQUIRED
    stage.accepting.load_verify_locations(stage.files.root)
    stage.asking.load_cert_chain(stage.files.certificate, stage.files.key)
    for newest in (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3):
        stage.asking.maximum_version = newest
        assert replay(handshake_transcript(stage.accepting, stage.asking)).protected


def test_a_hello_retry_request_is_protected(stage: HandshakePeers) -> None:
    """A HelloRetryRequest, followed by ChangeCipherSpec and a second hello in clear."""
    stage.accepting.set_ecdh_curve("secp384r1")
    transcript = handshake_transcript(stage.accepting, stage.asking)
    result = replay(transcript)
    side = tls_of(result.client)
    assert side
    assert side.messages.counts == {1: 2}
    assert result.protected


def test_a_resumed_session_is_protected(stage: HandshakePeers) -> None:
    stage.asking.maximum_version = ssl.TLSVersion.TLSv1_2
    to_client, from_client, to_server, from_server = (ssl.MemoryBIO() for _ in range(4))
    first = stage.asking.wrap_bio(to_client, from_client, server_hostname="localhost")
    other = stage.accepting.wrap_bio(to_server, from_server, server_side=True)
    for _ in range(3):
        for end, transcript, result in ((first, from_client, to_server), (other, from_server, to_client)):
            with suppress(ssl.SSLWantReadError):
                end.do_handshake()
            result.write(transcript.read())
    resumed = handshake_transcript(stage.accepting, stage.asking, session=first.session)
    seen = replay(resumed)
    assert seen.protected
    side = tls_of(seen.server)
    assert side
    assert 11 not in side.messages.counts


def test_a_refused_handshake_hides_nothing_and_protects_nothing() -> None:
    """The alert is in clear, like all the rest."""
    result = replay([HELLOS[0], ("<", UNKNOWN_CA)])
    assert (result.protected, result.unread) == (False, set())


@pytest.mark.parametrize("version", ["TLS 1.2", "TLS 1.3"])
def test_it_does_not_matter_how_the_bytes_are_cut_or_which_side_is_read_first(
    both_versions: dict[str, Transcript], version: str
) -> None:
    transcript = both_versions[version]
    assert (
        replay(transcript).outcome
        == replay(transcript, in_turn=True).outcome
        == replay(transcript, cuts=range(5000)).outcome
    )


@pytest.mark.slow
@given(st.lists(st.integers(1, 4000), max_size=8), st.data())
@settings(max_examples=60)
def test_any_split_gives_the_same(both_versions: dict[str, Transcript], cuts: list[int], drawn: st.DataObject) -> None:
    transcript = list(both_versions[drawn.draw(st.sampled_from(["TLS 1.2", "TLS 1.3"]))])
    if drawn.draw(st.booleans()):
        side, part = transcript[-1]
        transcript[-1] = side, part + drawn.draw(st.sampled_from([b"!", b"\x17\3\3\0\5he", b"GET / HTTP/1.1\r\n\r\n"]))
    assert replay(transcript).outcome == replay(transcript, cuts=cuts).outcome


def test_a_handshake_is_searched_across_record_boundaries() -> None:
    hello = message(1, client(extension(0, vector(2, b"\0" + vector(2, SECRET)))))
    cut = hello.index(SECRET) + 3
    result = replay([(">", record(22, hello[:cut], b"\3\1") + record(22, hello[cut:], b"\3\1"))])
    (found,) = result.client.sightings
    assert (found.layers, found.matched, found.place.frame) == (("TLS handshake",), SECRET, 3)
    assert not result.unread
