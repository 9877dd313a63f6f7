"""The certificates that were sent in handshakes."""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING

from cryptography.x509 import load_der_x509_certificate

from overheard_capture.wireshark.sent_certificates import SentChain, sent_chain, sent_chains

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


def test_compressed_ones_are_told_from_the_algorithms_that_the_other_side_offers() -> None:
    """Both are in the frame in which a server asks for a certificate with its own; each frame is a line of tshark's."""
    message = b"\0\0\0\x0c\0\0\7sent by\0\0"
    sent = f"9\t0\t50000\t5447\t\t2,1\t{len(message)}\t{zlib.compress(message).hex(':')}"
    assert sent_chain(sent) == SentChain(9, 0, 50000, 5447, (b"sent by",), "zlib")
    unreadable = sent_chain(sent.replace("\t2,1\t", "\t2,1,9\t"))
    assert unreadable.certificates == ()
    assert unreadable.unreadable == "It was sent compressed (algorithm 9): algorithm 9 is not known here."
