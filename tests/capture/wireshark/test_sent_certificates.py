"""The certificates that were sent in handshakes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cryptography.x509 import load_der_x509_certificate

from overheard_capture.wireshark.sent_certificates import sent_chains

if TYPE_CHECKING:
    from capture.recordings import Recordings


def test_up_to_tls_1_2_everybody_sees_them(recordings: Recordings) -> None:
    (chain,) = sent_chains(recordings.capture("ecdhe", 5446))
    assert chain.port < chain.other_port
    first, second = map(load_der_x509_certificate, chain.certificates)
    assert first.issuer == second.subject


def test_in_tls_1_3_the_keys_show_them(recordings: Recordings) -> None:
    assert sent_chains(recordings.capture("https", 5443)) == ()
    (chain,) = sent_chains(recordings.capture("https", 5443), recordings.tls_keys)
    assert [load_der_x509_certificate(one).version.name for one in chain.certificates] == ["v3", "v3"]


def test_without_tls_there_are_none(recordings: Recordings) -> None:
    assert sent_chains(recordings.capture("http")) == ()
