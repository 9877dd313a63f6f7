"""The messages of handshakes, as they are on the wire and as keys decrypt them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from overheard.words.services import HTTPS
from overheard_capture.wireshark.handshakes import handshake_messages
from overheard_capture.wireshark.keys import TlsKeys

if TYPE_CHECKING:
    from capture.recordings import Recordings


def test_keys_show_every_message(recordings: Recordings) -> None:
    """The server's certificate (11) and Finished (20) among them (RFC 8446, 4), each with its length."""
    capture = recordings.capture("untrusted", HTTPS.port)
    found = handshake_messages(capture, recordings.tls_keys)
    assert sorted(message[0] for message in found) == [1, 2, 8, 11, 15, 20]
    for message in found:
        assert int.from_bytes(message[1:4], "big") == len(message) - 4
    assert any(b"localhost" in message for message in found if message[0] == 11)


def test_without_keys_only_the_hellos_are_shown(recordings: Recordings) -> None:
    found = handshake_messages(recordings.capture("untrusted", HTTPS.port), TlsKeys())
    assert sorted(message[0] for message in found) == [1, 2]


def test_without_tls_there_are_none(recordings: Recordings) -> None:
    assert handshake_messages(recordings.capture("http"), recordings.tls_keys) == []
